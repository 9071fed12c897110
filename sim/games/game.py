"""What every form of game offers: what N can agree on, and the two-sided view of each conflict."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from curnits.sim.errors import InputError
from curnits.sim.games.coalitions import Mask, grand, membership
from curnits.sim.games.conflict_stacks import (
    ConflictStack,
    HeldConflicts,
    alike,
    smaller_sides,
)
from curnits.sim.games.html import number, table

MAX_PLAYERS = 20
"""Most players of a game: there are a million coalitions of 20."""

MAX_PAYOFF = 1e100
"""Largest size of a payoff; so that products of payoffs and prices are safe floating point."""

MAX_CONFLICT_CELLS = 150_000_000
"""Largest number of payoffs that the conflicts of a game may hold all at once: 1.2 GB."""

MISSING = 1e-10
"""By how much a better point must beat the known ones to count, in shares of payoff range."""

_MOST_ROWS = 50
"""Outcomes shown in a notebook; more say little."""


class GameError(InputError):
    """A game that cannot exist: wrong shape, no players, values that are not finite, too large."""


@dataclass(frozen=True, eq=False)
class Game(ABC):
    """A game as solvers, verifiers and agents see it: coalitions choose among joint actions.

    Parameters
    ----------
    players : tuple of str
        Names, in order; player ``i`` is bit ``i`` of a coalition mask.
    money : bool
        Whether utility is transferable (all prices are then equal).
    title : str
        For headings.
    """

    kind: ClassVar[str]
    """What games of this form are called in messages."""

    players: tuple[str, ...]
    money: bool = field(default=False, kw_only=True)
    title: str = field(default="", kw_only=True)

    @property
    def n(self) -> int:
        """Number of players."""
        return len(self.players)

    @property
    @abstractmethod
    def outcomes(self) -> NDArray[np.float64]:
        """Payoff vectors that N can agree on, and mix: shape ``(X, n)``, utilons."""

    @property
    @abstractmethod
    def normalised(self) -> "Game":
        """The same game with every varying utility moved and stretched onto [0, 1]."""

    @abstractmethod
    def joint_actions(self, coalition: Mask) -> int:
        """Return the number of joint actions of a coalition."""

    @abstractmethod
    def joint_action(self, coalition: Mask, index: int) -> dict[str, str]:
        """Return joint action number ``index`` of a coalition, player to what it does or gets."""

    @abstractmethod
    def find_joint_action(self, coalition: Mask, choices: Mapping[str, str]) -> int:
        """Return the number of a joint action, given as :meth:`joint_action` returns it.

        Raises
        ------
        GameError
            If the coalition has no such joint action.
        """

    @abstractmethod
    def conflict(self, coalition: Mask) -> NDArray[np.float64]:
        """Return payoffs seen from a fight between a coalition and its complement.

        Returns
        -------
        ndarray, shape (n, R, C)
            Utilons of each player; rows are joint actions of the coalition, columns those of the
            complement. For N there is one column, and rows are outcomes.
        """

    @property
    def curved(self) -> tuple[Mask, ...]:
        """Coalitions with curved frontiers, of which but some points are known, N last."""
        return ()

    def refined(self, weights: NDArray[np.float64], missing: float = MISSING) -> Self:
        """Return the game with what coalitions would like best among what they can choose from.

        Coalitions with a curved frontier are known by finitely many points of it; those they have
        keep their numbers. The game itself is returned if nothing is missing, always so if every
        coalition has finitely many joint actions.

        Parameters
        ----------
        weights : ndarray, shape (2**n, n)
            How each coalition weighs its members, curnits per utilon, by mask; non-negative.
        missing : float
            By how much a point must be better than those known, in shares of payoff range.
        """
        return self

    @property
    def extremes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lowest and highest payoff of each player anywhere in the game, each of shape ``(n,)``."""
        return self.outcomes.min(axis=0), self.outcomes.max(axis=0)

    @cached_property
    def low(self) -> NDArray[np.float64]:
        """Lowest payoff of each player, shape ``(n,)``, utilons."""
        return self.extremes[0]

    @cached_property
    def ranges(self) -> NDArray[np.float64]:
        """Payoff range ``max U_i − min U_i`` of each player, shape ``(n,)``, utilons; may be 0."""
        low, high = self.extremes
        return np.asarray(high - low)

    @cached_property
    def all_vary(self) -> bool:
        """Whether there is nobody who gets the same whatever is played."""
        return bool(self.ranges.all())

    @cached_property
    def scales(self) -> NDArray[np.float64]:
        """Like :attr:`ranges`, but 1 for players whose payoffs do not vary: safe to divide by."""
        return np.where(self.ranges > 0, self.ranges, 1.0)

    def outcome(self, index: int) -> dict[str, str]:
        """Return outcome number ``index`` as a mapping from player to what it does or gets."""
        return self.joint_action(grand(self.n), index)

    def conflicts(self, coalitions: NDArray[np.int64] | None = None) -> Iterator[ConflictStack]:
        """Yield conflicts of coalitions as stacks of equal shape.

        By default every pair {S, N∖S} comes once; ``S`` is the side with fewer joint actions, or
        that with player 0. Large games come in several stacks of one shape, to bound memory. A game
        of one player has no conflict.
        """
        counts = np.array([self.joint_actions(mask) for mask in range(1 << self.n)])
        for masks in alike(counts, smaller_sides(counts) if coalitions is None else coalitions):
            yield HeldConflicts(
                masks,
                2.0 * membership(self.n)[masks] - 1.0,
                np.stack([self.conflict(mask) for mask in masks.tolist()]),
            )

    @property
    def conflict_cells(self) -> int:
        """How many payoffs all conflicts of the game hold."""
        full = grand(self.n)
        return self.n * sum(
            self.joint_actions(mask) * self.joint_actions(full ^ mask) for mask in range(1, full, 2)
        )

    @property
    def caption(self) -> str:
        """What a table of payoffs shows."""
        return f"{self.title or 'Game'}, utilons" + (", with money" if self.money else "")

    def _repr_html_(self) -> str:
        """Return the payoffs as a table for notebooks, a row for each outcome."""
        rows = [
            [*self.outcome(k).values(), *map(number, payoffs)]
            for k, payoffs in enumerate(self.outcomes[:_MOST_ROWS])
        ]
        heads = [*self.players, *(f"payoff of {player}" for player in self.players)]
        caption = self.caption
        if len(self.outcomes) > _MOST_ROWS:
            caption += f"; the first {_MOST_ROWS} of {len(self.outcomes):,} outcomes"
        return table(heads, rows, caption)


