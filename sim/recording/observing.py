"""What is seen of a negotiation at one tick: numbers and arrays, in reported curnits and utilons.

Takes a model, or :class:`curnits.sim.negotiation.replicas.Replicas`, whose arrays have a leading
axis. Called by :mod:`curnits.sim.recording.recorder` and :mod:`curnits.sim.lockstep`.

Curnits are those of the reported prices, which sum to 1 for the players' own utilons.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import headcounts, membership, zeta
from curnits.sim.games.damage import Damage, damage
from curnits.sim.negotiation.conflicts import most, total
from curnits.sim.negotiation.model import Negotiation

type Vector = NDArray[np.float64]


class Sight(NamedTuple):
    """The state at a tick.

    Attributes
    ----------
    tick : int
    series : dict from str to ndarray
    agreement : ndarray, shape (..., X)
    threats : ndarray, shape (..., L)
        What is believed of them.
    """

    tick: int
    series: dict[str, Vector]
    agreement: Vector
    threats: Vector

    def of(self, replica: int) -> "Sight":
        """Return what is seen of one of several replicas."""
        series = {name: values[replica] for name, values in self.series.items()}
        return Sight(self.tick, series, self.agreement[replica], self.threats[replica])


def look(model: Negotiation, trades: Vector) -> Sight:
    """Return the present state.

    Parameters
    ----------
    model : Negotiation
    trades : ndarray, shape (..., 3, n, n)
        Sums of :func:`traded` since the last look.
    """
    n, unit, inside = model.game.n, reported(model), membership(model.game.n)
    prices, lowest = model.quote.prices, model.prices * model.game.low
    threats, regrets = model.credible()
    delivered, shares = _books(model)
    worths = unit * (delivered * prices[..., None, :]).sum(axis=-1)
    dividends = unit * shares.sum(axis=-1) / headcounts(n)
    dividends[..., 1 << np.arange(n)] += lowest
    entitlements, harm = shares.sum(axis=-2), _damage(model, delivered)
    excess = model.excess if model.ticks else _first_excess(model, entitlements)
    lead = trades.shape[:-3]
    claimed = zeta(shares, axis=-2) / prices[..., None, :]
    series = {
        "sanding": np.reshape(model.sanding, lead),
        "clearing": np.abs(excess).max(axis=-1),
        "regret": regrets.max(axis=-1),
        "traded": trades[..., 0, :, :].reshape(*lead, -1).sum(axis=-1),
        "destruction": harm.expected(1.0),
        "payoff": model.payoffs,
        "price": model.prices,
        "entitlement": unit * entitlements + lowest,
        "excess": excess,
        "purse": unit * model.purses,
        "dividend": dividends[..., 1:],
        "worth": (worths + (inside @ lowest[..., None])[..., 0])[..., 1:],
        "coalition regret": regrets[..., 1:],
        "menace": harm.menace[..., 1:],
        "cost": harm.cost[..., 1:],
        "delivered": _own(model, delivered),
        "claimed": _own(model, claimed),
        "trades": trades.copy(),
    }
    return Sight(model.ticks, series, model.quote.agreement, threats)


def traded(model: Negotiation) -> Vector:
    """Return what was paid in the last trade: in curnits, and in utilons of payer and payee.

    Returns
    -------
    ndarray, shape (..., 3, n, n)
    """
    prices, flows = model.prices, model.flows
    found = np.empty((*flows.shape[:-2], 3, *flows.shape[-2:]))
    found[..., 0, :, :] = flows = flows * np.asarray(reported(model))[..., None]
    np.divide(flows, prices[..., :, None], out=found[..., 1, :, :])
    np.divide(flows, prices[..., None, :], out=found[..., 2, :, :])
    return found


def reported(model: Negotiation) -> Any:
    """Return the reported curnits in one curnit of the model, at present quotes; a column."""
    return 1.0 / total(model.quote.prices / model.game.scales)


def _books(model: Negotiation) -> tuple[Vector, Vector]:
    """Return delivered payoffs and shares; at tick 0 those that come of the first threats."""
    if model.ticks:
        return model.delivered, model.shares
    _, delivered = model.clash()
    delivered[-1] = model.quote.payoffs
    return delivered, model.rules.splitting.divide(delivered * model.quote.prices)


def _first_excess(model: Negotiation, entitlements: Vector) -> Vector:
    gaps = entitlements - model.quote.prices * model.quote.payoffs
    return model.market.excess(model.quote, gaps, model.purses)


def _own(model: Negotiation, shares: Vector) -> Vector:
    """Return payoffs in utilons of the members of each coalition, one after the other."""
    game = model.game
    return np.asarray((game.low + game.scales * shares)[..., membership(game.n) > 0.0])


def _damage(model: Negotiation, delivered: Vector) -> Damage:
    """Measure what the threats would have done when they last met, in reported curnits."""
    peace = model.market.payoffs(model.quote, model.purses)
    fought = delivered + delivered[..., ::-1, :]
    fought[..., [0, -1], :] = peace[..., None, :]
    prices = reported(model) * model.quote.prices
    worths = (model.game.normalised.outcomes @ prices[..., None])[..., 0]
    return damage(prices, peace, fought, most(worths))
