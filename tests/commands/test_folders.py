"""What commands may replace, and what they leave behind: nothing that is another's is ever lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command import Command

from curnits.analysis.storage.files import fresh_folder, write_files
from curnits.analysis.storage.seals import FolderError
from curnits.analysis.studies.multiplicity import KINDS

QUICK = ("run", "threat-game", "--ticks", 5)


@pytest.fixture
def folder(curnits: Command, tmp_path: Path) -> Path:
    target = tmp_path / "run"
    assert curnits(*QUICK, "--out", target).status == 1
    return target


def contents(place: Path) -> dict[str, bytes]:
    files = (path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize(
    "manifest",
    [
        '{"name": "An app", "start_url": "/", "icons": []}',
        '{"format": "curnits run folder", "version": 2, "files": {}}',
        '{"format": "curnits run folder", "version": 1, "files": ["index.html"]}',
        '["curnits run folder"]',
        "[" * 100_000,
        "no JSON",
    ],
)
def test_a_folder_with_another_manifest_is_no_run(
    manifest: str, curnits: Command, tmp_path: Path
) -> None:
    app = tmp_path / "app"
    (app / "src").mkdir(parents=True)
    (app / "manifest.json").write_text(manifest)
    (app / "index.html").write_text("<p>mine")
    (app / "src" / "main.js").write_text("mine()")
    before = contents(tmp_path)
    refused = curnits(*QUICK, "--out", app, "--force")
    assert (refused.status, refused.out) == (2, "")
    assert "is not a run folder" in refused.err
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["notes.txt", "figures/notes.txt", "summary.json"])
def test_a_run_with_files_of_others_is_kept(name: str, curnits: Command, folder: Path) -> None:
    (folder / "figures").mkdir()
    (folder / name).write_text("mine")
    before = contents(folder)
    refused = curnits(*QUICK, "--out", folder, "--force")
    assert (refused.status, refused.out) == (2, "")
    assert f"{folder}: holds {name}, which is not as any command left it" in refused.err
    assert refused.err.count("\n") == 1
    assert contents(folder.parent) == {f"run/{file}": content for file, content in before.items()}


def test_links_are_files_of_others(curnits: Command, folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.tex").write_text("years of work")
    (folder / "figures").symlink_to(mine)
    assert curnits(*QUICK, "--out", folder, "--force").status == 2
    (folder / "figures").unlink()
    link = tmp_path / "link"
    link.symlink_to(folder)
    assert curnits(*QUICK, "--seed", 5, "--out", link, "--force").status == 1
    assert json.loads((folder / "manifest.json").read_text())["seed"] == 5
    assert link.is_symlink()
    assert contents(mine) == {"thesis.tex": b"years of work"}


@pytest.mark.usefixtures("few_figures")
def test_figures_and_reports_belong_to_the_run(curnits: Command, folder: Path) -> None:
    assert curnits("plot", folder, "--figure", "prices", "--format", "png").status == 0
    assert curnits("report", folder).status == 0
    listed = set(json.loads((folder / "manifest.json").read_text())["files"])
    assert {"figures/prices.png", "figures/prices.csv", "report.html", "ticks.parquet"} < listed
    assert curnits(*QUICK, "--out", folder, "--force").status == 1
    assert "figures" not in {path.name for path in folder.iterdir()}
    assert curnits("plot", folder, "--figure", "prices", "--format", "svg").status == 0
    (folder / "figures" / "prices.svg").write_text("a better drawing")
    assert curnits(*QUICK, "--out", folder, "--force").status == 2
    assert (folder / "figures" / "prices.svg").read_text() == "a better drawing"


def test_what_is_no_file_is_not_written_to(curnits: Command, tmp_path: Path) -> None:
    convert = ("convert", "threat-game", "--to", "yaml", "--force", "--out")
    (tmp_path / "mine").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("mine", "pipe"):
        refused = curnits(*convert, tmp_path / name)
        assert refused.status == 2
        assert "is not a file" in refused.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine", "pipe"]
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.parametrize(
    "words",
    [
        QUICK,
        ("basins", "three-solutions", "--starts", 2, "--ticks", 5),
        ("convert", "threat-game", "--to", "nfg"),
        ("multiplicity", "--games", 1),
        ("limits", "influence", "free-onlooker"),
    ],
)
def test_names_that_are_too_long(
    words: tuple[object, ...], curnits: Command, tmp_path: Path
) -> None:
    refused = curnits(*words, "--out", tmp_path / ("x" * 300))
    assert refused.status == 2
    assert "cannot be written: File name too long" in refused.err
    assert refused.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_long_name_that_is_allowed(curnits: Command, tmp_path: Path) -> None:
    scenario = tmp_path / f"{'x' * 250}.nfg"
    scenario.write_text('NFG 1 R "g" { "A" "B" } { 1 2 } 1 2 3 4')
    assert curnits("run", scenario, "--ticks", 5, "--out", tmp_path / ("y" * 255)).status in (0, 1)
    run = (
        sys.executable,
        "-c",
        "from curnits.analysis.cli.app import main; main()",
        "run",
        scenario.name,
    )
    ended = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "File name too long" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_study_does_not_write_over_files_of_others(curnits: Command, tmp_path: Path) -> None:
    words = ("multiplicity", "--out", tmp_path, "--games", len(KINDS), "--format", "svg")
    (tmp_path / "multiplicity.csv").write_text("mine")
    refused = curnits(*words)
    assert refused.status == 2
    assert "multiplicity.csv: exists already" in refused.err
    assert contents(tmp_path) == {"multiplicity.csv": b"mine"}


def interrupted(draft: Path) -> None:
    (draft / "half").write_text("a")
    raise KeyboardInterrupt


def test_a_failure_leaves_the_earlier_folder(folder: Path) -> None:
    before = contents(folder.parent)
    with pytest.raises(KeyboardInterrupt), fresh_folder(folder, replace=True) as draft:
        interrupted(draft)
    assert contents(folder.parent) == before
    with pytest.raises(FolderError, match="holds notes"), fresh_folder(folder, replace=True):
        (folder / "notes").write_text("written meanwhile")
    assert contents(folder.parent) == {**before, "run/notes": b"written meanwhile"}


def killed(place: Path, code: str) -> None:
    """Run some lines in a process that kills itself."""
    head = "import os, pathlib\nfrom curnits.analysis.storage import files, workshops\n"
    ended = subprocess.run([sys.executable, "-c", head + code], cwd=place, check=False)
    assert ended.returncode == -9


DIE = "os.kill(os.getpid(), 9)"


def test_leftovers_are_cleared_and_reported(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    place = folder.parent
    before = contents(folder)
    killed(
        place,
        "with files.fresh_folder(pathlib.Path('run'), replace=True) as draft:\n"
        f"    (draft / 'half').write_text('a')\n    {DIE}",
    )
    (left,) = place.glob(".*")
    assert contents(folder) == before
    write_files(place, {"other": b"1"}, replace=False)
    assert not left.exists()
    assert caplog.messages == [f"curnits: {left}: removed what a killed command had left behind"]
    assert sorted(path.name for path in place.iterdir()) == ["other", "run"]


def test_a_folder_is_put_back_if_its_successor_never_came(folder: Path) -> None:
    before = contents(folder)
    killed(
        folder.parent,
        f"files.check_own = lambda folder, called: 'old' in str(folder) and {DIE}\n"
        "with files.fresh_folder(pathlib.Path('run'), replace=True):\n    pass",
    )
    assert not folder.exists()
    write_files(folder.parent, {"other": b"1"}, replace=False)
    assert contents(folder) == before
    assert sorted(path.name for path in folder.parent.iterdir()) == ["other", "run"]


def test_a_successor_takes_over_if_killed_while_it_clears_up(folder: Path) -> None:
    killed(
        folder.parent,
        f"workshops._clear = lambda shop: {DIE}\n"
        "with files.fresh_folder(pathlib.Path('run'), replace=True) as draft:\n"
        "    (draft / 'new').write_text('a')",
    )
    assert contents(folder) == {"new": b"a"}
    write_files(folder.parent, {"other": b"1"}, replace=False)
    assert contents(folder.parent) == {"run/new": b"a", "other": b"1"}
    assert sorted(path.name for path in folder.parent.iterdir()) == ["other", "run"]


def test_workshops_in_use_and_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / ".curnits-notes"
    theirs.mkdir()
    (theirs / "new").write_text("mine")
    with fresh_folder(tmp_path / "slow", replace=False) as draft:
        (draft / "half").write_text("a")
        write_files(tmp_path, {"quick": b"1"}, replace=False)
        (draft / "rest").write_text("b")
    assert contents(tmp_path) == {
        ".curnits-notes/new": b"mine",
        "quick": b"1",
        "slow/half": b"a",
        "slow/rest": b"b",
    }


@pytest.mark.parametrize(
    "words",
    ["check", "check --axioms", "plot", "report", "run", "solve", "sweep", "plot run --out"],
)
def test_names_may_be_too_long(words: str, curnits: Command) -> None:
    result = curnits(*words.split(), "n" * 300)
    assert (result.status, result.out) == (2, "")
    assert result.err.count("\n") == 1
