"""The registry of concepts: rows are complete, nobody else knows names, verifiers see through."""

import ast
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from curnits import analysis, sim
from curnits.analysis.concepts import CONCEPTS, Concept, ConceptError, registry, solve
from curnits.analysis.concepts.bargaining import bargaining_rule
from curnits.analysis.solution import Candidate, Claim
from curnits.analysis.solvers.bargaining import equal_surplus, nash
from curnits.analysis.solvers.commitment_value import commitment_value
from curnits.analysis.solvers.curved import bargained
from curnits.analysis.solvers.references import best_nash
from curnits.analysis.solvers.values import maximin_levels
from curnits.analysis.verification.bargaining import Split
from curnits.sim.games.bargaining import BargainingGame, disagreement_at
from curnits.sim.games.feasible.curved import Ellipsoid
from curnits.sim.games.feasible.menus import Menu, menu_of
from curnits.sim.games.normal import from_payoffs
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load

TRIANGLE = from_payoffs([[[4, 0], [0, 0]], [[0, 0], [4, 0]]])
BATTLE = from_payoffs([[[3, 0], [0, 1]], [[1, 0], [0, 3]]])


def round_table() -> BargainingGame:
    disc = menu_of(Ellipsoid(np.zeros(2), np.ones(2)))
    return BargainingGame(("1", "2"), disagreement_at(("1", "2"), np.zeros(2), disc), disc)


def twice_for_the_first(split: Split) -> float:
    return split.unevenness(split.gains / np.array([2.0, 1.0]), split.slack)


def two_to_one(outcomes, disagreement):
    """Gains of 2 and 1 (Kalai's proportional solution), by doubling the other's utility."""
    point = nash(outcomes, disagreement)  # right on the triangle below only
    halfway = np.linalg.lstsq(outcomes.T, disagreement + np.array([8 / 3, 4 / 3]))[0]
    weights = halfway.clip(min=0) / halfway.clip(min=0).sum()
    return replace(point, agreement=weights, payoffs=weights @ outcomes, prices=np.full(2, 0.5))


def proportional(with_money, on_curves) -> Concept:
    return bargaining_rule(
        "two-to-one",
        "the first player gains twice as much",
        two_to_one,
        method="by hand",
        on_curves=on_curves,
        with_money=with_money,
        condition=twice_for_the_first,
    )


@pytest.fixture
def registered(monkeypatch):
    def register(row: Concept) -> None:
        monkeypatch.setattr(registry, "CONCEPTS", {**CONCEPTS, row.name: row})

    return register


def test_a_new_rule_is_solved_and_verified_like_others(registered) -> None:
    towards = partial(bargained.along, "two-to-one", lambda ideals: ideals * [2, 1] / ideals.min())
    registered(proportional("it is not stated for money", towards))
    (found,) = solve(TRIANGLE, "two-to-one").equilibria
    np.testing.assert_allclose(found.payoffs, [8 / 3, 4 / 3])
    (found,) = solve(round_table(), "two-to-one").equilibria
    np.testing.assert_allclose(found.payoffs, np.array([2, 1]) / np.sqrt(5), rtol=1e-9)
    with pytest.raises(ConceptError, match="two-to-one does not apply: it is not stated for money"):
        solve(replace(TRIANGLE, money=True), "two-to-one")


def test_what_another_rule_selects_is_not_accepted(registered) -> None:
    """Equal surplus with money and Kalai–Smorodinsky on a curve are not this rule's."""
    wrong = partial(bargained.along, "two-to-one", np.asarray)
    registered(proportional(partial(equal_surplus, "two-to-one"), wrong))
    assert solve(round_table(), "two-to-one").equilibria == ()
    assert solve(replace(TRIANGLE, money=True), "two-to-one").exists is None
    registered(proportional("no", "curves are not handled"))
    with pytest.raises(ConceptError, match="does not apply: curves are not handled"):
        solve(round_table(), "two-to-one")


def test_no_concept_without_a_verifier() -> None:
    row = CONCEPTS["coco"]
    known = {name: getattr(row, name) for name in Concept.__dataclass_fields__}
    assert Concept(**known).name == "coco"
    for needed in ("verify", "solve", "on_curves", "with_money", "answer", "title"):
        with pytest.raises(TypeError, match=needed):
            Concept(**{name: value for name, value in known.items() if name != needed})
    with pytest.raises(TypeError, match="condition"):
        bargaining_rule("x", "x", nash, method="x", on_curves="no", with_money="no")


def names_compared(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Compare | ast.MatchValue):
            texts = [leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)]
            found += [f"{path.name}:{node.lineno}" for text in texts if text in CONCEPTS]
    return found


