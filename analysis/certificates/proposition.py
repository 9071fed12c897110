"""What a certificate can prove: rows of concepts say which, a prover and a checker know how.

No proof is at work here, so that solving imports no exact arithmetic.
"""

from enum import Enum


class Proposition(Enum):
    """What a certificate proves; an answer in fractions is also efficient."""

    COCO = "prices clear, and all threats are optimal"
    FAIR_SPLIT = "coalitions give their members the least of their gains, and dispose of the rest"
    COCO_VALUE = "claims are paid in money at equal prices, and all threats are optimal"
    SHAPLEY = "the same of a game in which coalitions have worths (Shapley 1953)"
    FIRST_MOVER = "prices clear if coalitions move first, and all commitments are the best"
    FIRST_MOVER_VALUE = "the same at equal prices, with claims paid in money"
    EQUAL_WORTH = "the product of gains from a point at which everybody can gain is the largest"
    EQUAL_GAINS = "gains from such a point are equal"
