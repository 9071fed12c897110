"""Greedy shrinking of a game: fewer players, fewer actions, rounder payoffs.

Takes a game and a test, gives the smallest game on the way that still passes it. In the manner of
delta debugging (Zeller & Hildebrandt 2002): the result is one from which no single step leads on.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from curnits.sim.errors import InputError
from curnits.sim.games.harmful import without
from curnits.sim.games.normal import NormalGame

type Shown = Callable[[NormalGame], bool]

_STEPS = (1, 2, 3, 4, 5, 6, 10, 100, 1000)
"""Payoffs are tried as whole multiples of a player's range divided by these."""

_SINGLY = 120
"""Payoffs up to which each is tried by itself."""


def shrink(
    game: NormalGame, shown: Shown, tick: Callable[[int], None] = lambda _: None
) -> NormalGame:
    """Return a smaller game that still shows what the game shows.

    Parameters
    ----------
    game : NormalGame
        Shows it.
    shown : callable
        Tells whether a game shows it. Games for which it raises an `InputError` do not.
    tick : callable
        Called with the number of games tried so far.
    """
    tried = 0
    found = True
    while found:
        found = False
        for smaller in _smaller(game):
            tried += 1
            tick(tried)
            if _shows(smaller, shown):
                game, found = smaller, True
                break
    return game


def _shows(game: NormalGame, shown: Shown) -> bool:
    try:
        return shown(game)
    except InputError:
        return False


def _smaller(game: NormalGame) -> Iterator[NormalGame]:
    """Yield games that are one step smaller, the largest steps first."""
    if game.n > 1:
        for i in range(game.n):
            for k in range(game.shape[i]):
                yield _without_player(game, i, k)
    for i in range(game.n):
        for k in range(game.shape[i] if game.shape[i] > 1 else 0):
            yield without(game, {i: [k]})
    yield from _rounder(game)


def _without_player(game: NormalGame, player: int, action: int) -> NormalGame:
    """Return the game of the others, who take it for granted what a player does."""

    def others[Entry](entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return (*entries[:player], *entries[player + 1 :])

    payoffs = np.delete(game.payoffs.take(action, axis=player + 1), player, axis=0)
    return replace(
        game, players=others(game.players), actions=others(game.actions), payoffs=payoffs
    )


def _rounder(game: NormalGame) -> Iterator[NormalGame]:
    """Yield games whose payoffs take fewer steps, or have fewer digits, or are more often 0."""
    effort = _effort(game.payoffs)
    low, scales = (part.reshape(-1, *[1] * game.n) for part in (game.low, game.scales))
    for steps in _STEPS:
        whole = np.round((game.payoffs - low) / scales * steps)
        if _effort(whole) < effort:
            yield replace(game, payoffs=whole)
    if game.payoffs.size > _SINGLY:
        return
    for place in np.ndindex(game.payoffs.shape):
        for simple in (0.0, 1.0):
            payoffs = game.payoffs.copy()
            payoffs[place] = simple
            if _effort(payoffs) < effort:
                yield replace(game, payoffs=payoffs)


def _effort(payoffs: np.ndarray) -> int:
    """Return how many characters it takes to write payoffs down, 0 being nothing."""
    return sum(len(f"{x:.12g}") for x in payoffs.ravel().tolist() if x)
