"""What an axiom must say of itself to be tried: games to solve, and what is expected of them.

Takes a game, a concept and a source of randomness; gives trials. Called by :mod:`.registry`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from curnits.analysis.concepts import concept_named, solve, solve_all
from curnits.analysis.solution import Vector
from curnits.analysis.verification.measures import units
from curnits.sim.errors import InputError
from curnits.sim.games.game import Game

SAME = 1e-6
"""Payoffs that differ by no more, in shares of payoff range, count as equal."""

_SEARCHED_PLAYERS = 3
"""Games of more players are not searched for other answers."""


@dataclass(frozen=True, eq=False)
class Answered:
    """A game with the answers of a concept, as far as they are needed.

    Attributes
    ----------
    game : Game
    concept : str
    """

    game: Game
    concept: str
    _known: dict[bool, list[Vector]] = field(default_factory=dict)
    _complete: dict[bool, bool] = field(default_factory=dict)

    @classmethod
    def of(cls, game: Game, concept: str) -> "Answered":
        """Solve a game.

        Raises
        ------
        curnits.analysis.concepts.ConceptError
            If the concept is unknown or does not apply.
        """
        solution = solve(game, concept)
        found = [answer.payoffs for answer in solution.equilibria]
        return cls(game, concept, {False: found}, {False: solution.complete})

    def payoffs(self, *, every: bool = False) -> list[Vector]:
        """Return the payoffs of the first answer, or of all that are found; none if none is."""
        if every not in self._known:
            way = solve_all if every else solve
            try:
                solution = way(self.game, self.concept)
            except InputError:  # the concept does not apply to a game that was made up
                found, complete = [], False
            else:
                found = [answer.payoffs for answer in solution.equilibria]
                complete = solution.complete
            self._known[every], self._complete[every] = found, complete
        return self._known[every]

    @property
    def searchable(self) -> bool:
        """Whether all answers can be looked for in a short time."""
        row = concept_named(self.concept)
        return row.solve_all is not None and self.game.n <= _SEARCHED_PLAYERS

    @property
    def complete(self) -> bool:
        """Whether the longest list of answers that was asked for has them all."""
        return self._complete.get(True, self._complete.get(False, False))


@dataclass(frozen=True, eq=False)
class Trial:
    """One try at an axiom.

    Attributes
    ----------
    holds : bool or None
        None: not decided, since some answer was not found or may be another one.
    gap : float
        By how much it is missed, in shares of payoff range; finite.
    what : str
        What was tried, for readers.
    """

    holds: bool | None
    gap: float
    what: str


class Axiom(ABC):
    """Something that answers may be asked to satisfy.

    Attributes
    ----------
    name, title : str
        As users type it; what it says.
    """

    name: str
    title: str

    @abstractmethod
    def trials(self, asked: Answered, rng: np.random.Generator, count: int) -> Iterator[Trial]:
        """Try it on a game whose concept has an answer, a number of times if chance plays a part.

        Yields nothing where the axiom says nothing of such a game.
        """


def within(game: Game, found: Vector, expected: Vector) -> float:
    """Return the largest gap between payoffs, shape ``(n,)``, in shares of payoff range."""
    return float((np.abs(found - expected) / units(game)).max())


def bounded(gap: float, what: str) -> Trial:
    """Return a trial whose gap should be nothing."""
    return Trial(gap <= SAME, max(0.0, gap), what)
