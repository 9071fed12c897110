"""Where curnits are redeemed: quotes on the sanded frontier, and money where it exists.

Takes a game and, at each tick, prices; gives what the grand coalition would agree on and what
everybody redeems. The model and talks by offers ask it.

Utilities are in shares of payoff range and prices, in curnits per utilon, have mean 1.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import override

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.feasible.frontier import sanded_point
from curnits.sim.games.game import Game
from curnits.sim.negotiation.conflicts import Column, Vector, most
from curnits.sim.negotiation.settings import NegotiationSettings

_GIVE = 0.5
"""How far quotes give way where the frontier does not: log-price for a curnit at a vertex."""
_HALVINGS = 10
"""Times a step of prices is halved before trade waits for the next tick: a thousandth is left."""

_AT_FLOOR = 1e-9
"""Relative distance from the price floor at which a price counts as being there."""


@dataclass(frozen=True, eq=False)
class Quote:
    """What N would agree on at some prices.

    Attributes
    ----------
    prices : ndarray, shape (..., n)
        Curnits per utilon.
    agreement : ndarray, shape (..., X)
        ``softmax(a·U / ε)`` over outcomes.
    payoffs : ndarray, shape (..., n)
        The sanded frontier point ``u_ε(a)``.
    """

    prices: Vector
    agreement: Vector
    payoffs: Vector


def quote(outcomes: Vector, prices: Vector, sanding: Column) -> Quote:
    """Return what the sanded frontier offers at these prices."""
    payoffs, agreement = sanded_point(outcomes, prices, sanding)
    return Quote(prices, agreement, payoffs)


class Market(ABC):
    """Turns curnits into payoffs; arrays may have leading axes, for replicas."""

    @abstractmethod
    def open(self, sanding: float) -> Quote:
        """Return the first quote."""

    @abstractmethod
    def resume(self, standing: Quote, kept: float, sanding: float) -> Quote:
        """Return the first quote of new talks that keep a share of what old ones learned."""

    @abstractmethod
    def shake(self, standing: Quote, nudges: Vector, sanding: float) -> Quote:
        """Return the quote at prices whose logarithms are nudged, where prices are free."""

    @abstractmethod
    def redeem(self, standing: Quote, purses: Vector, sanding: Column) -> tuple[Quote, Vector]:
        """Redeem some of the curnits in the purses.

        Parameters
        ----------
        standing : Quote
        purses : ndarray, shape (n,)
            Curnits held; negative ones are owed. They sum to zero.
        sanding : Column
            Roughness of the frontier from now on.

        Returns
        -------
        Quote
            What is quoted afterwards.
        ndarray, shape (n,)
            Curnits redeemed, to be taken from the purses; they sum to zero too.
        """

    @abstractmethod
    def payoffs(self, standing: Quote, purses: Vector) -> Vector:
        """Return the payoffs if the talks ended now, shape ``(n,)``."""

    @abstractmethod
    def excess(self, standing: Quote, gaps: Vector, purses: Vector) -> Vector:
        """Return what keeps each player from settling, shape ``(n,)``, in shares of range.

        Parameters
        ----------
        standing : Quote
        gaps : ndarray, shape (n,)
            ``E_i − a_i u_i``, curnits.
        purses : ndarray, shape (n,)
        """


@dataclass(frozen=True, eq=False)
class Frontier(Market):
    """Curnits are claims on small moves along the sanded frontier.

    Redeeming ``c_i`` curnits asks for a move ``a_i Δu_i = c_i``. A small change of log-prices ``y``
    gives ``a_i Δu_i = (J Δy)_i`` with ``J = diag(a) Cov(U) diag(a) / ε``, the frontier's local
    slope; where it is flat (``J`` large) prices hardly move, at a vertex (``J = 0``) only they do.
    The change is therefore ``Δy = (J + g I)⁻¹ c``, cut down to the trust region.

    Attributes
    ----------
    outcomes : ndarray, shape (X, n)
    share : float
        Share of each purse presented for redemption in a tick.
    trust : float
        Largest change of a log-price or a payoff in a tick; what exceeds it stays in the purse.
    price_floor : float
        Lowest price as a share of the highest, constant payoffs left out.
    opening : ndarray, shape (n,)
        Prices of the first quote.
    """

    outcomes: Vector
    share: float
    trust: float
    price_floor: float
    opening: Vector

    @override
    def open(self, sanding: float) -> Quote:
        return quote(self.outcomes, self._reprice(self.opening, np.zeros(1)), sanding)

    @override
    def resume(self, standing: Quote, kept: float, sanding: float) -> Quote:
        prices = standing.prices
        return quote(self.outcomes, self._reprice(prices, (kept - 1.0) * np.log(prices)), sanding)

    @override
    def shake(self, standing: Quote, nudges: Vector, sanding: float) -> Quote:
        return quote(self.outcomes, self._reprice(standing.prices, nudges), sanding)

    @override
    def redeem(self, standing: Quote, purses: Vector, sanding: Column) -> tuple[Quote, Vector]:
        prices, claims = standing.prices, self.share * purses
        spread = (self.outcomes - standing.payoffs[..., None, :]) * prices[..., None, :]
        slope = (spread.swapaxes(-1, -2) * standing.agreement[..., None, :]) @ spread
        slope /= np.asarray(sanding)[..., None]
        movable = 1.0 - (self._at_floor(prices) & (claims < 0.0))
        slope *= movable[..., None]
        slope *= movable[..., None, :]
        diagonal = slope.reshape(*slope.shape[:-2], -1)[..., :: slope.shape[-1] + 1]
        diagonal += _GIVE * prices
        change = np.linalg.solve(slope, (claims * movable)[..., None])[..., 0]
        part = np.minimum(1.0, self.trust / np.maximum(most(np.abs(change)), self.trust))
        for _ in range(_HALVINGS):
            moved = quote(self.outcomes, self._reprice(prices, part * change), sanding)
            far = most(np.abs(moved.payoffs - standing.payoffs)) > self.trust
            if not far.any():
                break
            part = np.where(far, part / 2.0, part)
        return moved, part * claims

    def _reprice(self, prices: Vector, change: Vector) -> Vector:
        changed = prices * np.exp(change)
        highest = self._highest(changed)
        bounded = np.maximum(changed, self.price_floor * highest)
        bounded = np.minimum(bounded, highest / self.price_floor)
        return np.asarray(bounded * (bounded.shape[-1] / bounded.sum(axis=-1, keepdims=True)))

    @override
    def payoffs(self, standing: Quote, purses: Vector) -> Vector:
        return standing.payoffs

    @override
    def excess(self, standing: Quote, gaps: Vector, purses: Vector) -> Vector:
        excess = gaps / standing.prices
        return np.where(self._at_floor(standing.prices), np.maximum(excess, 0.0), excess)

    def _at_floor(self, prices: Vector) -> NDArray[np.bool_]:
        """Return whose payoffs are free goods: they get more than their due, at no cost."""
        return np.asarray(prices <= (1.0 + _AT_FLOOR) * self.price_floor * most(prices))

    def _highest(self, prices: Vector) -> Vector:
        """Return the highest price of payoffs that vary, if any do, shape ``(..., 1)``.

        A payoff that does not vary cannot be traded for, so its price rises as far as it may. If
        that pressed all others to one floor, they could not rise above one another.
        """
        return np.asarray(most(np.where(self._traded, prices, 0.0)))

    @cached_property
    def _traded(self) -> NDArray[np.bool_]:
        """Whose payoffs vary; everybody's, if nobody's do."""
        varying = np.ptp(self.outcomes, axis=0) > 0.0
        return np.asarray(varying | ~varying.any())


@dataclass(frozen=True, eq=False)
class Money(Market):
    """Curnits are money: prices stay, and purses are paid out.

    Attributes
    ----------
    outcomes : ndarray, shape (X, n)
    prices : ndarray, shape (n,)
    """

    outcomes: Vector
    prices: Vector

    @override
    def open(self, sanding: float) -> Quote:
        return quote(self.outcomes, self.prices, sanding)

    @override
    def resume(self, standing: Quote, kept: float, sanding: float) -> Quote:
        return self.open(sanding)

    @override
    def shake(self, standing: Quote, nudges: Vector, sanding: float) -> Quote:
        return standing

    @override
    def redeem(self, standing: Quote, purses: Vector, sanding: Column) -> tuple[Quote, Vector]:
        return quote(self.outcomes, standing.prices, sanding), np.zeros_like(purses)

    @override
    def payoffs(self, standing: Quote, purses: Vector) -> Vector:
        return standing.payoffs + purses / self.prices

    @override
    def excess(self, standing: Quote, gaps: Vector, purses: Vector) -> Vector:
        return (gaps - purses) / self.prices


def market_of(game: Game, settings: NegotiationSettings) -> Market:
    """Return the market of a game; with money, prices are equal in the game's own utilons."""
    outcomes = game.normalised.outcomes
    if game.money:
        return Money(outcomes, game.scales / game.scales.mean())
    opening = np.ones(game.n)
    if settings.starting_prices:
        opening = game.scales * [settings.starting_prices[player] for player in game.players]
    return Frontier(outcomes, settings.redeemed, settings.trust, settings.price_floor, opening)
