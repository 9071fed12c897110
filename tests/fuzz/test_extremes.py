"""Every number that a file may state, at its extremes: an error that names it, or a run.

The long trials change files of the catalogue; here are the keys that none of those states.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from curnits.sim.errors import InputError
from curnits.sim.files.yaml import parse
from curnits.sim.games.families import FAMILIES
from curnits.sim.negotiation.policies import POLICIES
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import simulate
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.forms.family import FamilyForm
from curnits.sim.scenario.loading import from_data

EXTREMES = (1e308, -1e308, 1e100, 1e30, 1e-30, 5e-324, 0, 1, -1, 10**30, 5 * 10**18, 10**15)
RIVALS = {
    "form": "normal",
    "players": ["Ada", "Bo"],
    "actions": ["yield", "insist"],
    "profiles": {"yield, insist": [0, 10], "insist, yield": [10, 0], "default": [0, 0]},
}
BESIDES: Mapping[str, Sequence[dict[str, Any]]] = {
    "offers": ({"protocol": "alternating-offers"}, {"protocol": "proposer-commitment"}),
}
LADDER = {"base": "insist", "known": 0, "research": 0.5}
RUNG = {"action": "strike", "harm": 1, "cost": 0}


def survives(**sections: Any) -> None:
    """Try a scenario: it runs, or is refused; numbers that overflow count as a crash."""
    data = {"title": "Extreme", "game": RIVALS, **sections}
    data["run"] = {"ticks": 12, "window": 3, **data.get("run", {})}
    with warnings.catch_warnings(), suppress(InputError):
        warnings.simplefilter("error")
        simulate(from_data(data, Path(), lambda place: 1))


def keys(model: type[BaseModel], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the places of all keys of a section."""
    for name, field in model.model_fields.items():
        kinds = [field.annotation, *get_args(field.annotation)]
        inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]
        for kind in inner:
            yield from keys(kind, (*place, name))
        if not inner:
            yield (*place, name)


def stated(place: Sequence[str], value: Any) -> dict[str, Any]:
    """Return a section that states one value."""
    for name in reversed(place):
        value = {name: value}
    return dict(value)


@pytest.mark.parametrize("place", [*keys(NegotiationSettings)], ids=".".join)
def test_settings(place: tuple[str, ...]) -> None:
    for value in EXTREMES:
        for one in (value, {"Ada": value}):
            for besides in BESIDES.get(place[0], ({},)):
                survives(negotiation={**besides, **stated(place, one)})


@pytest.mark.parametrize("place", [*keys(RunSettings)], ids=".".join)
def test_run(place: tuple[str, ...]) -> None:
    for value in EXTREMES:
        if place != ("ticks",) or value != EXTREMES[-1]:  # such a run goes on for years
            survives(run=stated(place, value))


@pytest.mark.parametrize("name", POLICIES)
def test_policies(name: str) -> None:
    for key in POLICIES[name].model_fields:
        for value in EXTREMES:
            for one in (value, [value]):
                for besides in ({}, {"breakdown": {"base": 0.3}}):
                    survives(negotiation={"policies": {"Ada": {name: {key: one}}}, **besides})


@pytest.mark.parametrize("name", FAMILIES)
def test_families(name: str) -> None:
    for field in fields(FAMILIES[name]):
        for value in EXTREMES:
            for one in (value, [value], [value, value]):
                game = {"form": "family", "family": name, "parameters": {field.name: one}}
                survives(game=game, run={"ticks": 2})


@pytest.mark.parametrize("key", ["known", "research", "budget"])
def test_ladders(key: str) -> None:
    for value in EXTREMES:
        survives(ladders={"Ada": {**LADDER, "rungs": [RUNG], key: value}})


@pytest.mark.parametrize("key", ["harm", "cost", "credibility"])
def test_rungs(key: str) -> None:
    for value in EXTREMES:
        survives(ladders={"Ada": {**LADDER, "rungs": [{**RUNG, key: value}]}})


def test_payoffs() -> None:
    for one in EXTREMES:
        for other in EXTREMES:
            profiles = {"yield, insist": [0, one], "insist, yield": [other, 0], "default": [0, 0]}
            survives(game={**RIVALS, "profiles": profiles})
            corners = [[one, 0], [0, other], [0, 0]]
            survives(game={"form": "bargaining", "players": ["Ada", "Bo"], "feasible": corners})
            limit = {"at most": one, "weights": [1, other]}
            alone = {"Ada": 0, "Bo": 0}
            survives(game={"form": "coalitional", "V": {**alone, "Ada+Bo": limit}})


def test_whole_numbers_are_no_others_than_with_a_point() -> None:
    """Of a size that numpy's whole numbers hold, but not their multiples."""
    whole, floating = (
        FamilyForm(family="producers-and-saboteur", parameters={"cost": cost}).game.payoffs
        for cost in (9 * 10**18, 9e18)
    )
    assert (whole == floating).all()
    assert abs(whole).max() >= 9e18


def numbers(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Yield the places of all numbers in nested data."""
    if isinstance(value, Mapping | list):
        for key, item in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from numbers(item, (*place, key))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield place


@pytest.mark.parametrize("name", catalogue())
def test_games_of_the_catalogue(name: str) -> None:
    """Some numbers of each game, in whatever form it is stated."""
    path = catalogue()[name]
    data = parse(path.read_text("utf-8")).data
    found = list(numbers(data["game"], ("game",)))
    for *way, last in Random(name).sample(found, min(4, len(found))):
        for value in (1e308, 1e-30, 10**30):
            changed: Any = deepcopy(data)
            node = changed
            for key in way:
                node = node[key]
            node[last] = value
            with warnings.catch_warnings(), suppress(InputError):
                warnings.simplefilter("error")
                from_data(changed, path.parent).build()
