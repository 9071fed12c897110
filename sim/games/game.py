"""Games in normal form: players, actions, payoff tensors, and the two-sided view of a conflict."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.games.coalitions import Mask, grand, members, membership
from sim.games.html import number, table

MAX_CELLS = 20_000_000
"""Largest number of payoffs (players times outcomes) a game may have: 160 MB."""

MAX_PAYOFF = 1e100
"""Largest size of a payoff; so that products of payoffs and prices are safe floating point."""

MAX_CONFLICT_CELLS = 150_000_000
"""Largest number of payoffs that the conflicts of a game may hold all at once: 1.2 GB."""

_CHUNK_CELLS = 4_000_000
_MOST_ROWS = 50


class GameError(ValueError):
    """A game that cannot exist: wrong shape, no players, values that are not finite, too large."""


@dataclass(frozen=True, eq=False)
class Game:
    """A finite game in normal form.

    Parameters
    ----------
    players : tuple of str
        Names, in order; player ``i`` is bit ``i`` of a coalition mask.
    actions : tuple of tuple of str
        Names of the actions of each player.
    payoffs : ndarray, shape (n, m_1, …, m_n)
        ``payoffs[i][outcome]`` in utilons of player ``i``; made read-only.
    money : bool
        Whether utility is transferable (all prices are then equal).
    title : str
        For headings.

    Raises
    ------
    GameError
        If shapes and names disagree, names repeat, the game is too big, or payoffs are not finite,
        larger than :data:`MAX_PAYOFF` or closer together than its inverse.
    """

    players: tuple[str, ...]
    actions: tuple[tuple[str, ...], ...]
    payoffs: NDArray[np.float64]
    money: bool = False
    title: str = ""

    def __post_init__(self) -> None:
        payoffs = np.array(self.payoffs, dtype=np.float64, order="C")
        payoffs.flags.writeable = False
        object.__setattr__(self, "payoffs", payoffs)
        check_names(self.players, self.actions)
        expected = (self.n, *self.shape)
        if payoffs.shape != expected:
            raise GameError(f"payoffs have shape {payoffs.shape}, expected {expected}")
        if not np.isfinite(payoffs).all():
            raise GameError("every payoff must be a finite number")
        for player, own in zip(self.players, payoffs, strict=True):
            _check_scale(player, float(own.min()), float(own.max()))

    @property
    def n(self) -> int:
        """Number of players."""
        return len(self.players)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of actions of each player."""
        return tuple(len(own) for own in self.actions)

    @cached_property
    def outcomes(self) -> NDArray[np.float64]:
        """Payoff vectors of all outcomes in C order, shape ``(∏ m_i, n)``, utilons."""
        return np.ascontiguousarray(self.payoffs.reshape(self.n, -1).T)

    @cached_property
    def ranges(self) -> NDArray[np.float64]:
        """Payoff range ``max U_i − min U_i`` of each player, shape ``(n,)``, utilons; may be 0."""
        return np.asarray(np.ptp(self.outcomes, axis=0))

    @cached_property
    def scales(self) -> NDArray[np.float64]:
        """Like :attr:`ranges`, but 1 for players whose payoffs do not vary: safe to divide by."""
        return np.where(self.ranges > 0, self.ranges, 1.0)

    @cached_property
    def normalised(self) -> "Game":
        """The same game with every varying utility moved and stretched onto [0, 1]."""
        low = self.outcomes.min(axis=0).reshape(-1, *[1] * self.n)
        return Game(
            self.players,
            self.actions,
            (self.payoffs - low) / self.scales.reshape(-1, *[1] * self.n),
            self.money,
            self.title,
        )

    def _repr_html_(self) -> str:
        """Return the payoffs as a table for notebooks: a bimatrix, or a row for each outcome."""
        caption = f"{self.title or 'Game'}, utilons" + (", with money" if self.money else "")
        if self.n == 2:
            down, across = self.players
            cells = self.payoffs[:, :_MOST_ROWS, :_MOST_ROWS].transpose(1, 2, 0)
            rows = [
                [name, *(", ".join(map(number, pair)) for pair in row)]
                for name, row in zip(self.actions[0], cells, strict=False)
            ]
            return table([f"{down} \\ {across}", *self.actions[1][:_MOST_ROWS]], rows, caption)
        rows = [
            [*self.outcome(k).values(), *map(number, payoffs)]
            for k, payoffs in enumerate(self.outcomes[:_MOST_ROWS])
        ]
        heads = [*self.players, *(f"payoff of {player}" for player in self.players)]
        if len(self.outcomes) > _MOST_ROWS:
            caption += f"; the first {_MOST_ROWS} of {len(self.outcomes):,} outcomes"
        return table(heads, rows, caption)

    def outcome(self, index: int) -> dict[str, str]:
        """Return outcome number ``index`` (C order) as a mapping from player to action."""
        return self.joint_action(grand(self.n), index)

    def joint_action(self, coalition: Mask, index: int) -> dict[str, str]:
        """Return joint action number ``index`` (C order) of a coalition, player to action."""
        own = members(coalition)
        indices = np.unravel_index(index, [self.shape[i] for i in own])
        return {self.players[i]: self.actions[i][int(k)] for i, k in zip(own, indices, strict=True)}

    def joint_actions(self, coalition: Mask) -> int:
        """Return the number of joint actions of a coalition."""
        return int(np.prod([self.shape[i] for i in members(coalition)], dtype=np.int64))

    def conflict(self, coalition: Mask) -> NDArray[np.float64]:
        """Return payoffs seen from a fight between a coalition and its complement.

        Returns
        -------
        ndarray, shape (n, R, C)
            Utilons of each player; rows are joint actions of the coalition, columns those of the
            complement, both in C order over ascending players.
        """
        own, others = members(coalition), members(grand(self.n) ^ coalition)
        axes = (0, *[1 + i for i in own], *[1 + i for i in others])
        rows = self.joint_actions(coalition)
        return self.payoffs.transpose(axes).reshape(self.n, rows, -1)

    def conflicts(self) -> Iterator["ConflictStack"]:
        """Yield every pair {S, N∖S} once, as stacks of conflicts of equal shape.

        ``S`` is the member of the pair that holds player 0 (the odd mask). Large games come in
        several stacks of one shape, to bound memory. A game of one player has no conflict.
        """
        odd = sorted(range(1, grand(self.n), 2), key=self.joint_actions)
        for _, alike in groupby(odd, key=self.joint_actions):
            masks = list(alike)
            step = max(1, _CHUNK_CELLS // self.payoffs.size)
            for start in range(0, len(masks), step):
                chunk = np.array(masks[start : start + step])
                yield ConflictStack(
                    chunk,
                    2.0 * membership(self.n)[chunk] - 1.0,
                    np.stack([self.conflict(int(mask)) for mask in chunk]),
                )


@dataclass(frozen=True, eq=False)
class ConflictStack:
    """Conflicts of one shape, stacked so that numpy handles them at once.

    Attributes
    ----------
    coalitions : ndarray of int, shape (P,)
        The row side ``S`` of each conflict; the column side is ``N∖S``.
    sides : ndarray, shape (P, n)
        +1 for players of ``S``, −1 for the others.
    payoffs : ndarray, shape (P, n, R, C)
        Utilons, as in :meth:`Game.conflict`.
    """

    coalitions: NDArray[np.int64]
    sides: NDArray[np.float64]
    payoffs: NDArray[np.float64]

    def matrices(self, prices: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the conflict games ``Σ_{i∈S} a_i U_i − Σ_{j∉S} a_j U_j``, shape ``(P, R, C)``.

        Curnits, at ``prices`` of shape ``(n,)`` in curnits per utilon.
        """
        weights = (self.sides * prices)[:, None, :]
        count, n, rows, columns = self.payoffs.shape
        flat = weights @ self.payoffs.reshape(count, n, rows * columns)
        return flat.reshape(count, rows, columns)


def from_payoffs(
    payoffs: ArrayLike,
    *,
    players: Sequence[str] | None = None,
    actions: Sequence[Sequence[str]] | None = None,
    money: bool = False,
    title: str = "",
) -> Game:
    """Build a game from ``payoffs[player][action of 1]…[action of n]``, naming what has no name.

    Raises
    ------
    GameError
        If the nesting is ragged or does not have one level for each player.

    Examples
    --------
    >>> from_payoffs([[[2, 0], [0, 1]], [[1, 0], [0, 2]]]).players
    ('1', '2')
    """
    try:
        tensor = np.asarray(payoffs, dtype=np.float64)
    except (OverflowError, TypeError, ValueError) as error:
        raise GameError("payoffs must be equally long nested lists of numbers") from error
    n = tensor.shape[0] if tensor.ndim else 0
    if n == 0 or tensor.ndim != n + 1:
        raise GameError(
            f"payoffs must be nested as [player][action of player 1]…[action of player n]: "
            f"{n} players need {n + 1} levels, found {tensor.ndim}"
        )
    return Game(
        tuple(players) if players is not None else tuple(str(i + 1) for i in range(n)),
        tuple(tuple(own) for own in actions)
        if actions is not None
        else tuple(tuple(str(k) for k in range(m)) for m in tensor.shape[1:]),
        tensor,
        money,
        title,
    )


def check_conflicts(game: Game, purpose: str) -> None:
    """Check that all conflicts of a game fit into memory at once.

    Raises
    ------
    GameError
        If they hold more than ``MAX_CONFLICT_CELLS`` payoffs; ``purpose`` says what for.
    """
    cells = ((1 << game.n - 1) - 1) * game.payoffs.size
    if cells > MAX_CONFLICT_CELLS:
        raise GameError(
            f"the game is too large {purpose}: its conflicts hold {cells:,} payoffs, "
            f"at most {MAX_CONFLICT_CELLS:,} fit"
        )


def check_names(players: Sequence[str], actions: Sequence[Sequence[str]]) -> None:
    """Check names and size before any payoff is looked at.

    Raises
    ------
    GameError
        If there is no player, a player has no action, a name repeats, or the game is too big.
    """
    if not players:
        raise GameError("a game needs at least one player")
    if len(actions) != len(players):
        raise GameError(f"{len(players)} players but {len(actions)} lists of actions")
    for player, own in zip(players, actions, strict=True):
        if not own:
            raise GameError(f"player {player!r} has no action")
    check_size([len(own) for own in actions])
    _check_distinct("player", players)
    for player, own in zip(players, actions, strict=True):
        _check_distinct(f"action of player {player!r}", own)


def check_size(counts: Sequence[int]) -> None:
    """Check the size of a game from the numbers of actions alone, before anything is built.

    Raises
    ------
    GameError
        If the game is too big.
    """
    cells = len(counts) * prod(counts)
    if cells > MAX_CELLS:
        raise GameError(
            f"the game is too large: {cells:,} payoffs (players times outcomes), "
            f"at most {MAX_CELLS:,} fit"
        )


def _check_scale(player: str, low: float, high: float) -> None:
    if max(-low, high) > MAX_PAYOFF:
        raise GameError(
            f"payoffs of player {player!r} are too large: {low:g} to {high:g}, "
            f"at most {MAX_PAYOFF:g} in size can be handled"
        )
    if 0.0 < high - low < 1.0 / MAX_PAYOFF:
        raise GameError(
            f"payoffs of player {player!r} are too close: {low:g} to {high:g}, "
            f"a range below {1.0 / MAX_PAYOFF:g} cannot be handled unless all are equal"
        )


def _check_distinct(what: str, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise GameError(f"duplicate {what}: {name!r}")
        seen.add(name)
