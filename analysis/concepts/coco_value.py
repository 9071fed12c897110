"""The concept ``coco-value``: what the players get when payoffs are paid in money."""

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import Concept, ConceptError
from curnits.analysis.concepts.paying import as_if, paid
from curnits.analysis.solution import Solution, Vector
from curnits.analysis.solvers.conflict import values_of
from curnits.analysis.solvers.curved.refining import refined
from curnits.analysis.verification import equilibria as verifiers
from curnits.sim.games.game import Game

if TYPE_CHECKING:
    from curnits.analysis.solvers.sampling import Estimate


def in_money(game: Game, _: Vector | None = None) -> Solution:
    """Return the coco value of a game, also one with curved frontiers."""
    return refined(game, paid, verifiers.coco_value)


def _sampled(game: Game, conflicts: int, rng: np.random.Generator) -> "Estimate":
    from curnits.analysis.solvers.sampling import estimate

    if game.curved:
        raise ConceptError("coalitions with curved frontiers cannot be sampled")
    best = float(game.outcomes.sum(axis=1).max())
    return estimate(game.n, best, partial(values_of, game), conflicts, rng)


COCO_VALUE = Concept(
    name="coco-value",
    title="what the players get when payoffs are paid in money",
    answer="coco value",
    solve=as_if(in_money),
    on_curves=as_if(in_money),
    with_money=in_money,
    verify=verifiers.coco_value,
    threats=True,
    zero_sum=True,
    pays=True,
    estimate=_sampled,
    proof=lambda _: Proposition.COCO_VALUE,
)
