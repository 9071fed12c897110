"""What the installed command writes to its standard output: JSON, and not one byte besides."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from command import Forked
from typer.core import TyperGroup

from curnits.analysis.cli.app import app

INSTALLED = Path(sys.executable).with_name("curnits")

PRINTING_JSON = {
    "run": "run threat-game --ticks 50 --out {}/run",
    "solve": "solve free-onlooker",
    "check": "check {}/solution.json",
    "scenarios": "scenarios",
    "leverage": "leverage protection-racket",
    "basins": "basins three-solutions --starts 2 --ticks 20 --format svg --out {}/basins",
    "multiplicity": "multiplicity --games 1 --format svg --out {}/several",
    "sweep": "sweep atlas-of-equilibria --dry-run",
    "tournament": "tournament six-ways --dry-run",
    "population": "population insisting-neighbours --rounds 1 --out {}/met",
    "limits sanding": "limits sanding sanded-face",
    "limits thickening": "limits thickening thin-zero-sum --draws 1",
    "limits influence": "limits influence free-pair",
}
"""Every command with ``--json``, as a user may call it."""


def _with_json(command: Any, name: str = "") -> Iterator[str]:
    if isinstance(command, TyperGroup):
        for part, inner in command.commands.items():
            yield from _with_json(inner, f"{name} {part}".strip())
    elif any("--json" in option.opts for option in command.params):
        yield name


def test_no_command_is_forgotten() -> None:
    assert sorted(_with_json(typer.main.get_command(app))) == sorted(PRINTING_JSON)


@pytest.mark.parametrize("words", PRINTING_JSON.values(), ids=PRINTING_JSON)
def test_standard_output_is_json_to_the_byte(words: str, forked: Forked, tmp_path: Path) -> None:
    """In a process of its own: what C code writes does not pass through ``sys.stdout``."""
    out = tmp_path / "out.json"
    if words.startswith("check"):
        solved = subprocess.run(
            [INSTALLED, "solve", "threat-game", "--json"], capture_output=True, check=True
        )
        (tmp_path / "solution.json").write_bytes(solved.stdout)
    ended = forked(f"{words} --json", tmp_path, out=str(out))
    assert ended["status"] in (0, 1), ended["err"]
    text = out.read_text("utf-8")
    assert text.startswith("{")
    assert text.endswith("}\n")
    json.loads(text)
