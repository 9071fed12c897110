"""Tournament files: found by name, read and checked.

Takes a path, gives a :class:`~curnits.analysis.tournaments.tournament.Tournament`. Called by the
command ``tournament`` and wherever a folder of one is opened.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from curnits.analysis.tournaments.checks import check_games
from curnits.analysis.tournaments.tournament import (
    SECTION,
    GameEntry,
    Tournament,
    TournamentFile,
    TournamentSection,
)
from curnits.sim.files.reading import read_text
from curnits.sim.files.yaml import MAX_CHARACTERS, Document, YamlError, parse, type_name
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.scenario.catalogue import find_beside
from curnits.sim.scenario.loading import load_data
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.problems import ScenarioError, check_known, first_error, located_message


def load_tournament(path: Path) -> Tournament:
    """Read a tournament file, and check that every policy can be had in every seat.

    Raises
    ------
    ScenarioError
        If it cannot be read, or some run would have no valid scenario; the message names the line.
    """
    return read_tournament(read_text(path, MAX_CHARACTERS), path)


def read_tournament(text: str, path: Path) -> Tournament:
    """Read the text of a tournament file; ``path`` is where it comes from; errors as above."""
    try:
        document = parse(text)
    except YamlError as error:
        raise ScenarioError(f"{path}:{error.line}: {error}") from error
    try:
        tournament = _read(document, path)
        check_games(tournament)
    except FieldError as error:
        raise ScenarioError(located_message(path, document, error.path, str(error))) from error
    return tournament


def _read(document: Document, path: Path) -> Tournament:
    data = document.data
    check_known(TournamentFile, data, ())
    section = data.get(SECTION)
    if not isinstance(section, Mapping):
        raise FieldError((SECTION,), f"expected the section {SECTION} (found {type_name(section)})")
    check_known(TournamentSection, section, (SECTION,))
    for key, model, own in (
        ("negotiation", NegotiationSettings, "policies"),
        ("run", RunSettings, "seed"),
    ):
        stated = data.get(key, {})
        if isinstance(stated, Mapping):
            check_known(model, stated, (key,))
            if own in stated:
                raise FieldError((key, own), f"said by the section {SECTION} (expected none)")
    games = section.get("games")
    if isinstance(games, Mapping):
        for name, entry in games.items():
            if isinstance(entry, Mapping):
                check_known(GameEntry, entry, (SECTION, "games", name))
        written = {name: _written_out(name, entry, path.parent) for name, entry in games.items()}
        data = {**data, SECTION: {**section, "games": written}}
    try:
        return Tournament(path.stem, TournamentFile.model_validate(data))
    except ValidationError as error:
        raise first_error(error, document.line) from error


def _written_out(name: str, entry: Any, folder: Path) -> Any:
    """Return the entry of a game with its scenario in place of the scenario's name."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("scenario"), str):
        return entry
    try:
        file = find_beside(folder, entry["scenario"])
    except ScenarioError as error:
        raise FieldError((SECTION, "games", name, "scenario"), str(error)) from error
    rest = {key: value for key, value in entry.items() if key != "scenario"}
    return {**rest, "inline": load_data(file)}
