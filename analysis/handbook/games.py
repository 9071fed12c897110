"""A game in words and tables, for a terminal and for pages.

Takes a game, gives sentences and rows of text; ``curnits scenarios show`` and
:mod:`curnits.analysis.handbook.catalogue` call it.
"""

import numpy as np

from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame

type Rows = list[list[str]]
"""A table: its head, then a row each."""

_MOST_ROWS = 32
"""Profiles of actions that a table lists; five players of two actions just fit."""

_MOST_COLUMNS = 5
"""Actions of the second player that a table still has a column for."""


def payoffs(game: Game) -> Rows | None:
    """Return the payoffs of a small game in normal form.

    Of two players a matrix, with ``u, v`` in the cells; of other numbers a row for each profile.
    """
    if not isinstance(game, NormalGame) or len(game.outcomes) > _MOST_ROWS:
        return None
    if game.n == 2 and len(game.actions[1]) <= _MOST_COLUMNS:
        (first, second), (rows, columns) = game.players, game.actions
        body = [
            [row, *(amounts(game.payoffs[:, k, m]) for m in range(len(columns)))]
            for k, row in enumerate(rows)
        ]
        return [[f"{first} \\ {second}", *columns], *body]
    body = [[*game.outcome(k).values(), amounts(point)] for k, point in enumerate(game.outcomes)]
    return [[*game.players, "payoffs"], *body]


def described(game: Game) -> str:
    """Return what kind of game it is, of whom, and what they can do."""
    money = ", who can pay each other" if game.money else ""
    said = f"{game.kind}, of {', '.join(game.players)}{money}"
    said = said[:1].upper() + said[1:]
    if not isinstance(game, NormalGame):
        return f"{said}."
    counts = " × ".join(str(len(own)) for own in game.actions)
    return f"{said}; actions: {counts}."


def amounts(point: "np.typing.ArrayLike") -> str:
    """Return payoffs with five figures, noughts without a sign."""
    return ", ".join(f"{float(x) + 0.0:.5g}" for x in np.atleast_1d(np.asarray(point)))
