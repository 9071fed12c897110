"""Utility functions: what the quantities an outcome gives to a player are worth to that player.

Each function is plain data: a frozen dataclass whose fields are its parameters. They are von
Neumann-Morgenstern utilities, so only the shape matters: adding a constant or changing the unit of
utility changes no agreement.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from curnits.sim.games.utilities.utility import Utility, UtilityError
from curnits.sim.registry import Registry

UTILITIES = Registry[type[Utility]](
    __name__,
    {
        "linear": "bundles:Linear",
        "power": "risk:Power",
        "log": "risk:Log",
        "exponential": "risk:Exponential",
        "cobb-douglas": "bundles:CobbDouglas",
        "leontief": "bundles:Leontief",
        "tabulated": "risk:Tabulated",
    },
)
"""Every utility function by the name that scenario files use."""

__all__ = ["UTILITIES", "Utility", "UtilityError", "as_scenario"]


def as_scenario(utility: Any) -> Mapping[str, Any]:
    """Return a function's name and its parameters as scenario files state them."""
    names = {kind: name for name, kind in UTILITIES.items()}
    return {"function": names[type(utility)], **asdict(utility)}
