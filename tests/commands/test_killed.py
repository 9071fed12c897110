"""Commands that are killed or interrupted while they write, or find the disk full.

Every file is as it was or as it shall be, and the next command clears what is left. ``KILLS`` in
the environment says how often each command is ended in each way (once here; more often by hand).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command import Forked

KILLS = int(os.environ.get("KILLS", "1"))

COMMANDS = {
    "run": "run threat-game --ticks 5 --out {}/run --force --seed 7 --quiet",
    "plot": "plot {}/run --figure frontier --format svg --force --quiet",
    "report": "report {}/run --force --quiet",
    "basins": "basins three-solutions --starts 2 --ticks 5 --format svg --out {}/basins --quiet",
    "multiplicity": "multiplicity --games 1 --format svg --out {}/several --resume --quiet",
    "convert": "convert threat-game --to yaml --out {}/game.yaml --force",
}
FIRST = {
    "plot": "run threat-game --ticks 5 --out {}/run --quiet",
    "report": "run threat-game --ticks 5 --out {}/run --quiet",
    "run": "run threat-game --ticks 5 --out {}/run --quiet",
    "convert": "convert hot-dog-stands --to yaml --out {}/game.yaml",
}
"""What is there before."""


def contents(place: Path) -> dict[str, bytes]:
    files = (path for path in place.rglob("*") if path.is_file())
    return {path.relative_to(place).as_posix(): path.read_bytes() for path in files}


def visible(place: Path) -> dict[str, bytes]:
    """Return all files but those in workshops."""
    return {name: content for name, content in contents(place).items() if ".curnits-" not in name}


class Case:
    """A command, what is there before and after it, and how many steps it takes."""

    def __init__(self, name: str, run: Forked, tmp_path: Path) -> None:
        self.words, self.run, self.place = COMMANDS[name], run, tmp_path / "place"
        self.earlier = tmp_path / "earlier"
        self.place.mkdir()
        if name in FIRST:
            run(FIRST[name], self.place)
        shutil.copytree(self.place, self.earlier)
        self.before = contents(self.place)
        whole = run(self.words, self.place)
        assert whole["status"] in (0, 1)
        assert whole["err"] == ""
        self.after, self.steps = contents(self.place), whole["steps"]
        assert self.steps > 5
        assert self.after != self.before

    def again(self) -> None:
        shutil.rmtree(self.place)
        shutil.copytree(self.earlier, self.place)

    def holds_whole_files(self) -> None:
        for name, content in visible(self.place).items():
            if name.endswith("games.csv"):  # grows row by row
                assert self.after[name].startswith(content)
            elif name.endswith("manifest.json"):  # of a run, to which figures may be added or not
                json.loads(content)
            else:
                assert content in (self.before.get(name), self.after.get(name)), name

    def completes_later(self) -> None:
        for left in self.place.rglob(".curnits-*"):
            os.utime(left, (0, 0))
        ended = self.run(self.words, self.place)
        if visible(self.place) == self.after and ended["status"] == 2:
            assert "exists already" in ended["err"]  # it came too late
            return
        assert ended["status"] in (0, 1)
        assert contents(self.place) == self.after
        assert not list(self.place.rglob(".*"))


@pytest.fixture(params=COMMANDS, scope="module")
def case(
    request: pytest.FixtureRequest, forked: Forked, tmp_path_factory: pytest.TempPathFactory
) -> Case:
    return Case(request.param, forked, tmp_path_factory.mktemp("killed"))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_while_writing(number: signal.Signals, case: Case) -> None:
    rng = np.random.default_rng(number)
    steps = range(1, case.steps + 1)
    for step in rng.permutation(steps)[:KILLS].tolist():
        case.again()
        ended = case.run(case.words, case.place, step, number)
        if number == signal.SIGKILL:
            assert ended["status"] == -9
        else:
            late = contents(case.place) == case.after  # nothing was left to be interrupted
            assert ended["status"] in ((0, 1, 130) if late else (130,))
            assert not list(case.place.rglob(".curnits-*")), step
        case.holds_whole_files()
        case.completes_later()


def test_a_full_disk(case: Case) -> None:
    rng = np.random.default_rng(1)
    grown = {name: len(text) for name, text in case.after.items() if text != case.before.get(name)}
    for limit in rng.integers(max(grown.values()), size=KILLS).tolist():
        case.again()
        ended = case.run(case.words, case.place, limit=limit)
        assert ended["status"] == 2
        assert "cannot be written: File too large" in ended["err"]
        assert ended["err"].count("\n") == 1
        assert not list(case.place.rglob(".curnits-*"))
        case.holds_whole_files()
        case.completes_later()


def test_ctrl_c_while_the_command_is_loaded() -> None:
    code = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from curnits.analysis.cli import main\n"
        "main()\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, b"", b"")
