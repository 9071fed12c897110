"""In which order coalitions adapt their threats."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from sim.negotiation.coalition import Coalition

if TYPE_CHECKING:
    from sim.negotiation.model import Negotiation


def simultaneous(model: "Negotiation") -> None:
    """All at once, against what stood before."""
    everyone = slice(0, len(model.threats))
    model.threats[:] = model.adapt(everyone, model.gains, model.conflicts.segments)


def random(model: "Negotiation") -> None:
    """One after the other in shuffled order, each against what stands by then."""
    model.agents_by_type[Coalition].shuffle_do("threaten")


def staged(model: "Negotiation") -> None:
    """Lone players first, then pairs, and so on up to the largest."""
    model.agents_by_type[Coalition].do("threaten")


ACTIVATIONS: Mapping[str, Callable[["Negotiation"], None]] = {
    "simultaneous": simultaneous,
    "random": random,
    "staged": staged,
}
"""The orders by the names settings use."""
