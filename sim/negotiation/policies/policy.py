"""What a policy is: how a player announces, threatens, claims, waits, accepts and learns.

A policy acts for all players that have it, at once: answers are arrays over them, or one value for
all. What it remembers of each player lies in notes that it is handed at every meeting.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from curnits.sim.files.section import Section
from curnits.sim.games.feasible.linear import Vector
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame, normal_form
from curnits.sim.negotiation.meetings.meeting import Act, Idea, Meeting

type Answer = Any
"""An array over the players who are asked, or one value for all of them."""


class Policy(Section):
    """A way of negotiating. What a subclass does not override is done as truthful players do it.

    Subclasses state their parameters as fields. They need not mind units: payoffs are in shares of
    payoff range.

    Attributes
    ----------
    acts_alone : bool
        Whether it needs players with actions of their own: a game in normal form.
    """

    acts_alone: ClassVar[bool] = False

    @property
    def memories(self) -> int:
        """How many numbers it remembers of each player."""
        return 0

    @property
    def silent(self) -> bool:
        """Whether it never says or learns anything at meetings, so that they can be skipped."""
        names = ("claim", "act", "accept", "resolve", "learn")
        return all(getattr(type(self), name) is getattr(Policy, name) for name in names)

    def check(self, game: Game) -> None:
        """Check that a player of a game can have it.

        Raises
        ------
        GameError
            If not.
        """
        if self.acts_alone:
            normal_form(game, "this policy")

    def announce(self, game: Game, player: int) -> Vector | None:
        """Return the payoffs it announces instead of ``game.payoffs[player]``; None for those."""
        return None

    def regards(self) -> tuple[float, float, float]:
        """Return how much its own payoff, other members' and opponents' count for its threats."""
        return 1.0, 1.0, 1.0

    def permits(self, game: NormalGame, player: int, member: int, chosen: int) -> Answer:
        """Return which actions of a member a threat may use, as far as the player has a say.

        Parameters
        ----------
        game : NormalGame
        player, member : int
            Who has the policy, and whose actions are asked for.
        chosen : int
            The action that the player has committed itself to; −1 before.
        """
        return True

    def binds(self, rng: np.random.Generator) -> int | None:
        """Return the tick at which it binds itself to an action for the rest of the run, if any."""
        return None

    def binding(
        self, game: NormalGame, player: int, threat: Vector, bound: Mapping[int, int]
    ) -> int | None:
        """Return the action it binds itself to when its tick has come; None if it does not.

        Parameters
        ----------
        game : NormalGame
        player : int
        threat : ndarray, shape (m,)
            What it threatens with alone.
        bound : mapping from int to int
            The actions of players who have bound themselves.
        """
        return None

    def least(self, game: Game, player: int) -> float:
        """Return the least it ever signs, in shares of payoff range; −inf if there is no such."""
        return -np.inf

    def doubts(self) -> tuple[float, float] | None:
        """Return its prior that another carries out threats, and how often it errs about fights.

        None if it believes what everybody believes.
        """
        return None

    def claim(self, now: Meeting) -> Answer:
        """Return the least it insists on, in shares of payoff range; −inf for nothing."""
        return -np.inf

    def act(self, now: Meeting) -> Answer:
        """Return what it does in a stall, an :class:`Act`."""
        return Act.WAIT

    def heed(self, now: Meeting, proposal: Vector) -> Answer:
        """Tell whether it settles for what a mediator proposes, shares of range, shape ``(n,)``.

        By default if that is worth as much as a failure of talks.
        """
        return now.own(proposal) >= now.own(now.fallbacks)

    def accept(self, now: Meeting) -> Answer:
        """Return how likely it accepts the agreement that is ready to be signed."""
        return 1.0

    def resolve(self, now: Meeting) -> Answer:
        """Return how likely it carries out its threat when talks have failed."""
        return now.resolve

    def invents(self, idea: Idea) -> bool:
        """Tell whether it invents a harsher threat; by default if it gains more than it costs."""
        return idea.gain > idea.cost

    def learn(self, now: Meeting, payoffs: Vector) -> None:
        """Draw lessons from talks that ended with these payoffs, shares of range, ``(n,)``."""

    def forgets(self, usual: float) -> float:
        """Return the share of threats, beliefs and notes it forgets between talks."""
        return usual


def chosen(chance: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return who is drawn when everybody is with a chance of its own."""
    return np.asarray(rng.random(len(chance)) < chance)
