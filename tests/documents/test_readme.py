"""The README's promises: its first command, its example, and that the catalogue travels."""

import csv
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from curnits.analysis import solve
from curnits.sim.scenario.loading import load

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
VERIFICATION = ROOT / "analysis" / "VERIFICATION.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_gate_runs_the_second_command():
    first, second = blocks("sh")
    assert first.count("\n") == second.count("\n") == 1
    assert second.strip() == next(line for line in README.splitlines() if "-m pytest" in line)
    assert "grep -m1 -e '-m pytest' README.md" in (ROOT / ".ci" / "run").read_text("utf-8")


def test_the_example_scenario_is_valid(tmp_path):
    path = tmp_path / "heirs.yaml"
    path.write_text(blocks("yaml")[0], encoding="utf-8")
    scenario = load(path)
    assert scenario.build().players == ("Ada", "Bo")
    assert scenario.negotiation.trading == "pairs"


def test_a_lawsuit_that_costs_less_pays(tmp_path):
    path = tmp_path / "heirs.yaml"
    path.write_text(blocks("yaml")[0].replace("[0, 2]", "[0, 5]"), encoding="utf-8")
    payoffs = solve(load(path).build(), "coco").equilibria[0].payoffs
    assert payoffs == pytest.approx([4.5, 6.75])
    assert "4.5 to Ada, 6.75 to Bo" in README


def test_the_python_example_runs():
    (code,) = blocks("python")
    result = subprocess.run(
        [sys.executable, "-c", code], check=True, cwd=ROOT, capture_output=True, text=True
    )
    assert "[4.83333333 3.25      ] [0.6 0.4]" in result.stdout
    assert "they got there" in result.stdout


def link_what_is_needed(folder):
    """Fill a folder with links to the packages that ours asks for, and to those they ask for.

    Nothing else is found there, so that what ours does not ask for is missed.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [Requirement(text) for text in project["dependencies"]]
    seen = set()
    while asked:
        package = asked.pop()
        if str(package) in seen:
            continue
        seen.add(str(package))
        found = distribution(package.name)
        for top in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not (folder / top).exists():
                (folder / top).symlink_to(found.locate_file(top))
        for other in map(Requirement, found.requires or ()):
            extras = package.extras or {""}
            if other.marker is None or any(other.marker.evaluate({"extra": x}) for x in extras):
                asked.append(other)


def test_the_first_command_on_a_fresh_checkout(tmp_path):
    """It installs a wheel; the catalogue travels with it and works in any folder.

    The packages that it needs are there already; the gate installs them from the index.
    """
    packages = tmp_path / "packages"
    packages.mkdir()
    link_what_is_needed(packages)
    known = {**os.environ, "PYTHONPATH": str(packages)}
    checkout = tmp_path / "checkout"
    folders = ("sim", "analysis", "scenarios")
    files = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "constraints.txt")
    for part in (*folders, *files, ".python-version"):
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        checkout.mkdir(exist_ok=True)
        copy(ROOT / part, checkout / part)
    first, _ = blocks("sh")
    result = subprocess.run(
        ["bash", "-c", first], check=False, cwd=checkout, capture_output=True, text=True, env=known
    )
    assert result.returncode == 0, result.stderr
    verdict = next(line for line in README.splitlines() if line.startswith("The agents settled"))
    assert verdict.split("ticks")[0] in result.stdout
    assert "they got there" in result.stdout
    assert (checkout / "runs" / "hot-dog-stands-seed1" / "summary.json").is_file()

    shutil.rmtree(checkout / "scenarios")
    shutil.rmtree(checkout / "sim")
    command = [checkout / ".venv" / "bin" / "curnits", "solve", "three-solutions"]
    result = subprocess.run(
        command, check=False, cwd=tmp_path, capture_output=True, text=True, env=known
    )
    assert result.returncode == 0, result.stderr
    assert "Three solutions" in result.stdout


def test_the_table_of_several_equilibria_is_that_of_the_study():
    text = VERIFICATION.read_text("utf-8")
    with (ROOT / "tests" / "benchmarks" / "multiplicity.csv").open(encoding="utf-8") as file:
        kinds = list(csv.DictReader(file))
    for row in kinds:
        if row["kind"].startswith("random-"):
            games, complete = int(row["games"]), int(row["complete"])
            name = row["kind"].removeprefix("random-")
            line = f"| {name} | {games:,} | {complete:,} | {row['two']} | {row['three']} |"
            assert line in text
    totals = [sum(int(row[key]) for row in kinds) for key in ("games", "complete", "two", "three")]
    games, complete, two, three = totals
    assert f"solves {games:,} three-player games" in text
    assert f"{complete:,} lists are complete, {two} games have two" in text
    assert f"{three} have three, none more" in text
    assert not any(int(row["more"]) for row in kinds)


def test_it_is_short() -> None:
    lines = README.splitlines()
    assert len(lines) <= 150
    assert not any(
        len(line) > 120 for line in lines if not line.startswith(("python3", "The ag", "━"))
    )
