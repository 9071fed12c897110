"""Settings that a page offers for change, and scenarios with other ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from curnits.sim.negotiation.policies import POLICIES, Truthful, policy_name
from curnits.sim.negotiation.settings import RunSettings
from curnits.sim.scenario.scenario import Scenario

_POLICIES = "policies"
"""The section of the settings that has a policy for each player."""


@dataclass(frozen=True)
class Choice:
    """A setting that can be changed: its present value, and the others if they can be listed.

    ``about`` says what it does and in which unit, ``section`` what it is part of.
    """

    name: str
    value: object
    others: tuple[str, ...]
    about: str = field(default="", compare=False)
    section: str = field(default="", compare=False)


def choices(scenario: Scenario) -> tuple[Choice, ...]:
    """Return the settings of negotiation and run, as a scenario has them."""
    return (*_settings(scenario.run), *_policies(scenario), *_settings(scenario.negotiation))


def _settings(section: BaseModel, above: str = "", part: str = "") -> Iterator[Choice]:
    for name, known in type(section).model_fields.items():
        value, kind, about = getattr(section, name), known.annotation, known.description or ""
        if isinstance(value, BaseModel):
            yield from _settings(value, f"{above}{name}.", about)
        elif isinstance(value, str | int | float):
            others = get_args(kind) if get_origin(kind) is Literal else ()
            yield Choice(f"{above}{name}", value, others, about, part)


def _policies(scenario: Scenario) -> Iterator[Choice]:
    """Offer the policies that need no parameters, and those that players have."""
    if scenario.negotiation.protocol != "ticks":
        return
    simple = tuple(
        name
        for name, kind in POLICIES.items()
        if not any(known.is_required() for known in kind.model_fields.values())
    )
    for player in scenario.game_without_ladders.players:
        own = _policy(scenario, player)
        others = tuple(dict.fromkeys((own, *simple)))
        yield Choice(f"{_POLICIES}.{player}", own, others, f"how {player} negotiates")


def _policy(scenario: Scenario, player: str) -> str:
    return policy_name(scenario.negotiation.policies.get(player, Truthful()))


def changed(scenario: Scenario, settings: Mapping[str, object]) -> Scenario:
    """Return a scenario with other settings, by the names of :class:`Choice`.

    Raises
    ------
    ScenarioError
        If one does not fit.
    """
    run = {name: value for name, value in settings.items() if name in RunSettings.model_fields}
    rules: dict[str, Any] = {}
    for name, value in settings.items() - run.items():
        section, _, key = name.rpartition(".")
        if name.startswith(f"{_POLICIES}."):
            player = name.removeprefix(f"{_POLICIES}.")
            if value != _policy(scenario, player):  # what is not changed keeps its parameters
                rules.setdefault(_POLICIES, dict(scenario.negotiation.policies))[player] = value
        elif section:
            inner = getattr(scenario.negotiation, section).model_dump()
            rules[section] = {**inner, **rules.get(section, {}), key: value}
        else:
            rules[name] = value
    return scenario.with_run(**run).with_negotiation(**rules)