def check_conflicts(game: Game, purpose: str) -> None:
    """Check that all conflicts of a game fit into memory at once.

    Raises
    ------
    GameError
        If they hold more than ``MAX_CONFLICT_CELLS`` payoffs; ``purpose`` says what for.
    """
    cells = game.conflict_cells
    if cells > MAX_CONFLICT_CELLS:
        raise GameError(
            f"the game is too large {purpose}: its conflicts hold {cells:,} payoffs, "
            f"at most {MAX_CONFLICT_CELLS:,} fit"
        )


def check_players(players: Sequence[str]) -> None:
    """Check that there is a player, and that names differ.

    Raises
    ------
    GameError
        If not, or if there are more than :data:`MAX_PLAYERS`.
    """
    if not players:
        raise GameError("a game needs at least one player")
    if len(players) > MAX_PLAYERS:
        raise GameError(f"too many players: at most {MAX_PLAYERS} (found {len(players):,})")
    check_distinct("player", players)


def check_distinct(what: str, names: Sequence[str]) -> None:
    """Check that no name repeats.

    Raises
    ------
    GameError
        If one does.
    """
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise GameError(f"duplicate {what}: {name!r}")
        seen.add(name)


def check_scales(game: Game) -> None:
    """Check that payoffs can be handled in floating point.

    Raises
    ------
    GameError
        If they are larger than :data:`MAX_PAYOFF`, or closer together than its inverse.
    """
    for player, lowest, highest in zip(game.players, *game.extremes, strict=True):
        if max(-lowest, highest) > MAX_PAYOFF:
            raise GameError(
                f"payoffs of player {player!r} are too large: {lowest:g} to {highest:g}, "
                f"at most {MAX_PAYOFF:g} in size can be handled"
            )
        if 0.0 < highest - lowest < 1.0 / MAX_PAYOFF:
            raise GameError(
                f"payoffs of player {player!r} are too close: {lowest:g} to {highest:g}, "
                f"a range below {1.0 / MAX_PAYOFF:g} cannot be handled unless all are equal"
            )
