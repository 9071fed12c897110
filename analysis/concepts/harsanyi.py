"""The concept ``harsanyi``: coalitions split fairly what they deliver, and dispose of the rest."""

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.concepts.concept import Concept
from curnits.analysis.concepts.unique import alone
from curnits.analysis.solution import Candidate, Solution, Vector
from curnits.analysis.solvers.curved.refining import METHOD, at_root, refined
from curnits.analysis.solvers.curved.roots import Rule, coco_stance, harsanyi_stance
from curnits.analysis.solvers.harsanyi import harsanyi
from curnits.analysis.verification.harsanyi import harsanyi as verifier
from curnits.sim.games.bargaining import BargainingGame
from curnits.sim.games.coalitional import CoalitionalGame
from curnits.sim.games.coalitions import grand
from curnits.sim.games.game import Game

_QUICK_PLAYERS, _QUICK_OUTCOMES = 3, 64
"""In larger games the search for harsanyi equilibria may take minutes."""


def _on_curves(game: Game) -> Solution:
    rule = _fair_stance(game)
    if rule is None or grand(game.n) not in game.curved:
        return refined(game, harsanyi.solve, verifier)
    found = at_root(game, "harsanyi", rule, verifier)
    # among points that lie close together the usual search is very slow
    note = "no equilibrium with positive prices was found"
    return found or Solution("harsanyi", None, (), False, METHOD, (note,))


def _fair_stance(game: Game) -> Rule | None:
    """Return what coalitions do at given prices, if prices are all that is to be found."""
    if isinstance(game, CoalitionalGame):
        return harsanyi_stance
    fixed = isinstance(game, BargainingGame) and game.threats.payoffs.size == game.n
    return coco_stance if fixed or game.n == 2 else None  # then a coalition cannot be unfair


def _near(game: Game, state: Candidate, _: Vector | None) -> Solution:
    return harsanyi.solve_widely(game, near=state)


def _proof(game: Game) -> Proposition:
    return Proposition.COCO if game.n <= 2 else Proposition.FAIR_SPLIT


HARSANYI = Concept(
    name="harsanyi",
    title="coalitions split fairly what they deliver, and dispose of the rest",
    answer="harsanyi equilibrium",
    solve=alone(harsanyi.solve),
    solve_all=alone(harsanyi.solve_widely),
    solve_near=_near,
    on_curves=alone(_on_curves),
    with_money="with money, claims are paid and nothing is disposed of (expected coco-value)",
    verify=verifier,
    threats=True,
    unique_for_two=True,
    proof=_proof,
    quick=lambda game: game.n <= _QUICK_PLAYERS and len(game.outcomes) <= _QUICK_OUTCOMES,
)
