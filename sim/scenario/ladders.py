"""Ladders of threats as scenario files state them."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field

from curnits.sim.files.section import Section
from curnits.sim.files.yaml import Place
from curnits.sim.games.game import Game
from curnits.sim.games.ladders import Ladder, Rung
from curnits.sim.games.normal import normal_form
from curnits.sim.scenario.payoffs import FieldError, number


def _amount(value: Any, place: Place = ()) -> float:
    found = number(value, place)
    if found < 0:
        raise FieldError(place, f"expected at least 0 (found {found:g})")
    return found


def _harm(value: Any) -> float | dict[str, float]:
    if isinstance(value, Mapping):
        return {str(player): _amount(harm, (player,)) for player, harm in value.items()}
    return _amount(value)


type Amount = Annotated[float, BeforeValidator(_amount)]
type Harm = Annotated[float | dict[str, float], BeforeValidator(_harm)]
type Number = Annotated[float, BeforeValidator(lambda value: number(value, ()))]
type Chance = Annotated[Number, Field(gt=0.0, le=1.0)]


class RungEntry(Section):
    """One threat on a ladder, built on the ladder's base action."""

    action: str = Field(description="Name of the action.")
    harm: Harm = Field(
        description="What it takes from every other player, or from those named, in their utilons."
    )
    cost: Number = Field(
        default=0.0, description="What it costs its owner, utilons; negative if it pays."
    )
    credibility: Chance = Field(
        default=1.0, description="Probability that it is carried out when it comes to that."
    )


class TreatyEntry(Section):
    """A ban on rungs: signatories who resort to one are fined if they are found out.

    The fine is added to the cost of the rung, times the probability of being found out; nobody
    receives it.
    """

    bans: list[str] = Field(description="Names of rungs, on whatever ladders they are.")
    signatories: list[str] | None = Field(default=None, description="Left out: all players.")
    verification: Chance = Field(default=1.0, description="Probability of being found out.")
    fine: Amount = Field(description="Utilons of whoever is fined.")

    def penalty(self, player: str, action: str) -> float:
        """Return what resorting to a rung is expected to cost a player in fines, utilons."""
        signed = self.signatories is None or player in self.signatories
        return self.verification * self.fine if signed and action in self.bans else 0.0

    def check(self, players: Sequence[str], rungs: Sequence[str]) -> None:
        """Check the names.

        Raises
        ------
        FieldError
            If a signatory is not a player, or a ban no rung of any ladder.
        """
        for k, action in enumerate(self.bans):
            _check(action, rungs, ("bans", k), "rung")
        for k, player in enumerate(self.signatories or ()):
            _check(player, players, ("signatories", k), "player")


class LadderEntry(Section):
    """The threats of one player, in the order in which they are invented."""

    base: str | None = Field(default=None, description="Action; left out: the player's first.")
    rungs: list[RungEntry] = Field(description="From the first to the last.")
    known: Annotated[int, Field(ge=0, strict=True)] | None = Field(
        default=None, description="How many the player has at first; left out: all."
    )
    research: Amount = Field(default=0.0, description="Utilons that inventing the next one costs.")
    budget: Amount | None = Field(default=None, description="Utilons for research; none: no limit.")

    def ladder(self, game: Game, player: str, treaties: Sequence[TreatyEntry]) -> Ladder:
        """Return the ladder of a player of a game under some treaties.

        Raises
        ------
        FieldError
            If a player or the base action is not one of the game's, or too many are known.
        GameError
            If the game is not in normal form.
        """
        _check(player, game.players, (), "player")
        own = normal_form(game, "a ladder of threats").actions[game.players.index(player)]
        base = own[0] if self.base is None else self.base
        _check(base, own, ("base",), "action")
        if not self.rungs:
            raise FieldError(("rungs",), "expected at least one rung (found an empty list)")
        known = len(self.rungs) if self.known is None else self.known
        if known > len(self.rungs):
            raise FieldError(("known",), f"expected at most {len(self.rungs)} (found {known})")
        return Ladder(
            game.players.index(player),
            own.index(base),
            tuple(self._rung(game, player, k, treaties) for k in range(len(self.rungs))),
            known,
            self.research,
            np.inf if self.budget is None else self.budget,
        )

    def _rung(self, game: Game, owner: str, k: int, treaties: Sequence[TreatyEntry]) -> Rung:
        entry = self.rungs[k]
        others = [player for player in game.players if player != owner]
        harm = entry.harm
        if not isinstance(harm, dict):
            harm = dict.fromkeys(others, harm)
        for player in harm:
            _check(player, others, ("rungs", k, "harm", player), "other player")
        cost = entry.cost + sum(treaty.penalty(owner, entry.action) for treaty in treaties)
        losses = [cost if p == owner else harm.get(p, 0.0) for p in game.players]
        return Rung(entry.action, entry.credibility * np.array(losses))


def _check(name: str, known: Sequence[str], place: Place, what: str) -> None:
    if name not in known:
        raise FieldError(place, f"unknown {what} (expected one of {', '.join(known)})")
