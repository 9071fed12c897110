"""Conflict rules: what a coalition's fight with its complement is worth to it at given prices.

Takes stacks of conflicts and prices, gives worths, their gradients and threats. Everything else of
a solution (prices, clearing, search) is the same under every rule. To add one, write a class beside
:class:`.minimax.Minimax` and list it here; what tells whether an answer is one under that rule is
its verifier in :mod:`curnits.analysis.verification`.
"""

from curnits.analysis.solvers.rules.rule import ConflictRule
from curnits.sim.registry import Registry

RULES = Registry[ConflictRule](
    __name__,
    {
        "minimax": "minimax:MINIMAX",
        "first-mover-surplus": "first_mover:FIRST_MOVER_SURPLUS",
    },
)
"""All conflict rules by name."""

__all__ = ["RULES", "ConflictRule"]
