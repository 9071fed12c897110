"""An equilibrium beyond floating point: Newton's method in hundreds of digits on active sets.

Takes a game with near ties and an answer that is nearly right, gives one that is right to the last
bit. Prices there may be as small as noise, and then floating point leaves few digits of what
players may claim. Prices of 0 are read as small ones, far smaller than any noise. Called by
:mod:`.near_ties`; :mod:`.completing` writes the answer down.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import override

import numpy as np
from flint import arb, arb_mat, ctx
from numpy.typing import NDArray

from curnits.analysis.certificates.checking.system import (
    PRECISION,
    Balls,
    CocoEquations,
    Kernel,
    KernelFight,
    SingularError,
    State,
    ball,
)
from curnits.analysis.certificates.exact import ExactGame, Fractions
from curnits.analysis.certificates.proving.enclosing import corners
from curnits.analysis.certificates.proving.exact_simplex import solve_matrix_game
from curnits.analysis.solution import Candidate
from curnits.sim.games.coalitions import Mask, grand
from curnits.sim.games.game import Game

type Kernels = dict[Mask, Kernel]

FLOOR = Fraction(1, 1 << 160)
"""What stands for the price of those whose price is 0, times the rates at which it vanishes."""

_SETTLED = 2.0**-330
"""Relative change of prices by a step of Newton's method after which there is no need for more."""

_ROUGH = 1e-6
"""The same above which kernels of conflicts that were found at rough prices may change."""

_BITS = 400
"""To which unknowns are rounded."""

_PLAYED = 1e-12
"""Weight from which an outcome is agreed on."""

_UNIT = 1 << _BITS
"""Prices are whole multiples of its inverse when kernels are looked for."""

_MOST_STEPS, _SHARE = 40, 10
"""Steps, and the factor by which one may lower a price at most."""

NOTHING = Fraction(1, 1 << 100)
"""Shares of what is at stake, and probabilities, that are 0."""

_MOST_FACES = 6
"""Faces that are tried one after the other."""

_DAMPING = arb(2) ** -700
"""What is added to squares of singular values, relative to the largest, to tell which are 0."""

_MOST_CELLS = 10_000
"""Payoffs in all conflicts of the largest game: seconds."""

_exactly = np.frompyfunc(Fraction, 1, 1)


