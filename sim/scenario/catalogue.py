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
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "see: curnits scenarios"
    return _find_among(known, name, f"no such file, and no scenario of that name ({hint})")


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
    expected = f"expected a {kind} file, or one of {', '.join(known)}"
    return _find_among(known, name, f"no such file ({expected})")


def _root() -> Path:
    return Path(str(files("curnits.scenarios")))


def _find_among(known: Mapping[str, Path], name: str, otherwise: str) -> Path:
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
