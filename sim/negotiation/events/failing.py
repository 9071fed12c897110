"""Talks that fail: by chance, or because somebody walks out or does not sign.

Then a side forms, and its members and their opponents decide whether they carry out their threats.
"""

from dataclasses import dataclass

import numpy as np

from curnits.sim.games.coalitions import grand, members, membership
from curnits.sim.games.damage import breakdown_weights
from curnits.sim.negotiation.conflicts import Vector
from curnits.sim.negotiation.credibility import retreats
from curnits.sim.negotiation.events.renegotiating import Renegotiation
from curnits.sim.negotiation.journal import BreakdownEntry
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.settings import BreakdownSettings


@dataclass(frozen=True)
class Hazard:
    """The risk that talks fail, which may grow with how far claims are apart.

    Attributes
    ----------
    settings : BreakdownSettings
    renegotiate : callable
        What becomes of a fight.
    """

    settings: BreakdownSettings
    renegotiate: Renegotiation

    def draw(self, model: Negotiation) -> bool:
        """Let talks fail if somebody leaves, or if chance says so; tell whether they did."""
        if model.leaving:
            self._fight(model, model.leaving, model.gap, 1.0)
            return True
        settings = self.settings
        if not (settings.base or settings.slope) or model.ticks % settings.every:
            return False
        gap = model.gap
        failure = min(1.0, settings.base + settings.slope * gap)
        if model.game.n < 2 or model.rng.random() >= failure:
            return False
        self._fight(model, grand(model.game.n), gap, failure)
        return True

    def sign(self, model: Negotiation) -> bool:
        """Let everybody sign an agreement that is ready; tell whether all did. If not, they fight.

        One player alone signs whatever it likes.
        """
        refusing = model.refusing()
        if refusing and model.game.n > 1:
            self._fight(model, refusing, 0.0, 1.0)
            return False
        return True

    def _fight(self, model: Negotiation, leaving: int, gap: float, failure: float) -> None:
        """Let a side with one of those who leave fight its complement; everybody remembers it."""
        n, rng, journal = model.game.n, model.rng, model.journal
        weights = breakdown_weights(n)
        touched = membership(n) @ membership(n)[leaving] > 0.0
        weights = weights * touched
        side = int(rng.choice(len(weights), p=weights / weights.sum()))
        inside = membership(n)[side] > 0.0
        firm = rng.random(n) < model.resolve()
        carried_out, answered = bool(firm[inside].all()), bool(firm[~inside].all())
        payoffs = _fought(model, side, carried_out=carried_out, answered=answered)
        model.credibility.observe(firm)
        model.credibility.interpret(firm, rng)
        name = journal.name(members(side))
        entry = (model.ticks, journal.talk, name, gap, failure, carried_out, answered)
        journal.breakdowns.append(BreakdownEntry(*entry))
        model.close("broke down", self.renegotiate(model.true, payoffs))


def _fought(model: Negotiation, side: int, *, carried_out: bool, answered: bool) -> Vector:
    """Return what everybody gets in a fight, shape ``(n,)``, utilons."""
    conflicts, prices = model.conflicts, model.quote.prices
    threats, _ = model.announced()
    believed = model.credibility.believed(conflicts, threats, prices)
    backing_down = retreats(conflicts, believed, prices, model.forbidden)
    other = grand(model.game.n) ^ side
    firm = np.zeros(1 << model.game.n, dtype=bool)
    firm[[side, other]] = carried_out, answered
    played = np.where(firm[conflicts.coalitions][conflicts.segments.owner], threats, backing_down)
    return model.outcome_of_fight(played, side)