@dataclass(frozen=True, eq=False)
class StoredGame(ExactGame):
    """A game whose payoffs are the floating-point numbers as they stand."""

    _signed: dict[Mask, Fractions] = field(default_factory=dict)
    _matrices: dict[Mask, list[arb_mat]] = field(default_factory=dict)

    @classmethod
    @override
    def of(cls, game: Game) -> "StoredGame":
        return cls(game, np.asarray(_exactly(game.outcomes)))

    @override
    def conflict(self, coalition: Mask) -> Fractions:
        return np.asarray(_exactly(self.game.conflict(coalition)))

    @override
    def signed_conflict(self, coalition: Mask) -> Fractions:
        if coalition not in self._signed:
            self._signed[coalition] = super().signed_conflict(coalition)
        return self._signed[coalition]

    def kernels(self, prices: Balls) -> Kernels:
        """Return kernels of the conflicts of all coalitions that hold player 0."""
        return {mask: self._kernel(mask, prices) for mask in range(1, grand(self.n), 2)}

    def improved(self, kernels: Kernels, state: State, prices: Balls) -> Kernels:
        """Return kernels with others in place of those that are not optimal any more."""
        return {
            mask: kernel
            if self._is_optimal(mask, kernel, state.fights[mask], prices)
            else self._kernel(mask, prices)
            for mask, kernel in kernels.items()
        }

    def _kernel(self, coalition: Mask, prices: Balls) -> Kernel:
        """Return rows and columns at which both sides of a conflict equalise optimally."""
        signed = self.signed_conflict(coalition)
        unit = max(x.denominator for x in signed.flat)  # all are powers of 2
        whole = np.array([x.numerator * (unit // x.denominator) for x in signed.flat], dtype=object)
        weights = np.array([round(_fraction(price) * _UNIT) for price in prices], dtype=object)
        fight = np.tensordot(weights, whole.reshape(signed.shape), axes=1)
        return solve_matrix_game(fight).kernel

    def _is_optimal(
        self, coalition: Mask, kernel: Kernel, fight: KernelFight, prices: Balls
    ) -> bool:
        """Tell whether no side has anything better than to equalise at a kernel."""
        if any(x < 0 for x in (*fight.row, *fight.column)):
            return False
        lost = self.losses(coalition, kernel, fight, prices)
        return not any(x < 0 for losses in lost for x in losses)

    def losses(
        self, coalition: Mask, kernel: Kernel, fight: KernelFight, prices: Balls
    ) -> tuple[Balls, Balls]:
        """Return what either side loses by each of its actions, against the other's kernel."""
        matrix = self._matrix(coalition, prices)
        row, column = arb_mat(1, matrix.nrows()), arb_mat(matrix.ncols(), 1)
        for k, weight in zip(kernel[0], fight.row, strict=True):
            row[0, k] = weight
        for k, weight in zip(kernel[1], fight.column, strict=True):
            column[k, 0] = weight
        answers, exposures = (matrix * column).entries(), (row * matrix).entries()
        return [fight.value - x for x in answers], [x - fight.value for x in exposures]

    def _matrix(self, coalition: Mask, prices: Balls) -> arb_mat:
        if coalition not in self._matrices:
            signed = self.signed_conflict(coalition).astype(np.float64)
            self._matrices[coalition] = [arb_mat(own.tolist()) for own in signed]
        parts = self._matrices[coalition]
        matrix = parts[0] * prices[0]
        for part, price in zip(parts[1:], prices[1:], strict=True):
            matrix += part * price
        return matrix


@dataclass(frozen=True, eq=False)
class Point:
    """Prices, all positive, and a mixture of the outcomes of a face.

    Attributes
    ----------
    prices : tuple of Fraction, length n
        Curnits per utilon, adding to 1.
    mixture : tuple of Fraction
    face : tuple of int
        Outcomes.
    pinned : ndarray of bool, shape (n,)
        Players whose price stays what it is, and stands for 0.
    kernels : dict from mask to Kernel
        Of conflicts, where they are known.
    """

    prices: tuple[Fraction, ...]
    mixture: tuple[Fraction, ...]
    face: tuple[int, ...]
    pinned: NDArray[np.bool_]
    kernels: Kernels = field(default_factory=dict)

    @classmethod
    def of(cls, game: StoredGame, candidate: Candidate) -> "Point":
        """Read a candidate."""
        free = candidate.prices == 0.0
        prices = [
            Fraction(rate) * FLOOR if zero else Fraction(price)
            for price, rate, zero in zip(
                candidate.prices.tolist(), candidate.vanishing.tolist(), free, strict=True
            )
        ]
        face = corners(game, candidate.agreement, _PLAYED)
        weights = [Fraction(weight) for weight in candidate.agreement[face].tolist()]
        return cls(shares(prices), shares(weights), tuple(face), free)

    @property
    def free(self) -> NDArray[np.bool_]:
        """Players whose price stands for 0, shape ``(n,)``."""
        return np.array([price < NOTHING for price in self.prices])

    def without(self, players: NDArray[np.bool_]) -> "Point":
        """Return a point with prices of some players that stand for 0."""
        prices = [FLOOR if gone else x for x, gone in zip(self.prices, players, strict=True)]
        return Point(shares(prices), self.mixture, self.face, self.pinned | players)

    def balls(self) -> Balls:
        """Return prices and mixture as unknowns of the equations."""
        return [ball(x) for x in (*self.prices, *self.mixture)]


def fits(game: Game) -> bool:
    """Tell whether a game is small enough, and everybody has something at stake in it."""
    return game.conflict_cells <= _MOST_CELLS and bool((game.ranges > 0.0).all())


def settled(game: StoredGame, point: Point) -> Point | None:
    """Return the equilibrium next to a point; None if none is found.

    The face may be another one, and of several players whose price is 0 some may have theirs such
    that they clear, too.
    """
    with ctx.workprec(PRECISION):
        for _ in range(_MOST_FACES):
            try:
                found = _settled(game, point)
            except SingularError:
                return None
            if found is None:
                return None
            point = _unpinned(game, _supported(game, found))
            if point is found:
                return found
    return None


def _settled(game: StoredGame, point: Point) -> Point | None:
    n, highest = game.n, int(np.argmax([float(x) for x in point.prices] * game.game.scales))
    floors = [ball(x) for x in point.prices]
    unknowns, change = point.balls(), 1.0
    kernels = game.kernels(unknowns[:n]) if not point.kernels else point.kernels
    system = CocoEquations(game, point.face, kernels)
    for _ in range(_MOST_STEPS):
        state = system.at(unknowns)
        if change <= _SETTLED or (change >= _ROUGH and not point.kernels):
            better = game.improved(kernels, state, unknowns[:n])
            if better == kernels and change <= _SETTLED:
                numbers = tuple(_fraction(x) for x in unknowns)
                return replace(point, prices=numbers[:n], mixture=numbers[n:], kernels=kernels)
            if better != kernels:
                kernels = better
                system = CocoEquations(game, point.face, kernels)
                state = system.at(unknowns)
        rows, missed = equations(state, n)
        for i in np.flatnonzero(point.pinned).tolist():
            rows[i] = [arb(int(i == j)) for j in range(len(unknowns))]
            missed[i] = unknowns[i] - floors[i]
        del rows[highest], missed[highest]  # who clears by Walras' law
        step = _step(rows, missed, unknowns, n)
        change = max(abs(float(step[i] / unknowns[i])) for i in range(n))
        unknowns = [
            max(x - dx, x / _SHARE).mid() if i < n else (x - dx).mid()
            for i, (x, dx) in enumerate(zip(unknowns, step, strict=True))
        ]
        if not all(x.is_finite() for x in unknowns):
            break
    return None


def _supported(game: StoredGame, point: Point) -> Point:
    """Return the point itself, or with another face if its own is not worth most."""
    least = int(np.argmin(point.mixture))
    if point.mixture[least] < -NOTHING:
        kept = [k for k in range(len(point.face)) if k != least]
        weights = [max(point.mixture[k], Fraction(0)) for k in kept]
        return replace(point, face=tuple(point.face[k] for k in kept), mixture=shares(weights))
    worths = game.outcomes @ np.array(point.prices, dtype=object)
    best = int(worths.argmax())
    if worths[best] - worths[point.face[0]] > NOTHING * (worths[best] - worths.min()):
        return replace(point, face=(*point.face, best), mixture=(*point.mixture, Fraction(0)))
    return point


def _unpinned(game: StoredGame, point: Point) -> Point:
    """Return the point itself, or let clear who claims more than it gets at a price of 0."""
    pinned = np.flatnonzero(point.pinned)
    if len(pinned) < 2 or min(point.mixture) < 0:
        return point
    system = CocoEquations(game, point.face, point.kernels)
    missed = equations(system.at(point.balls()), game.n)[1]
    excess = [float(missed[i] / ball(point.prices[i])) / game.game.scales[i] for i in pinned]
    if max(excess) <= float(NOTHING):
        return point
    changed = point.pinned.copy()
    changed[pinned[int(np.argmax(excess))]] = False
    return replace(point, pinned=changed)


def equations(state: State, n: int) -> tuple[list[Balls], Balls]:
    """Return Jacobian and residuals with clearing of all players, then all other equations."""
    size = state.jacobian.ncols()
    rows = [[state.jacobian[i, j] for j in range(size)] for i in range(size)]
    last = [-sum((row[j] for row in rows[: n - 1]), arb(0)) for j in range(size)]
    rows.insert(n - 1, last)
    missed = [*state.missed]
    missed.insert(n - 1, -sum(missed[: n - 1], arb(0)))
    return rows, missed


def _step(rows: list[Balls], missed: Balls, unknowns: Balls, n: int) -> Balls:
    """Return the step of Newton's method; if there are several, the least one relative to prices.

    Raises
    ------
    SingularError
    """
    size = len(rows)
    lengths = [x if i < n else arb(1) for i, x in enumerate(unknowns)]
    relative = [[x * d for x, d in zip(row, lengths, strict=True)] for row in rows]
    units = [max(abs(x.mid()) for x in row) for row in relative]
    matrix = arb_mat([[(x / u).mid() for x in row] for row, u in zip(relative, units, strict=True)])
    right = arb_mat([[(x / u).mid()] for x, u in zip(missed, units, strict=True)])
    damped = matrix.transpose() * matrix
    for i in range(size):
        damped[i, i] += _DAMPING
    try:
        step = damped.solve(matrix.transpose() * right)
    except ZeroDivisionError as error:
        raise SingularError("equations are dependent") from error
    return [step[i, 0] * d for i, d in enumerate(lengths)]


def shares(numbers: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return numbers divided by their sum."""
    total = sum(numbers)
    return tuple(x / total for x in numbers)


def _fraction(number: arb) -> Fraction:
    mantissa, exponent = number.mid().man_exp()
    digits, power = int(mantissa), int(exponent)
    surplus = max(0, digits.bit_length() - _BITS)
    return Fraction(digits >> surplus) * Fraction(2) ** (power + surplus)
