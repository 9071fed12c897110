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

FOLDERS: Mapping[str, str] = {
    "population": "populations",
    "study": "studies",
    "tournament": "tournaments",
}
"""Folders of files that come with the package and hold more than a scenario, by kind of file."""


def catalogue() -> dict[str, Path]:
    """Return the scenario files that come with the package, by name."""
    return {
        path.stem: path
        for path in sorted(_root().rglob("*.yaml"))
        if path.parent.name not in FOLDERS.values()
    }


def shipped(kind: str) -> dict[str, Path]:
    """Return the files of another kind, a key of :data:`FOLDERS`, that come along, by name."""
    return {path.stem: path for path in sorted((_root() / FOLDERS[kind]).glob("*.yaml"))}


def find(name: str) -> Path:
    """Return the file for a path or a name in the catalogue.

    Raises
    ------
    ScenarioError
        If there is neither.
    """
    known = catalogue()
    found = _find_among(known, name)
    if found is None:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "see: curnits scenarios"
        expected = f"no such file, and no scenario of that name ({hint})"
        raise ScenarioError(f"{printable(name)}: {expected}")
    return found


def find_beside(folder: Path, name: str) -> Path:
    """Return the file that another one in a folder names: one beside it, or as above.

    Raises
    ------
    ScenarioError
        If there is neither.
    """
    beside = folder / name
    return beside if isfile(beside) else find(name)


def find_shipped(kind: str, name: str) -> Path:
    """Return the file of another kind, a key of :data:`FOLDERS`, for a path or the name of one.

    Raises
    ------
    ScenarioError
        If there is neither.
    """
    known = shipped(kind)
    found = _find_among(known, name)
    if found is None:
        expected = f"expected a {kind} file, or one of {', '.join(known)}"
        raise ScenarioError(f"{printable(name)}: no such file ({expected})")
    return found


def _root() -> Path:
    return Path(str(files("curnits.scenarios")))


def _find_among(known: Mapping[str, Path], name: str) -> Path | None:
    """Return the file of a known name that no file of the user has, or the file at a path."""
    if name in known and not isfile(name):
        return known[name]
    return Path(name) if exists(name) else None
