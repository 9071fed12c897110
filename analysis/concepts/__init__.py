"""Solution concepts: what each applies to, how it is solved and verified.

What proves answers is apart, in :mod:`.proofs`.

To add one, write its row, a :class:`Concept`, in a module of its own like :mod:`.coco` (or, of a
bargaining rule, with :func:`.bargaining.bargaining_rule`), and list it in :mod:`.registry`; its
verifier belongs into :mod:`curnits.analysis.verification`. No other module knows its name, and its
module is imported when it is asked for.
"""

from curnits.analysis.concepts.concept import Concept, ConceptError
from curnits.analysis.concepts.registry import (
    CONCEPTS,
    concept_named,
    default_concept,
    doubted_concept,
    estimate,
    solve,
    solve_all,
    solve_near,
    verify_as,
    verify_state,
)
from curnits.analysis.verification.measures import units

__all__ = [
    "CONCEPTS",
    "Concept",
    "ConceptError",
    "concept_named",
    "default_concept",
    "doubted_concept",
    "estimate",
    "solve",
    "solve_all",
    "solve_near",
    "units",
    "verify_as",
    "verify_state",
]
