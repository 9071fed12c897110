"""The model of a scenario file: what is negotiated, how, and for how long.

Takes the data of a file, gives a checked :class:`Scenario`. :mod:`curnits.sim.scenario.loading`
makes it from files, and :mod:`curnits.sim.running` simulates it.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    SerializeAsAny,
    ValidationError,
    WithJsonSchema,
    model_validator,
)

from curnits.sim.files.section import Section
from curnits.sim.files.yaml_writing import render
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.ladders import Ladder, climb
from curnits.sim.games.newcomers import Newcomer
from curnits.sim.games.normal import NormalGame, normal_form
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.scenario.fields import choose
from curnits.sim.scenario.forms import FORMS, Form
from curnits.sim.scenario.forms.normal import NormalForm
from curnits.sim.scenario.ladders import LadderEntry, TreatyEntry
from curnits.sim.scenario.newcomers import NewcomerEntry
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.problems import ScenarioError, described, key_written


def _read_form(stated: Any) -> Form:
    """Read the section ``game``, in whatever form it states the game."""
    if isinstance(stated, Form):
        return stated
    name = stated.get("form") if isinstance(stated, Mapping) else None
    return choose(name, FORMS, ("form",)).model_validate(stated)


type FormField = Annotated[SerializeAsAny[Form], BeforeValidator(_read_form), WithJsonSchema({})]


class Scenario(Section):
    """A checked scenario file. What the file leaves out has its default."""

    title: str = Field(description="What results are headed by.")
    source: str = Field(default="", description="Where the game comes from.")
    summary: str = Field(default="", description="What happens in it.")
    look_for: str = Field(default="", description="What a run shows.")
    game: FormField = Field(description="What is negotiated; see the forms below.")
    ladders: dict[str, LadderEntry] = Field(
        default={}, description="Threats by player, on top of the actions of the game."
    )
    treaties: list[TreatyEntry] = Field(default=[], description="Bans on rungs of the ladders.")
    newcomers: dict[str, NewcomerEntry] = Field(
        default={}, description="Players who arrive in the course of the talks."
    )
    negotiation: NegotiationSettings = Field(
        default=NegotiationSettings.model_construct(), description="What the agents do."
    )
    run: RunSettings = Field(
        default=RunSettings.model_construct(), description="How long, and what is kept."
    )

    @classmethod
    def of(
        cls,
        game: NormalGame,
        negotiation: NegotiationSettings | None = None,
        run: RunSettings | None = None,
    ) -> "Scenario":
        """State a game by its payoffs, with these settings or the usual ones.

        Raises
        ------
        ScenarioError
            If the game has names that a scenario file cannot hold.
        """
        try:
            return cls(
                title=game.title or "a game",
                game=NormalForm.of(game),
                negotiation=negotiation or NegotiationSettings(),
                run=run or RunSettings(),
            )
        except ValidationError as error:
            raise ScenarioError(described(error.errors()[0])[1]) from error

    def build(self) -> Game:
        """Return the game with all rungs of all ladders, under the scenario's title."""
        ladders = self.ladder_list
        return climb(self.game_without_ladders, ladders, [len(ladder.rungs) for ladder in ladders])

    @property
    def game_without_ladders(self) -> Game:
        """The game without ladders, under the scenario's title."""
        return replace(self.game.game, title=self.title)

    @property
    def ladder_list(self) -> tuple[Ladder, ...]:
        """The ladders, for the players of :attr:`game_without_ladders`."""
        game, treaties = self.game_without_ladders, self.treaties
        return tuple(e.ladder(game, player, treaties) for player, e in self.ladders.items())

    @property
    def newcomer_list(self) -> tuple[Newcomer, ...]:
        """The newcomers, among the players of :attr:`game_without_ladders`."""
        return tuple(
            e.newcomer(self.game_without_ladders, player) for player, e in self.newcomers.items()
        )

    @model_validator(mode="after")
    def _check_newcomers(self) -> "Scenario":
        for player, entry in self.newcomers.items():
            place = ("newcomers", player)
            try:
                entry.newcomer(self.game_without_ladders, player)
            except FieldError as error:
                raise FieldError((*place, *error.path), str(error)) from error
            except GameError as error:
                raise FieldError(place, str(error)) from error
            if player in self.ladders:
                raise FieldError(place, "a newcomer cannot have a ladder, and this one has")
        return self

    @model_validator(mode="after")
    def _check_ladders(self) -> "Scenario":
        for player, entry in self.ladders.items():
            try:
                ladder = entry.ladder(self.game_without_ladders, player, self.treaties)
                climb(self.game_without_ladders, [ladder], [len(entry.rungs)])
            except FieldError as error:
                raise FieldError(("ladders", player, *error.path), str(error)) from error
            except GameError as error:
                raise FieldError(("ladders", player), str(error)) from error
        rungs = sorted({rung.action for entry in self.ladders.values() for rung in entry.rungs})
        for k, treaty in enumerate(self.treaties):
            try:
                treaty.check(self.game_without_ladders.players, rungs)
            except FieldError as error:
                raise FieldError(("treaties", k, *error.path), str(error)) from error
        return self

    @model_validator(mode="after")
    def _check_starting_prices(self) -> "Scenario":
        place, given = ("negotiation", "starting_prices"), self.negotiation.starting_prices
        if not given:
            return self
        if self.game.game.money:
            raise FieldError(place, "with money all prices are equal (expected none)")
        if set(given) != set(self.game_without_ladders.players):
            expected = ", ".join(self.game_without_ladders.players)
            raise FieldError(place, f"expected a price for each of {expected} (found {[*given]})")
        return self

    @model_validator(mode="after")
    def _check_policies(self) -> "Scenario":
        players = self.game_without_ladders.players
        for player, policy in self.negotiation.policies.items():
            place = ("negotiation", "policies", player)
            if player not in players:
                expected = ", ".join(players)
                raise FieldError(place, f"unknown player (expected some of {expected})")
            try:
                policy.check(self.game_without_ladders)
            except GameError as error:
                raise FieldError(place, str(error)) from error
        return self

    def with_run(self, **settings: Any) -> "Scenario":
        """Return the scenario with other settings in its section ``run``.

        Raises
        ------
        ScenarioError
            If a setting does not fit.
        """
        return self.model_copy(update={"run": _changed(self.run, settings)})

    def with_negotiation(self, **settings: Any) -> "Scenario":
        """Return the scenario with other settings in its section ``negotiation``.

        Raises
        ------
        ScenarioError
            If a setting does not fit.
        """
        return self.model_copy(update={"negotiation": _changed(self.negotiation, settings)})

    def as_normal_form(self) -> "Scenario":
        """Return the scenario with its game stated by payoffs.

        Raises
        ------
        ScenarioError
            If the game has names that a scenario file cannot hold.
        """
        return self.playing(normal_form(self.build(), "a table of payoffs"))

    def playing(self, game: NormalGame) -> "Scenario":
        """Return the scenario with another game, without ladders of threats.

        Raises
        ------
        ScenarioError
            As above.
        """
        try:
            form = NormalForm.of(game)
            return self.model_copy(update={"game": form, "ladders": {}, "treaties": []})
        except ValidationError as error:
            raise ScenarioError(f"{self.title}: {described(error.errors()[0])[1]}") from error

    def to_yaml(self) -> str:
        """Return the complete file, defaults included; it reads back to an equal scenario."""
        return render(self.model_dump(mode="json", exclude_none=True))


def _changed[S: BaseModel](section: S, settings: Mapping[str, Any]) -> S:
    try:
        return type(section).model_validate({**section.model_dump(), **settings})
    except ValidationError as error:
        path, message = described(error.errors()[0])
        raise ScenarioError(": ".join(filter(None, (key_written(path), message)))) from error
