"""Population files: a scenario of two players, and the people who meet in it.

Takes YAML, gives a checked :class:`Setting`, from which a :class:`Population` is built. Called by
the command ``population``, and where its folders are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, ValidationError

from curnits.sim.files.reading import read_text
from curnits.sim.files.section import Section
from curnits.sim.files.yaml import MAX_CHARACTERS, Document, YamlError, parse, type_name
from curnits.sim.files.yaml_writing import render
from curnits.sim.games.game import GameError
from curnits.sim.negotiation.policies import Truthful
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.settings import PolicyField
from curnits.sim.population.encounters import Population
from curnits.sim.population.networks import Everybody, NetworkField, Share
from curnits.sim.scenario.loading import from_data
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.problems import ScenarioError, check_known, first_error, located_message
from curnits.sim.scenario.scenario import Scenario

SECTION = "population"

_RARELY = 1_000
"""Ticks between two rows of a series; encounters rest on how talks end alone."""

MAX_PEOPLE = 1_000
"""Most people: half a million pairs of them."""


class GroupEntry(Section):
    """People who are alike at first."""

    people: Annotated[int, Field(ge=1)] = Field(description="How many.")
    policy: PolicyField = Field(
        default=Truthful(), description="Their way of negotiating, by default truthful."
    )
    resolve: Share = Field(
        default=1.0, description="Probability with which they carry out their threats."
    )


class PopulationSection(Section):
    """Who meets whom, and how often."""

    groups: dict[str, GroupEntry] = Field(description="The people, by a name of your own.")
    rounds: Annotated[int, Field(ge=1)] = Field(
        default=20, description="In each, everybody who finds a partner negotiates once."
    )
    network: NetworkField = Field(default=Everybody(), description="Who can talk to whom.")
    imitation: Share = Field(
        default=0.0,
        description="Probability with which a person looks at a neighbour after a round, and "
        "takes over its policy if that earned more, the likelier the more.",
    )

    @property
    def people(self) -> list[str]:
        """The group of each person."""
        return [name for name, group in self.groups.items() for _ in range(group.people)]


@dataclass(frozen=True, eq=False)
class Setting:
    """A checked population file.

    Attributes
    ----------
    scenario : Scenario
        What is negotiated in each encounter, and how; the seed of its run is that of everything.
    section : PopulationSection
    """

    scenario: Scenario
    section: PopulationSection

    def build(self) -> Population:
        """Return the people before their first round."""
        section, run = self.section, self.scenario.run
        people = [section.groups[name] for name in section.people]
        rng = np.random.default_rng([run.seed, len(people)])
        return Population(
            self.scenario.game_without_ladders,
            [group.policy for group in people],
            self.scenario.negotiation,
            run.model_copy(update={"record_every": _RARELY}),
            names=section.people,
            resolve=[group.resolve for group in people],
            network=section.network.graph(len(people), rng),
            imitation=section.imitation,
            seed=run.seed,
        )

    def changed(self, *, seed: int | None, rounds: int | None) -> "Setting":
        """Return the setting with another seed or number of rounds, where these are given."""
        scenario = self.scenario if seed is None else self.scenario.with_run(seed=seed)
        update = {} if rounds is None else {"rounds": rounds}
        return Setting(scenario, self.section.model_copy(update=update))

    def to_yaml(self) -> str:
        """Return the complete file; it reads back to an equal setting."""
        scenario = self.scenario.model_dump(mode="json", exclude_none=True)
        section = self.section.model_dump(mode="json", exclude_none=True)
        del scenario["negotiation"]["policies"], scenario["negotiation"]["credibility"]["resolve"]
        return render({**scenario, SECTION: section})


def load_population(path: Path) -> Setting:
    """Read a population file.

    Raises
    ------
    ScenarioError
        If it cannot be read, or does not describe people who can meet; the message names the line.
    """
    try:
        document = parse(read_text(path, MAX_CHARACTERS))
    except YamlError as error:
        raise ScenarioError(f"{path}:{error.line}: {error}") from error
    try:
        return _read(document, path)
    except FieldError as error:
        raise ScenarioError(located_message(path, document, error.path, str(error))) from error


def _read(document: Document, path: Path) -> Setting:
    data = dict(document.data)
    stated = data.pop(SECTION, None)
    if not isinstance(stated, Mapping):
        raise FieldError((SECTION,), f"expected the section {SECTION} (found {type_name(stated)})")
    section = _section(stated, document)
    for place in (("negotiation", "policies"), ("negotiation", "credibility", "resolve")):
        if _states(data, place):
            raise FieldError(place, f"said by {SECTION}.groups (expected none)")
    scenario = from_data(data, path.parent, document.line)
    for key in ("ladders", "newcomers"):
        if getattr(scenario, key):
            raise FieldError((key,), "people who meet in pairs cannot have them (expected none)")
    if (n := scenario.game_without_ladders.n) != 2:
        raise FieldError(("game",), f"expected two players, who meet (found {n})")
    if (protocol := scenario.negotiation.protocol) != "ticks":
        expected = "expected ticks, the protocol that has policies and resolve"
        raise FieldError(("negotiation", "protocol"), f"{expected} (found {protocol})")
    for name, group in section.groups.items():
        policies = dict.fromkeys(scenario.game_without_ladders.players, group.policy)
        try:
            Rules.of(scenario.game_without_ladders, scenario.negotiation, policies=policies)
            group.policy.check(scenario.game_without_ladders)
        except GameError as error:
            raise FieldError((SECTION, "groups", name, "policy"), str(error)) from error
    return Setting(scenario, section)


def _section(stated: Mapping[str, Any], document: Document) -> PopulationSection:
    check_known(PopulationSection, stated, (SECTION,))
    groups = stated.get("groups")
    for name, entry in groups.items() if isinstance(groups, Mapping) else ():
        if isinstance(entry, Mapping):
            check_known(GroupEntry, entry, (SECTION, "groups", name))
    try:
        section = PopulationSection.model_validate(stated)
    except ValidationError as error:
        found = first_error(error, lambda place: document.line((SECTION, *_written(place))))
        raise FieldError((SECTION, *_written(found.path)), str(found)) from error
    people = sum(group.people for group in section.groups.values())
    if not 2 <= people <= MAX_PEOPLE:
        expected = f"expected 2 to {MAX_PEOPLE:,} people"
        raise FieldError((SECTION, "groups"), f"{expected} (found {people:,})")
    if people < (fewest := section.network.fewest):
        few = f"there are {people} people (expected at least {fewest} for this network)"
        raise FieldError((SECTION, "network"), few)
    return section


def _written(place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """Return where something is in a file, which does not repeat the kind of a network."""
    return (*place[:1], *place[2:]) if place[:1] == ("network",) else place


def _states(data: Mapping[str, Any], place: tuple[str, ...]) -> bool:
    node: Any = data
    for key in place:
        if not isinstance(node, Mapping) or key not in node:
            return False
        node = node[key]
    return True
