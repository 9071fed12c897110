"""Tournament files: which policies meet in which games, how often, and what is made of it.

Takes YAML, gives a checked :class:`Tournament`, from which every run's complete scenario can be
made. Called by the command ``tournament`` and wherever a folder of one is opened.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from os.path import isfile
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    field_validator,
    model_validator,
)

from curnits.analysis.tournaments.lineups import SEPARATOR, Lineup, all_lineups, sampled
from curnits.sim.files.reading import read_text
from curnits.sim.files.yaml import (
    MAX_CHARACTERS,
    Document,
    YamlError,
    parse,
    render,
    type_name,
)
from curnits.sim.games.game import GameError
from curnits.sim.negotiation.policies import Policy, policy_name, read_policy, stated_policy
from curnits.sim.negotiation.references import REFERENCES
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.scenario import (
    Scenario,
    ScenarioError,
    check_known,
    find,
    find_among,
    first_error,
    from_data,
    load,
    located_message,
    with_nfg_text,
)

SECTION = "tournament"

MAX_POLICIES = 20
"""Most policies: as many as a matrix can show."""

MAX_RUNS = 1_000_000
"""Most runs of a tournament, and most line-ups of a game from which a sample is drawn."""

_RARELY = 1_000
"""Ticks between two rows of a series; results rest on talks alone."""

type PolicyField = Annotated[Policy, BeforeValidator(read_policy), PlainSerializer(stated_policy)]
type Amount = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


class GameEntry(BaseModel):
    """A game that is played: a scenario by name, members of a family, or a scenario written out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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


class EcologySettings(BaseModel):
    """A large population in which ways of negotiating spread by what they earn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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


class ThresholdSettings(BaseModel):
    """A question: up to which share of some others a policy earns more than another one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str = Field(description="The one that may pay.")
    instead_of: str = Field(description="What it is compared with, and what all others have.")
    share_of: str = Field(description="The one whose share varies.")


class TournamentSection(BaseModel):
    """The section ``tournament`` of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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


class TournamentFile(BaseModel):
    """All sections of a file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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
            name: tuple(entry.seats or self._scenario(name, 1, {}).ground.players)
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
        scenario = self._scenario(lineup.game, lineup.draw, stated)
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

    def _scenario(self, game: str, draw: int, policies: Mapping[str, Policy]) -> Scenario:
        data = self.section.games[game].data(game, draw)
        own = data.get("negotiation") or {}
        stated = {**(own.get("policies") or {}), **policies}
        negotiation = {**own, **self.file.negotiation, "policies": stated}
        run = {**(data.get("run") or {}), "record_every": _RARELY, **self.file.run}
        return from_data({**data, "negotiation": negotiation, "run": run}, None)


def shipped() -> dict[str, Path]:
    """Return the tournament files that come with the package, by name."""
    root = Path(str(files("curnits.scenarios"))) / "tournaments"
    return {path.stem: path for path in sorted(root.glob("*.yaml"))}


def find_tournament(name: str) -> Path:
    """Return the file for a path or the name of a tournament that comes with the package.

    Raises
    ------
    ScenarioError
        If there is neither.
    """
    known = shipped()
    expected = f"expected a tournament file, or one of {', '.join(known)}"
    return find_among(known, name, f"no such file ({expected})")


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
        _check_games(tournament)
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
    beside = folder / entry["scenario"]
    try:
        file = beside if isfile(beside) else find(entry["scenario"])
        scenario = load(file)
    except ScenarioError as error:
        raise FieldError((SECTION, "games", name, "scenario"), str(error)) from error
    if file.suffix.lower() == ".nfg":
        data = scenario.model_dump(mode="json", exclude_none=True)
    else:
        data = with_nfg_text(parse(read_text(file, MAX_CHARACTERS)).data, file.parent)
    rest = {key: value for key, value in entry.items() if key != "scenario"}
    return {**rest, "inline": data}


def _check_games(tournament: Tournament) -> None:
    """Check seats, numbers of runs, and every policy in every seat of every game.

    Raises
    ------
    FieldError
        At the first that does not fit; its path leads there in the file.
    """
    section, runs = tournament.section, 0
    for name, entry in section.games.items():
        place = (SECTION, "games", name)
        players = _checked(tournament, name, {}, place).ground.players
        for k, player in enumerate(entry.seats or ()):
            if player not in players:
                expected = f"expected some of {', '.join(players)}"
                raise FieldError((*place, "seats", k), f"unknown player ({expected})")
        seats = tournament.seats[name]
        if len(set(seats)) < len(seats) or len(seats) < 2:
            raise FieldError((*place, "seats"), "expected at least two different players")
        lineups = len(section.policies) ** len(seats)
        runs += entry.draws * min(section.sample or lineups, lineups) * section.replications
        if max(lineups, runs) > MAX_RUNS:
            raise FieldError(place, f"too many line-ups (expected at most {MAX_RUNS:,})")
        for label, policy in section.policies.items():
            _checked(tournament, name, dict.fromkeys(seats, policy), place, label)


def _checked(
    tournament: Tournament,
    game: str,
    policies: Mapping[str, Policy],
    place: tuple[str, ...],
    label: str = "",
) -> Scenario:
    try:
        scenario = tournament._scenario(game, 1, policies)
        Rules.of(scenario.ground, scenario.negotiation)
        return scenario
    except GameError as error:
        raise FieldError(place, str(error)) from error
    except FieldError as error:
        shared = {"negotiation": tournament.file.negotiation, "run": tournament.file.run}
        head, *rest = error.path or ("",)
        if rest and rest[0] in shared.get(str(head), ()):
            raise
        within = f" [with the policy {label}]" if label else ""
        if head == "game" and tournament.section.games[game].family is not None:
            raise FieldError((*place, *rest), f"{error}{within}") from error
        said = ": ".join(filter(None, (".".join(map(str, error.path)), str(error))))
        raise FieldError(place, f"{said}{within}") from error
