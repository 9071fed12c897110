"""Disagreement points that owe nothing to threats: what selfish players end up with.

Takes a game in normal form, gives payoffs; called by the concepts ``best-nash`` and
``best-correlated`` and by what judges policies.

In a Nash or a correlated equilibrium everybody plays a best reply, so no payoff rests on harm that
would hurt whoever does it. Welfare is the sum of payoffs in shares of payoff range, or of payoffs
in utilons where there is money. Ranges are those of the game without actions that only harm, so
that a threat nobody would carry out does not change what counts as best.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.sim.errors import InputError
from curnits.sim.games.feasible.linear import minimise
from curnits.sim.games.feasible.vertices import vertices
from curnits.sim.games.harmful import disarmed
from curnits.sim.games.normal import NormalGame
from curnits.sim.games.rounding import SAME_PAYOFF

_ZERO = 1e-9
"""Slacks and weights, in best-reply polytopes with numbers of 0 to 2, that are rounding alone."""

_MAX_BASES = 50_000
"""Most systems of equations to be solved in search of mixed equilibria: 9 actions each."""

_ARBITRARY = (
    "several Nash equilibria are equally good; of those, the one best for the first player is taken"
)

_FIRST = 1e3
"""Weight of a goal beside the next one, where several are pursued at once."""


class NoReferenceError(InputError):
    """No disagreement point of the kind that was asked for is known."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Where talks that rest on no threat start.

    Attributes
    ----------
    payoffs : ndarray, shape (n,)
        Utilons.
    notes : tuple of str
        What a reader must know, such as that the choice was arbitrary.
    """

    payoffs: Vector
    notes: tuple[str, ...] = ()


def best_nash(game: NormalGame) -> Reference:
    """Return the payoffs in the Nash equilibrium of largest welfare.

    With two players mixed equilibria count too; with more, pure ones alone. Among equals the one
    whose worst-off player has the largest share is taken, then the one best for the first player.

    Raises
    ------
    NoReferenceError
        If more than two players have no pure equilibrium, or two players have too many actions.
    """
    equilibria = _extreme_equilibria(game) if game.n == 2 else _pure_equilibria(game)
    shares, welfare = _merits(game, equilibria)
    equals = np.arange(len(equilibria))
    for goal in (welfare, shares.min(axis=1)):
        equals = equals[goal[equals] >= goal[equals].max() - SAME_PAYOFF]
    chosen = equals[shares[equals, 0].argmax()]
    arbitrary = float(np.ptp(shares[equals], axis=0).max()) > np.sqrt(SAME_PAYOFF)
    return Reference(equilibria[chosen], (_ARBITRARY,) if arbitrary else ())


def best_correlated(game: NormalGame) -> Reference:
    """Return the payoffs in the correlated equilibrium of largest welfare.

    Correlated equilibria (Aumann 1974) solve linear inequalities: a mediator recommends an action
    to everyone, and nobody gains by another one. Among equals the one whose worst-off player has
    the largest share is taken.
    """
    (shares, welfare), count = _merits(game, game.outcomes), len(game.outcomes)
    losses = np.array([row for i in range(game.n) for row in _obedience(game, i)])
    losses = losses.reshape(-1, count)
    # columns: the distribution over outcomes, then the smallest share of any player
    program = np.block(
        [
            [losses, np.zeros((len(losses), 1))],
            [shares.T, -np.ones((game.n, 1))],
            [np.ones((1, count)), np.zeros((1, 1))],
        ]
    )
    bounded = len(program) - 1
    solved, _ = minimise(
        np.append(-_FIRST * welfare, -1.0),
        program,
        (np.append(np.zeros(bounded), 1.0), np.append(np.full(bounded, np.inf), 1.0)),
        (np.append(np.zeros(count), -np.inf), np.inf),
    )
    played = solved[:-1].clip(min=0.0)
    return Reference(np.asarray(played / played.sum() @ game.outcomes))


REFERENCES: Mapping[str, Callable[[NormalGame], Reference]] = {
    "best-nash": best_nash,
    "best-correlated": best_correlated,
}
"""Disagreement points by name."""


def _merits(game: NormalGame, payoffs: Vector) -> tuple[Vector, Vector]:
    """Return payoffs, shape ``(E, n)``, as shares of payoff range, and their welfare ``(E,)``."""
    peaceful = disarmed(game)
    # who is left with nothing to gain or lose is measured by the range of the whole game
    scales = np.where(peaceful.ranges > SAME_PAYOFF * game.scales, peaceful.ranges, game.scales)
    shares = (payoffs - peaceful.low) / scales
    return shares, shares @ (scales / scales.max() if game.money else np.ones(game.n))


def _pure_equilibria(game: NormalGame) -> Vector:
    """Return the payoffs of all Nash equilibria in pure strategies, shape ``(E, n)``."""
    payoffs = game.normalised.payoffs
    content = [own >= own.max(axis=i, keepdims=True) - SAME_PAYOFF for i, own in enumerate(payoffs)]
    found = np.flatnonzero(np.logical_and.reduce(content))
    if not found.size:
        raise NoReferenceError(
            "no Nash equilibrium in pure strategies; mixed ones are looked for with two players "
            "alone (a best correlated equilibrium always exists)"
        )
    return game.outcomes[found]


def _obedience(game: NormalGame, player: int) -> Iterator[Vector]:
    """Yield ``u_i(x) − u_i(b, x_−i)`` where x_i = c and 0 elsewhere, for every c and b ≠ c."""
    own = np.moveaxis(game.normalised.payoffs[player], player, 0)
    for c in range(game.shape[player]):
        for b in range(game.shape[player]):
            if b != c:
                row = np.zeros_like(own)
                row[c] = own[c] - own[b]
                yield np.moveaxis(row, 0, player).ravel()


def _extreme_equilibria(game: NormalGame) -> Vector:
    """Return the payoffs of all extreme equilibria of two players, shape ``(E, 2)``.

    Every equilibrium is a mixture of extreme ones in which each player has the same best replies,
    so welfare is largest at one of them. They are the pairs of vertices of both best-reply
    polytopes at which every action is unused or a best reply (Mangasarian 1964; von Stengel 2002).
    """
    m, k = game.shape
    if comb(m + k, m) > _MAX_BASES:
        raise NoReferenceError(
            f"the mixed equilibria of {m} by {k} actions are too many to be searched "
            "(a best correlated equilibrium is found quickly)"
        )
    first, second = 1.0 + game.normalised.payoffs
    rows, row_labels = _vertices(np.vstack([-np.eye(m), second.T]), np.repeat([0.0, 1.0], (m, k)))
    columns, column_labels = _vertices(
        np.vstack([first, -np.eye(k)]), np.repeat([1.0, 0.0], (m, k))
    )
    complete = (row_labels[:, None] | column_labels).all(axis=2)
    p, q = (
        mixtures[index] / mixtures[index].sum(axis=1, keepdims=True)
        for mixtures, index in zip((rows, columns), np.nonzero(complete), strict=True)
    )
    return np.asarray(np.einsum("ixy,ex,ey->ei", game.payoffs, p, q))


def _vertices(matrix: Vector, bounds: Vector) -> tuple[Vector, NDArray[np.bool_]]:
    """Return the vertices but 0 of ``matrix x ≤ bounds``, and where each inequality is tight."""
    points, slack = vertices(matrix, bounds, _ZERO, _ZERO)
    other = points.max(axis=1) > _ZERO
    points, tight = points[other], np.abs(slack[other]) <= _ZERO
    _, distinct = np.unique(tight, axis=0, return_index=True)
    return points[distinct], tight[distinct]
