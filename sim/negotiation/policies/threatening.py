"""Ways of threatening: without harm, with nothing but harm, for oneself alone, beyond recall."""

from collections.abc import Mapping
from typing import ClassVar, override

import numpy as np
from pydantic import Field

from curnits.sim.games.feasible.linear import Vector
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.harmful import harmful_actions
from curnits.sim.games.normal import NormalGame, own_actions
from curnits.sim.negotiation.meetings.meeting import Meeting
from curnits.sim.negotiation.policies.policy import Answer, Policy

_HARDLY = 1e-3
"""How much a bully minds what a threat costs: enough to choose between equally harmful ones."""


class Pacifist(Policy):
    """Threaten with no action that only harms, alone or in company.

    Such an action can be replaced by one that is worse for nobody and better for another
    (:func:`curnits.sim.games.harmful.harmful_actions`). It knows what all announce.
    """

    acts_alone: ClassVar[bool] = True

    @override
    def permits(self, game: NormalGame, player: int, member: int, chosen: int) -> Answer:
        harmful = harmful_actions(game).get(member, ())
        return ~np.isin(np.arange(game.shape[member]), harmful)


class Bully(Policy):
    """Threaten with what takes most from the others, whatever it costs.

    Coercion rests on the power to hurt (Schelling 1966, chapter 1), not on what it costs to use it.
    Its coalitions follow it as far as it has a say in them. It knows what all announce.
    """

    @override
    def regards(self) -> tuple[float, float, float]:
        return _HARDLY, _HARDLY, 1.0


class Selfish(Policy):
    """Decide for a coalition as if the other members' losses in a fight were nobody's.

    Alone it is like anybody else. It knows what all announce.
    """

    @override
    def regards(self) -> tuple[float, float, float]:
        return 1.0, 0.0, 1.0


class Committed(Policy):
    """Bind oneself at some tick to the action one then threatens with, and never go back.

    From then on its coalitions can only threaten with that action of its, and it is carried out
    (Schelling 1960, chapter 2; Ellingsen & Miettinen 2008 on two who race for it). That is
    believed. Whoever binds itself later replies to what is fixed, or finds it is too late. It knows
    what all announce, and others' commitments.
    """

    acts_alone: ClassVar[bool] = True

    at: int | None = Field(
        default=None, ge=0, description="tick; left out: one is drawn from the first ``within``"
    )
    within: int = Field(default=200, ge=1, lt=1 << 63, description="ticks among which one is drawn")
    to: str | None = Field(
        default=None, description="action; left out: the one it threatens with most by then"
    )

    late: bool = Field(
        default=True, description="whether it still binds itself when another has before"
    )

    @override
    def binds(self, rng: np.random.Generator) -> int | None:
        return int(rng.integers(self.within)) if self.at is None else self.at

    @override
    def binding(
        self, game: NormalGame, player: int, threat: Vector, bound: Mapping[int, int]
    ) -> int | None:
        if bound and not self.late:
            return None
        own = game.actions[player]
        return int(threat.argmax()) if self.to is None else own.index(self.to)

    @override
    def check(self, game: Game) -> None:
        super().check(game)
        if self.to is not None and all(self.to not in own for own in own_actions(game)):
            raise GameError(f"to: unknown action (found {self.to!r})")

    @override
    def permits(self, game: NormalGame, player: int, member: int, chosen: int) -> Answer:
        return True if member != player or chosen < 0 else np.arange(game.shape[member]) == chosen

    @override
    def resolve(self, now: Meeting) -> Answer:
        return 1.0
