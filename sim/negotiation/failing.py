"""Talks that fail: a side forms by chance, and threats are carried out, or not."""

from dataclasses import dataclass

import numpy as np

from sim.games.coalitions import grand, members, membership
from sim.games.damage import breakdown_weights
from sim.negotiation.conflicts import Vector
from sim.negotiation.credibility import retreats
from sim.negotiation.journal import BreakdownEntry
from sim.negotiation.model import Negotiation
from sim.negotiation.settings import BreakdownSettings


@dataclass(frozen=True)
class Hazard:
    """The risk that talks fail, which may grow with what is left to settle.

    Attributes
    ----------
    settings : BreakdownSettings
    """

    settings: BreakdownSettings

    def strike(self, model: Negotiation) -> bool:
        """Let chance decide, every few ticks, whether talks fail; tell whether they did."""
        settings = self.settings
        if not (settings.base or settings.slope) or model.ticks % settings.every:
            return False
        gap = float(model.quote.prices @ np.maximum(model.excess, 0.0)) / model.game.n
        failure = min(1.0, settings.base + settings.slope * gap)
        if model.game.n < 2 or model.rng.random() >= failure:
            return False
        self._fight(model, gap, failure)
        return True

    def _fight(self, model: Negotiation, gap: float, failure: float) -> None:
        """Let a side fight its complement; everybody remembers who carried out its threat."""
        n, rng, journal = model.game.n, model.rng, model.journal
        weights = breakdown_weights(n)
        side = int(rng.choice(len(weights), p=weights))
        inside = membership(n)[side] > 0.0
        firm = rng.random(n) < model.credibility.resolve
        carried_out, answered = bool(firm[inside].all()), bool(firm[~inside].all())
        payoffs = _fought(model, side, carried_out=carried_out, answered=answered)
        model.credibility.observe(firm)
        name = journal.name(members(side))
        entry = (model.ticks, journal.talk, name, gap, failure, carried_out, answered)
        journal.breakdowns.append(BreakdownEntry(*entry))
        journal.close(model.ticks, "broke down", payoffs)


def _fought(model: Negotiation, side: int, *, carried_out: bool, answered: bool) -> Vector:
    """Return what everybody gets in a fight, shape ``(n,)``, utilons."""
    conflicts, prices = model.conflicts, model.quote.prices
    threats, _ = model.announced()
    believed = model.credibility.believed(conflicts, threats, prices)
    backing_down = retreats(conflicts, believed, prices)
    other = grand(model.game.n) ^ side
    firm = np.zeros(1 << model.game.n, dtype=bool)
    firm[[side, other]] = carried_out, answered
    played = np.where(firm[conflicts.coalitions][conflicts.segments.owner], threats, backing_down)
    _, delivered = conflicts.fight(played, prices)
    shares = delivered[side] + delivered[other]
    return np.asarray(model.game.low + model.game.scales * shares)
