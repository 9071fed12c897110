"""Keys of a scenario file that no section knows.

Takes the data of a file, gives errors; :mod:`curnits.sim.scenario.loading` asks before it reads any
value, since values may only be wrong because of keys.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from curnits.sim.files.yaml import Place, type_name
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.scenario.forms import FORMS
from curnits.sim.scenario.ladders import LadderEntry, RungEntry, TreatyEntry
from curnits.sim.scenario.newcomers import NewcomerEntry
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.problems import unknown_keys
from curnits.sim.scenario.scenario import Scenario


def wrong_keys(data: Mapping[str, Any]) -> Iterator[FieldError]:
    """Yield what is wrong with the keys of every section.

    They come before values, which may only be wrong because of them: unknown keys, a section game
    that is none, an unknown form of game.
    """
    yield from unknown_keys(Scenario, data, ())
    game = data.get("game")
    if not isinstance(game, Mapping):
        yield FieldError(("game",), f"expected the section game (found {type_name(game)})")
    else:
        form = game.get("form")
        if not isinstance(form, str) or form not in FORMS:
            expected = f"expected one of {', '.join(FORMS)}"
            yield FieldError(("game", "form"), f"{expected} (found {type_name(form)})")
        else:
            yield from unknown_keys(FORMS[form], game, ("game",))
    for section, model in (("negotiation", NegotiationSettings), ("run", RunSettings)):
        if isinstance(data.get(section), Mapping):
            yield from unknown_keys(model, data[section], (section,))
    for path, entry in _named("negotiation", data.get("negotiation")):
        field = NegotiationSettings.model_fields.get(str(path[-1]))
        if field is not None and isinstance(field.default, BaseModel):
            yield from unknown_keys(type(field.default), entry, path)
    for path, entry in _entries("treaties", data.get("treaties")):
        yield from unknown_keys(TreatyEntry, entry, path)
    for path, entry in _named("newcomers", data.get("newcomers")):
        yield from unknown_keys(NewcomerEntry, entry, path)
    for path, entry in _ladder_entries(data.get("ladders")):
        yield from unknown_keys(RungEntry if "rungs" in path[2:] else LadderEntry, entry, path)


def _named(key: str, entries: Any) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield the entries of a mapping that have keys, with their places."""
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        if isinstance(entry, Mapping):
            yield (key, name), entry


def _ladder_entries(ladders: Any) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield every ladder and every rung that looks like one, with its place."""
    for path, ladder in _named("ladders", ladders):
        yield path, ladder
        for place, rung in _entries("rungs", ladder.get("rungs")):
            yield (*path, *place), rung


def _entries(key: str, entries: Any) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """Yield the entries of a list that have keys, with their places."""
    for k, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping):
            yield (key, k), entry
