"""The equations of a ``coco`` equilibrium with known supports, in ball arithmetic.

Unknowns are the prices and the mixture of face outcomes. Every conflict is fought with the
equalising strategies of a square kernel; its value is then a smooth function of the prices.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, arb_mat, fmpq

from curnits.analysis.certificates.certificate import Interval
from curnits.analysis.certificates.exact import ExactGame, Fractions, share
from curnits.sim.games.coalitions import Mask

PRECISION = 1000
"""Bits."""

type Balls = list[arb]
type Kernel = tuple[Sequence[int], Sequence[int]]


class SingularError(ArithmeticError):
    """Equations without a unique solution nearby."""


@dataclass(frozen=True, eq=False)
class KernelFight:
    """A conflict at the equalising strategies of its kernel.

    ``row``, ``column`` are probabilities, ``value`` curnits, ``slope`` its derivatives with the
    prices, shape (n,), utilons.
    """

    row: Balls
    column: Balls
    value: arb
    slope: Balls


@dataclass(frozen=True, eq=False)
class State:
    """Missed equations, their Jacobian, payoffs of shape (n,) and fights at some unknowns."""

    missed: Balls
    jacobian: arb_mat
    payoffs: Balls
    fights: dict[Mask, KernelFight]


class CocoEquations:
    """Equations for ``n`` prices and the mixture of ``k`` outcomes, numbered in this order.

    Clearing of all players but the last, who clears by Walras' law; equal worth of the outcomes;
    prices and mixture that add to 1.

    Parameters
    ----------
    game : ExactGame
    face : sequence of int
        Outcomes.
    kernels : dict from mask to (rows, columns)
        For each coalition that holds player 0, N left out.
    """

    def __init__(
        self, game: ExactGame, face: Sequence[int], kernels: Mapping[Mask, Kernel]
    ) -> None:
        self.n = game.n
        self.corners = [[ball(x) for x in row] for row in game.outcomes[list(face)]]
        self._fights = {}
        for mask, (rows, columns) in kernels.items():
            kernel = game.signed_conflict(mask)[:, list(rows)][:, :, list(columns)]
            weights = [ball(share(game.n, mask, i)) for i in range(game.n)]
            self._fights[mask] = ([_matrix(own) for own in kernel], weights)

    def at(self, unknowns: Balls) -> State:
        """Evaluate at prices and mixture, of length ``n + k``.

        Raises
        ------
        SingularError
            If a kernel has no equalising strategies.
        """
        n, corners = self.n, self.corners
        prices, mixture = unknowns[:n], unknowns[n:]
        size = len(unknowns)
        payoffs = [_sum(w * u[i] for w, u in zip(mixture, corners, strict=True)) for i in range(n)]
        worths = [_dot(prices, u) for u in corners]
        fights = {mask: _fight(parts, prices) for mask, (parts, _) in self._fights.items()}
        missed: Balls = []
        jacobian = arb_mat(size, size)
        for i in range(n - 1):
            due = _dot(prices, payoffs) / n
            for mask, (_, weights) in self._fights.items():
                due += weights[i] * fights[mask].value
                for j in range(n):
                    jacobian[i, j] += weights[i] * fights[mask].slope[j]
            for j in range(n):
                jacobian[i, j] += payoffs[j] / n
            jacobian[i, i] -= payoffs[i]
            for k, worth in enumerate(worths):
                jacobian[i, n + k] = worth / n - prices[i] * corners[k][i]
            missed.append(due - prices[i] * payoffs[i])
        for k, corner in enumerate(corners[1:]):
            for j in range(n):
                jacobian[n - 1 + k, j] = corner[j] - corners[0][j]
            missed.append(worths[k + 1] - worths[0])
        for j in range(n):
            jacobian[size - 2, j] = arb(1)
        for k in range(len(corners)):
            jacobian[size - 1, n + k] = arb(1)
        missed += [_sum(prices) - 1, _sum(mixture) - 1]
        return State(missed, jacobian, payoffs, fights)

    def newton(self, unknowns: Balls) -> Balls:
        """Return the centre of the unknowns after one step of Newton's method.

        Raises
        ------
        SingularError
        """
        centre = [x.mid() for x in unknowns]
        state = self.at(centre)
        step = _solved(state.jacobian, arb_mat(len(centre), 1, state.missed))
        return [(x - step[i, 0]).mid() for i, x in enumerate(centre)]

    def contract(self, box: Balls) -> Balls:
        """Return Krawczyk's (1969) image of a box.

        If it lies in the interior of the box, the equations have exactly one solution in the box,
        and that one is in the image.

        Raises
        ------
        SingularError
        """
        size = len(box)
        centre = [x.mid() for x in box]
        here = self.at(centre)
        try:
            inverse = here.jacobian.mid().inv().mid()
        except ZeroDivisionError as error:
            raise SingularError("the solution is not isolated") from error
        moved = inverse * arb_mat(size, 1, here.missed)
        rest = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
        rest -= inverse * self.at(box).jacobian
        spread = rest * arb_mat(size, 1, [x - c for x, c in zip(box, centre, strict=True)])
        return [c - moved[i, 0] + spread[i, 0] for i, c in enumerate(centre)]


def ball(number: Fraction) -> arb:
    """Return a ball that holds a fraction."""
    return arb(fmpq(number.numerator, number.denominator))


def hull(interval: Interval) -> arb:
    """Return a ball that holds an interval."""
    return ball(interval.low).union(ball(interval.high))


def _matrix(entries: Fractions) -> arb_mat:
    height, width = entries.shape
    return arb_mat(height, width, [ball(x) for x in entries.ravel()])


def _fight(parts: list[arb_mat], prices: Balls) -> KernelFight:
    matrix = parts[0] * prices[0]
    for part, price in zip(parts[1:], prices[1:], strict=True):
        matrix += part * price
    row, _ = _equaliser(matrix.transpose())
    column, value = _equaliser(matrix)
    left = arb_mat(1, len(row), row)
    right = arb_mat(len(column), 1, column)
    return KernelFight(row, column, value, [(left * part * right)[0, 0] for part in parts])


def _equaliser(matrix: arb_mat) -> tuple[Balls, arb]:
    """Return ``q`` with ``matrix q = v``, adding to 1, and ``v``."""
    size = matrix.nrows()
    bordered = arb_mat(size + 1, size + 1)
    for r in range(size):
        for c in range(size):
            bordered[r, c] = matrix[r, c]
        bordered[r, size], bordered[size, r] = arb(-1), arb(1)
    solved = _solved(bordered, arb_mat(size + 1, 1, [0] * size + [1]))
    return [solved[r, 0] for r in range(size)], solved[size, 0]


def _solved(matrix: arb_mat, right: arb_mat) -> arb_mat:
    try:
        return matrix.solve(right)
    except ZeroDivisionError as error:
        raise SingularError("the solution is not isolated") from error


def _sum(terms: Iterable[arb]) -> arb:
    total = arb(0)
    for term in terms:
        total += term
    return total


def _dot(left: Balls, right: Balls) -> arb:
    return _sum(x * y for x, y in zip(left, right, strict=True))
