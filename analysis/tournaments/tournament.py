"""The model of a tournament: which policies meet in which games, and what is made of it.

Takes the data of a tournament file, gives a :class:`Tournament`, from which every run's complete
scenario can be made. :mod:`curnits.analysis.tournaments.tournamentfile` makes it from files.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainSerializer, field_validator, model_validator

from curnits.analysis.tournaments.lineups import SEPARATOR, Lineup, all_lineups, sampled
from curnits.sim.files.section import Section
from curnits.sim.files.yaml_writing import render
from curnits.sim.negotiation.policies import Policy, policy_name, read_policy, stated_policy
from curnits.sim.negotiation.references import REFERENCES
from curnits.sim.scenario.loading import from_data
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.scenario import Scenario

SECTION = "tournament"


MAX_POLICIES = 20
"""Most policies: as many as a matrix can show."""


MAX_RUNS = 1_000_000
"""Most runs of a tournament, and most line-ups of a game from which a sample is drawn."""


_RARELY = 1_000
"""Ticks between two rows of a series; results rest on talks alone."""


type PolicyField = Annotated[Policy, BeforeValidator(read_policy), PlainSerializer(stated_policy)]


type Amount = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class GameEntry(Section):
    """A game that is played: a scenario by name, members of a family, or a scenario written out."""

    scenario: str | None = Field(default=None, description="Catalogue name or file.")
    family: str | None = Field(default=None, description="Name of a family.")
    parameters: dict[str, Any] = Field(default={}, description="Of the family.")
    draws: Annotated[int, Field(ge=1)] = Field(
        default=1, description="Games of the family, with the seeds 1, 2, …"
    )
    inline: dict[str, Any] | None = Field(default=None, description="The sections of a scenario.")
    seats: list[str] | None = Field(
        default=None, description="Players whose policies vary; left out: all."
    )

    @model_validator(mode="after")
    def _check(self) -> Self:
        ways = ("scenario", "family", "inline")
        stated = [way for way in ways if getattr(self, way) is not None]
        if len(stated) != 1:
            found = ", ".join(stated) or "none of them"
            raise FieldError((), f"expected one of {', '.join(ways)} (found {found})")
        if self.family is None:
            for key, default in (("parameters", {}), ("draws", 1)):
                if getattr(self, key) != default:
                    raise FieldError((key,), "only families have that")
        return self

    def data(self, title: str, draw: int) -> dict[str, Any]:
        """Return the sections of a scenario, without what the tournament sets."""
        if self.inline is not None:
            return {"title": title, **self.inline}
        form = {"form": "family", "family": self.family, "parameters": self.parameters}
        return {"title": title, "game": {**form, "seed": draw}}


class EcologySettings(Section):
    """A large population in which ways of negotiating spread by what they earn."""

    shares: dict[str, Amount] = Field(
        default={}, description="At first, by policy, up to scale; left out: all the same."
    )
    mutation: Annotated[float, Field(ge=0.0, le=1.0)] = Field(
        default=1e-3, description="Share that turns to any policy at random in a generation."
    )
    generations: Annotated[float, Field(gt=0.0, le=1e6)] = Field(
        default=300.0,
        description="How long; in one of them a policy that earns the whole payoff range more "
        "than another grows e times as fast.",
    )


class ThresholdSettings(Section):
    """A question: up to which share of some others a policy earns more than another one."""

    policy: str = Field(description="The one that may pay.")
    instead_of: str = Field(description="What it is compared with, and what all others have.")
    share_of: str = Field(description="The one whose share varies.")


class TournamentSection(Section):
    """The section ``tournament`` of a file."""

    policies: dict[str, PolicyField] = Field(description="Ways of negotiating by name.")
    games: dict[str, GameEntry] = Field(description="What is played, by name.")
    seed: Annotated[int, Field(ge=0)] = Field(default=1, description="Seed of all runs.")
    replications: Annotated[int, Field(ge=1)] = Field(
        default=1, description="Runs of each line-up with other seeds."
    )
    sample: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Line-ups of each game, drawn at random; left out: all."
    )
    reference: str = Field(
        default="peaceful", description="What payoffs are measured from, without threats."
    )
    ecology: EcologySettings = EcologySettings()
    threshold: ThresholdSettings | None = None
    focus: str | None = Field(
        default=None, description="Policy whose share is varied in figures; left out: the first."
    )

    @field_validator("policies", mode="before")
    @classmethod
    def _named(cls, stated: Any) -> Any:
        """Let a list of policies stand for policies under their own names."""
        if not isinstance(stated, list):
            return stated
        named: dict[str, Policy] = {}
        for k, entry in enumerate(stated):
            policy = read_policy(entry)
            name = policy_name(policy)
            if name in named:
                raise FieldError((k,), f"{name} is there twice (expected names of their own)")
            named[name] = policy
        return named

    @field_validator("reference")
    @classmethod
    def _known(cls, stated: str) -> str:
        if stated not in REFERENCES:
            raise ValueError(f"expected one of {', '.join(REFERENCES)} (found {stated!r:.60})")
        return stated

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not 2 <= len(self.policies) <= MAX_POLICIES:
            found = len(self.policies)
            raise FieldError(("policies",), f"expected 2 to {MAX_POLICIES} (found {found})")
        for name in self.policies:
            if SEPARATOR in name:
                raise FieldError(("policies", name), f"expected a name without {SEPARATOR!r}")
        if not self.games:
            raise FieldError(("games",), "expected at least one (found none)")
        for name in self.ecology.shares:
            self._check_policy(name, ("ecology", "shares", name))
        if self.ecology.shares and sum(self.ecology.shares.values()) <= 0:
            raise FieldError(("ecology", "shares"), "expected a positive share")
        if self.threshold is not None:
            for key, name in self.threshold.model_dump().items():
                self._check_policy(name, ("threshold", key))
        if self.focus is not None:
            self._check_policy(self.focus, ("focus",))
        return self

    def _check_policy(self, name: str, path: tuple[str, ...]) -> None:
        if name not in self.policies:
            expected = f"expected one of {', '.join(self.policies)}"
            raise FieldError(path, f"no such policy here ({expected}; found {name!r:.60})")


class TournamentFile(Section):
    """All sections of a file."""

    title: str
    source: str = Field(default="", description="Where the question comes from.")
    summary: str = Field(default="", description="Who meets whom.")
    look_for: str = Field(default="", description="What the results show.")
    negotiation: dict[str, Any] = Field(default={}, description="In all games, before their own.")
    run: dict[str, Any] = Field(default={}, description="In all games, before their own.")
    tournament: TournamentSection


@dataclass(frozen=True, eq=False)
class Tournament:
    """A checked tournament.

    Attributes
    ----------
    name : str
        Of its file.
    file : TournamentFile
        Self-contained: no scenario is stated by its name any more.
    """

    name: str
    file: TournamentFile

    @property
    def section(self) -> TournamentSection:
        """What the tournament is."""
        return self.file.tournament

    @property
    def policies(self) -> tuple[str, ...]:
        """Names of the policies."""
        return tuple(self.section.policies)

    @cached_property
    def seats(self) -> dict[str, tuple[str, ...]]:
        """Players whose policies vary, by game."""
        return {
            name: tuple(entry.seats or self.game_scenario(name, 1, {}).game_without_ladders.players)
            for name, entry in self.section.games.items()
        }

    @cached_property
    def lineups(self) -> tuple[Lineup, ...]:
        """All runs."""
        return tuple(self._lineups())

    def scenario(self, lineup: Lineup) -> Scenario:
        """Return the complete scenario of a run.

        Raises
        ------
        FieldError
            If something does not fit; the path leads to it in the scenario.
        """
        ways = zip(self.seats[lineup.game], lineup.policies, strict=True)
        stated = {player: self.section.policies[label] for player, label in ways}
        scenario = self.game_scenario(lineup.game, lineup.draw, stated)
        return scenario.with_run(seed=lineup.seed(self.section.seed))

    def with_seed(self, seed: int) -> "Tournament":
        """Return the tournament with another seed."""
        section = self.section.model_copy(update={"seed": seed})
        return Tournament(self.name, self.file.model_copy(update={SECTION: section}))

    def to_yaml(self) -> str:
        """Return the complete file; it reads back to an equal tournament."""
        return render(self.file.model_dump(mode="json", exclude_none=True))

    def _lineups(self) -> Iterator[Lineup]:
        section = self.section
        for game, entry in section.games.items():
            chosen = all_lineups(self.policies, len(self.seats[game]))
            if section.sample is not None:
                chosen = sampled(chosen, section.sample, game, section.seed)
            for draw in range(1, entry.draws + 1):
                for policies in chosen:
                    for replication in range(1, section.replications + 1):
                        yield Lineup(game, draw, policies, replication)

    def game_scenario(self, game: str, draw: int, policies: Mapping[str, Policy]) -> Scenario:
        """Return the scenario of a draw of a game, with policies by player; errors as above."""
        data = self.section.games[game].data(game, draw)
        own = data.get("negotiation") or {}
        stated = {**(own.get("policies") or {}), **policies}
        negotiation = {**own, **self.file.negotiation, "policies": stated}
        run = {**(data.get("run") or {}), "record_every": _RARELY, **self.file.run}
        return from_data({**data, "negotiation": negotiation, "run": run}, None)
