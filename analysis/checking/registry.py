"""Everything that ``check`` verifies, by the file that tells what kind of folder it is.

Called only by the command.
"""

from os.path import exists, isdir  # of names too long, too
from pathlib import Path

from curnits.analysis.checking.check import Check
from curnits.sim.registry import Registry

SOLUTION, RUN = "a solution", "a run"

CHECKS = Registry[Check](
    __package__,
    {
        SOLUTION: "answers:SOLUTION",
        RUN: "repeating:RUN",
        "population.yaml": "populations:POPULATIONS",
        "study.yaml": "manyruns:STUDIES",
        "tournament.yaml": "manyruns:TOURNAMENTS",
    },
)
"""Checks of solutions, of runs, and of folders of other kinds by a file that they hold."""


def check_of(path: Path) -> Check:
    """Return how a file or folder is checked."""
    if not isdir(path):
        return CHECKS[SOLUTION]
    marks = (name for name in CHECKS if name.endswith(".yaml") and exists(path / name))
    return CHECKS[next(marks, RUN)]
