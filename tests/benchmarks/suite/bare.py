"""The arithmetic of one tick, without agents: in numpy, and coalition by coalition.

Threats by optimistic multiplicative weights, dividends, prices and a sanded agreement, on the
arrays of a negotiation; nothing is recorded, reported, permitted or checked.
"""

import numpy as np

from curnits.sim.games.coalitions import grand, membership, moebius, zeta
from curnits.sim.games.normal import NormalGame
from curnits.sim.negotiation.conflicts import conflicts_of

_RATE, _PACE, _SANDING = 0.15, 0.01, 0.05


class Bare:
    """A state of prices and threats that can be moved on by a tick."""

    def __init__(self, game: NormalGame) -> None:
        self.game = game.normalised
        self.conflicts = conflicts_of(self.game)
        self.segments = self.conflicts.segments
        self.seats = self.conflicts.seats()
        self.threats = self.segments.uniform()
        self.logits, self.before = np.zeros_like(self.threats), np.zeros_like(self.threats)
        self.prices = np.full(game.n, 1.0 / game.n)
        self.inside = membership(game.n)
        self.sizes = np.maximum(self.inside.sum(axis=1), 1.0)
        self.payoffs = self.game.outcomes.mean(axis=0)

    def tick(self) -> None:
        """Move on in array operations."""
        gains, delivered = self.conflicts.fight(self.threats, self.prices)
        self._turn(gains)
        weights = np.exp(self.logits - self.segments.maxima(self.logits)[self.segments.owner])
        self.threats = self.segments.normalise(weights)
        self._divide(delivered)

    def tick_in_loops(self) -> None:
        """Move on coalition by coalition, each with small arrays of its own."""
        gains = np.empty_like(self.threats)
        delivered = np.zeros((1 << self.game.n, self.game.n))
        for seat in self.seats:
            gains[seat.own] = seat.gains(self.threats, self.prices)
            own = self.threats[seat.own] @ (seat.payoffs @ self.threats[seat.other]).T
            delivered[seat.coalition] = np.where(seat.stakes > 0, own, 0.0)
        self._turn(gains)
        for seat in self.seats:
            weights = np.exp(self.logits[seat.own] - self.logits[seat.own].max())
            self.threats[seat.own] = weights / weights.sum()
        self._divide(delivered)

    def _turn(self, gains: np.ndarray) -> None:
        self.logits = (1.0 - _RATE * _SANDING) * self.logits + _RATE * (2 * gains - self.before)
        self.before = gains

    def _divide(self, delivered: np.ndarray) -> None:
        delivered[grand(self.game.n)] = self.payoffs
        dividends = moebius((delivered * self.prices).sum(axis=1)) / self.sizes
        shares = dividends[:, None] * self.inside
        gains = (delivered * self.prices - zeta(shares) + shares)[-1]
        prices = self.prices * np.exp(-_PACE * (gains - gains.mean()))
        self.prices = prices / prices.sum()
        worths = self.game.outcomes @ self.prices
        weights = np.exp((worths - worths.max()) / _SANDING)
        self.payoffs = weights @ self.game.outcomes / weights.sum()
