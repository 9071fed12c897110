"""Replicas of one negotiation, in which only the seed differs, tick by tick together.

Takes fresh models, acts on the arrays of all of them at once, and hands each its own back. What it
does to one of them is what the model would do alone, to the last bit: sums run along the same
contiguous axes, and matrices are multiplied one by one. Called by :mod:`curnits.sim.lockstep`.
"""

from collections.abc import Sequence

import numpy as np

from curnits.sim.negotiation.market import Quote
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.settings import NegotiationSettings

_FREE = frozenset(
    (
        "threat_step",
        "sanding_start",
        "sanding_floor",
        "sanding_pace",
        "redeemed",
        "trust",
        "price_floor",
        "tremble",
        "starting_prices",
    )
)
"""Settings of the usual rules. With others there may be chance, or what players do one by one."""


def regular(settings: NegotiationSettings) -> bool:
    """Tell whether replicas can keep step: whether players and rules are the usual ones."""
    fields = type(settings).model_fields
    return all(
        name in _FREE or getattr(settings, name) == field.default for name, field in fields.items()
    )


class Replicas(Negotiation):
    """Negotiations side by side.

    Arrays of its books have a leading axis, over replicas; its numbers are columns, ``(B, 1)``.

    Parameters
    ----------
    models : sequence of Negotiation
        Alike but for seeds and starting prices; none has begun, and :func:`regular` holds.
    """

    def __init__(self, models: Sequence[Negotiation]) -> None:
        first = models[0]
        super().__init__(first.true, first.settings, 0, first.rules)
        self.models = tuple(models)
        for name in self.STATE:
            setattr(self, name, np.stack([np.atleast_1d(getattr(one, name)) for one in models]))
        self.quote = Quote(
            np.stack([model.quote.prices for model in models]),
            np.stack([model.quote.agreement for model in models]),
            np.stack([model.quote.payoffs for model in models]),
        )

    def release(self, replica: int) -> None:
        """Let one of the models be where it has got to by now."""
        model, quote = self.models[replica], self.quote
        for name in self.STATE:
            own, shape = getattr(self, name)[replica].copy(), np.shape(getattr(model, name))
            setattr(model, name, own.reshape(shape)[()])
        model.quote = Quote(quote.prices[replica], quote.agreement[replica], quote.payoffs[replica])
        model.ticks = self.ticks