def test_no_name_is_compared_anywhere() -> None:
    # the protocol "proposer-commitment" bears the name of what it leads to
    known = {"judge.py"}
    for package in (analysis, sim):
        for path in Path(package.__path__[0]).rglob("*.py"):
            assert path.name in known or not names_compared(path)


def claims(game, concept: str):
    solution = solve(game, concept)
    (found,) = solution.equilibria
    return Claim(found.candidate, found.payoffs, solution.disagreement)


SELECTED = {
    "nash": load(find("ferguson-threats")).build(),
    "kalai-smorodinsky": load(find("ferguson-threats")).build(),
    "egalitarian": load(find("ferguson-threats")).build(),
    "best-nash": BATTLE,
    "best-correlated": BATTLE,
    "proposer-commitment": load(find("hot-dog-stands")).build(),
}


@pytest.mark.parametrize("concept", SELECTED)
@pytest.mark.parametrize("money", [False, True])
def test_other_efficient_points_are_seen_through(concept: str, money: bool) -> None:
    game = replace(SELECTED[concept], money=money)
    claim, verify = claims(game, concept), CONCEPTS[concept].verify
    assert verify(game, claim).accepted
    if money:
        shift = 1e-5 * game.ranges.max() * np.array([1.0, -1.0])
        assert not verify(game, replace(claim, payoffs=claim.payoffs + shift)).accepted
        return
    for start in (np.zeros(2), np.array([0.3, 0.0])):  # points that are right from elsewhere
        try:
            other = nash(game.outcomes, game.low + start * game.ranges)
        except ValueError:
            continue
        if np.abs(other.payoffs - claim.payoffs).max() > 1e-5:
            candidate = Candidate(other.prices, other.agreement, {}, np.zeros(2))
            moved = replace(claim, candidate=candidate, payoffs=other.payoffs)
            assert not verify(game, moved).accepted


def test_a_worse_or_no_equilibrium_to_start_from_is_seen() -> None:
    game, verify = BATTLE, CONCEPTS["best-nash"].verify
    assert best_nash(game).payoffs.tolist() == [3, 1]
    for start in ([0.75, 0.75], [2.0, 2.0], [1.0, 1.0]):  # the mixed one; none; none
        point = nash(game.outcomes, np.array(start))
        candidate = Candidate(point.prices, point.agreement, {}, np.zeros(2))
        claim = Claim(candidate, point.payoffs, np.array(start))
        assert CONCEPTS["nash"].verify(game, claim).accepted
        assert not verify(game, claim).accepted


def test_rounding_of_large_payoffs_is_no_objection() -> None:
    """A payoff near 1e9 is known to 1e-7 only, a share of 6e-8 of a range of 2."""
    payoffs = 1e9 + np.random.default_rng(0).uniform(0, 2, size=(20, 2, 3, 3))
    for concept in ("nash", "kalai-smorodinsky", "egalitarian", "coco-value"):
        for own in payoffs:
            for money in (False, True):
                assert solve(from_payoffs(own, money=money), concept).equilibria


def test_committed_proposers_with_ties_are_verified_forwards() -> None:
    verify = CONCEPTS["proposer-commitment"].verify
    for seed in range(10):
        payoffs = np.random.default_rng(seed).integers(0, 3, size=(4, 2, 2, 1, 3))
        game = from_payoffs(payoffs, money=True)
        point = commitment_value(game)
        candidate = Candidate(point.prices, point.agreement, {}, np.zeros(4))
        assert verify(game, Claim(candidate, point.payoffs)).accepted
        moved = point.payoffs + 1e-6 * np.array([1, -1, 0, 0])
        assert not verify(game, Claim(candidate, moved)).accepted


def test_leximin_claims_are_checked_beyond_equality() -> None:
    """Player 1 can gain 1 at most; the others go on to 5 each, and may not stop at 1 or at 4, 6."""
    feasible = Menu([[0.0, 0, 0], [1, 10, 0], [1, 0, 10], [0, 10, 0], [0, 0, 10]])
    names = ("1", "2", "3")
    game = BargainingGame(names, disagreement_at(names, np.zeros(3), feasible), feasible)
    claim, verify = claims(game, "egalitarian"), CONCEPTS["egalitarian"].verify
    np.testing.assert_allclose(claim.payoffs, [1, 5, 5])
    assert maximin_levels(game).tolist() == [0, 0, 0]
    for share in (0.4, 0.499999):
        agreement = np.array([0, 0, share, 1 - share, 0, 0])
        candidate = replace(claim.candidate, agreement=agreement)
        found = verify(game, Claim(candidate, agreement @ game.outcomes, claim.disagreement))
        assert not found.accepted
