"""Games in normal form: players, actions and payoff tensors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import ClassVar, override

import numpy as np
from numpy.typing import ArrayLike, NDArray

from curnits.sim.games.coalitions import Mask, grand, members
from curnits.sim.games.conflict_stacks import ConflictStack
from curnits.sim.games.game import Game, GameError, check_distinct, check_players, check_scales
from curnits.sim.games.html import number, table
from curnits.sim.games.normal_conflicts import stacks

MAX_CELLS = 20_000_000
"""Largest number of payoffs (players times outcomes) a game may have: 160 MB."""

_MOST_ROWS = 50
"""Actions of either player shown in a notebook."""


@dataclass(frozen=True, eq=False)
class NormalGame(Game):
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

    kind: ClassVar[str] = "a game in normal form"

    actions: tuple[tuple[str, ...], ...]
    payoffs: NDArray[np.float64]

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
        check_scales(self)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of actions of each player."""
        return tuple(len(own) for own in self.actions)

    @cached_property
    def outcomes(self) -> NDArray[np.float64]:
        """Payoff vectors of all outcomes in C order, shape ``(∏ m_i, n)``, utilons."""
        return np.ascontiguousarray(self.payoffs.reshape(self.n, -1).T)

    @cached_property
    def normalised(self) -> "NormalGame":
        """The same game with every varying utility moved and stretched onto [0, 1]."""
        axes = (-1, *[1] * self.n)
        return NormalGame(
            self.players,
            self.actions,
            (self.payoffs - self.low.reshape(axes)) / self.scales.reshape(axes),
            money=self.money,
            title=self.title,
        )

    @property
    @override
    def conflict_cells(self) -> int:
        return ((1 << self.n - 1) - 1) * self.payoffs.size

    @override
    def joint_action(self, coalition: Mask, index: int) -> dict[str, str]:
        """Return joint action number ``index`` (C order) of a coalition, player to action."""
        own = members(coalition)
        indices = np.unravel_index(index, [self.shape[i] for i in own])
        return {self.players[i]: self.actions[i][int(k)] for i, k in zip(own, indices, strict=True)}

    @override
    def joint_actions(self, coalition: Mask) -> int:
        return prod(self.shape[i] for i in members(coalition))

    @override
    def find_joint_action(self, coalition: Mask, choices: Mapping[str, str]) -> int:
        own = members(coalition)
        if choices.keys() != {self.players[i] for i in own}:
            raise GameError("expected an action of each member")
        chosen = []
        for i in own:
            action = choices[self.players[i]]
            if action not in self.actions[i]:
                raise GameError(f"unknown action {action!r}")
            chosen.append(self.actions[i].index(action))
        return int(np.ravel_multi_index(chosen, [self.shape[i] for i in own]))

    @override
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

    @override
    def conflicts(self, coalitions: NDArray[np.int64] | None = None) -> Iterator[ConflictStack]:
        return stacks(self.payoffs, coalitions)

    @override
    def _repr_html_(self) -> str:
        """Return the payoffs as a table for notebooks: a bimatrix, or a row for each outcome."""
        if self.n != 2:
            return super()._repr_html_()
        down, across = self.players
        cells = self.payoffs[:, :_MOST_ROWS, :_MOST_ROWS].transpose(1, 2, 0)
        rows = [
            [name, *(", ".join(map(number, pair)) for pair in row)]
            for name, row in zip(self.actions[0], cells, strict=False)
        ]
        return table([f"{down} \\ {across}", *self.actions[1][:_MOST_ROWS]], rows, self.caption)


def normal_form(game: Game, purpose: str) -> NormalGame:
    """Return a game that is in normal form.

    Raises
    ------
    GameError
        If it is not; ``purpose`` says what needs it.
    """
    if not isinstance(game, NormalGame):
        raise GameError(f"{purpose} needs a game in normal form (found {game.kind})")
    return game


def own_actions(game: Game) -> tuple[tuple[str, ...], ...]:
    """Return the names of each player's own actions; none where only coalitions act."""
    return game.actions if isinstance(game, NormalGame) else ((),) * game.n


def from_payoffs(
    payoffs: ArrayLike,
    *,
    players: Sequence[str] | None = None,
    actions: Sequence[Sequence[str]] | None = None,
    money: bool = False,
    title: str = "",
) -> NormalGame:
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
    return NormalGame(
        tuple(players) if players is not None else tuple(str(i + 1) for i in range(n)),
        tuple(tuple(own) for own in actions)
        if actions is not None
        else tuple(tuple(str(k) for k in range(m)) for m in tensor.shape[1:]),
        tensor,
        money=money,
        title=title,
    )


def check_names(players: Sequence[str], actions: Sequence[Sequence[str]]) -> None:
    """Check names and size before any payoff is looked at.

    Raises
    ------
    GameError
        If there is no player, a player has no action, a name repeats, or the game is too big.
    """
    check_players(players)
    if len(actions) != len(players):
        raise GameError(f"{len(players)} players but {len(actions)} lists of actions")
    for player, own in zip(players, actions, strict=True):
        if not own:
            raise GameError(f"player {player!r} has no action")
    check_size([len(own) for own in actions])
    for player, own in zip(players, actions, strict=True):
        check_distinct(f"action of player {player!r}", own)


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
