"""Reading scenario files, and Gambit files as scenarios.

Takes paths or data, gives a checked :class:`~curnits.sim.scenario.scenario.Scenario`; whatever is
wrong is told with its line. Called by commands, studies and tournaments.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from curnits.sim.files.reading import ReadingError, read_text
from curnits.sim.files.yaml import MAX_CHARACTERS, Place, YamlError, parse
from curnits.sim.games.game import GameError
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.keys import wrong_keys
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.problems import (
    ScenarioError,
    described,
    first_error,
    located_message,
    located_messages,
)
from curnits.sim.scenario.scenario import Scenario


def load(source: str | Path, *, alone: bool = False) -> Scenario:
    """Read a scenario file, or a Gambit ``.nfg`` file as a scenario with default settings.

    Parameters
    ----------
    source : str or Path
        A file, or, as text, also a name in the catalogue.
    alone : bool
        Whether no other file may be read, though the scenario names a Gambit file.

    Raises
    ------
    ScenarioError
        If the file cannot be read, or does not describe a scenario.

    Examples
    --------
    >>> from curnits.sim import load
    >>> load("hot-dog-stands").game_without_ladders.players
    ('small stand', 'big stand')
    """
    path = find(source) if isinstance(source, str) else source
    if path.suffix.lower() == ".efg":
        raise ScenarioError(
            f"{path}: extensive games cannot be read (expected a scenario file, or a Gambit .nfg "
            "file: Gambit saves the strategic form of a game as one)"
        )
    text = _read(path)
    if path.suffix.lower() == ".nfg":
        return _from_nfg(path, text)
    try:
        document = parse(text)
    except YamlError as error:
        raise ScenarioError(f"{path}:{error.line}: {error}") from error
    try:
        wrong = [(error.path, str(error)) for error in wrong_keys(document.data)]
        if wrong:
            raise ScenarioError(*located_messages(path, document, wrong))
        return Scenario.model_validate(with_nfg_text(document.data, None if alone else path.parent))
    except FieldError as error:
        raise ScenarioError(located_message(path, document, error.path, str(error))) from error
    except ValidationError as error:
        found = [described(details) for details in error.errors()]
        raise ScenarioError(*located_messages(path, document, found)) from error


def from_data(
    data: dict[str, Any], folder: Path | None, line: Callable[[Place], int] = lambda place: 0
) -> Scenario:
    """Check what a scenario file states.

    Parameters
    ----------
    data : dict
        The sections of the file.
    folder : Path or None
        Where a Gambit file that the scenario names is looked for; None: nowhere.
    line : callable, optional
        Where a value stands; of several things that are wrong the first is told.

    Raises
    ------
    FieldError
        If it is no scenario; its path leads to what is wrong.
    """
    for error in wrong_keys(data):
        raise error
    try:
        return Scenario.model_validate(with_nfg_text(data, folder))
    except ValidationError as error:
        raise first_error(error, line) from error


def load_data(path: Path) -> dict[str, Any]:
    """Return the data of a scenario file, or of a Gambit file; it needs no further file.

    Raises
    ------
    ScenarioError
        As above.
    """
    scenario = load(path)  # says with its own lines what is wrong
    if path.suffix.lower() == ".nfg":
        return scenario.model_dump(mode="json", exclude_none=True)
    return with_nfg_text(parse(_read(path)).data, path.parent)


def _from_nfg(path: Path, text: str) -> Scenario:
    from curnits.sim.games.nfg import NfgError, read_nfg
    from curnits.sim.scenario.forms.nfg import NfgForm

    try:
        game = read_nfg(text)
    except NfgError as error:
        raise ScenarioError(f"{path}:{error.line}: {error.problem}") from error
    except GameError as error:
        raise ScenarioError(f"{path}: {error}") from error
    return Scenario(title=game.title or path.stem, game=NfgForm(file=path.name, text=text))


def _read(path: Path) -> str:
    try:
        return read_text(path, MAX_CHARACTERS)
    except ReadingError as error:
        raise ScenarioError(str(error)) from error


def with_nfg_text(data: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """Put the contents of the Gambit file that a scenario names into the scenario."""
    game = data["game"]
    if game["form"] != "nfg" or "text" in game:
        return data
    if not isinstance(game.get("file"), str):
        raise FieldError(("game", "file"), "expected the path of a Gambit file")
    if folder is None:
        raise FieldError(("game", "file"), "other files are not read (expected the game itself)")
    try:
        text = _read(folder / game["file"])
    except ScenarioError as error:
        raise FieldError(("game", "file"), str(error)) from error
    return {**data, "game": {**game, "text": text}}
