"""Scenario files that come with the package, and files found by name or path.

Takes names, gives paths; commands call it before :mod:`curnits.sim.scenario.loading`.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.resources import files
from os.path import exists, isfile
from pathlib import Path

from curnits.sim.files.reading import printable
from curnits.sim.scenario.problems import ScenarioError


def catalogue() -> dict[str, Path]:
    """Return the scenario files that come with the package, by name."""
    root = Path(str(files("curnits.scenarios")))
    return {
        path.stem: path
        for path in sorted(root.rglob("*.yaml"))
        if path.parent.name not in ("populations", "studies", "tournaments")
    }


def find(name: str) -> Path:
    """Return the file for a path or a name in the catalogue.

    Raises
    ------
    ScenarioError
        If there is neither.
    """
    known = catalogue()
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "see: curnits scenarios"
    return find_among(known, name, f"no such file, and no scenario of that name ({hint})")


def find_beside(folder: Path, name: str) -> Path:
    """Return the file that another one in a folder names: one beside it, or as above.

    Raises
    ------
    ScenarioError
        If there is neither.
    """
    beside = folder / name
    return beside if isfile(beside) else find(name)


def find_among(known: Mapping[str, Path], name: str, otherwise: str) -> Path:
    """Return the file of a known name that no file of the user has, or the file at a path.

    Raises
    ------
    ScenarioError
        If there is neither; ``otherwise`` says what was expected.
    """
    if name in known and not isfile(name):
        return known[name]
    if exists(name):
        return Path(name)
    raise ScenarioError(f"{printable(name)}: {otherwise}")
