"""The notebooks run from top to bottom, each in a process of its own, without Jupyter."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLACE = Path(__file__).parents[2] / "scenarios" / "notebooks"
NOTEBOOKS = sorted(PLACE.glob("*.ipynb"))


def test_there_are_three() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["coalitions", "negotiating", "threats"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    book = json.loads(path.read_text("utf-8"))
    assert (book["nbformat"], book["cells"][0]["cell_type"]) == (4, "markdown")
    cells = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] for cell in cells)
    ended = subprocess.run(
        [sys.executable, "-c", "\n\n".join("".join(cell["source"]) for cell in cells)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.strip()
