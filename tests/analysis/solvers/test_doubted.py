"""Equilibria in which threats are believed only in part."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textbook import textbook_game

from curnits.analysis import solve
from curnits.analysis.concepts import ConceptError
from curnits.analysis.judging.judge import judge
from curnits.analysis.solution import Claim
from curnits.analysis.solvers.rules.doubted import expected
from curnits.analysis.verification.doubted import divided, doubted
from curnits.sim import find, load
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.settings import NegotiationSettings
from curnits.sim.running import simulate

SABOTAGE = load(find("producers-and-saboteur")).build()


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 1.0]), st.sampled_from([0.0, 0.7, 1.0]))
def test_both_sides_threaten_and_retreat_as_best_they_can(
    seed: int, share: float, other_share: float
) -> None:
    rng = np.random.default_rng(seed)
    own, other = rng.normal(size=(2, *rng.integers(1, 6, 2)))
    row, column = expected(own, other, share, other_share)
    assert divided(row, share, (own - other) @ column, own @ column) == pytest.approx(0, abs=1e-9)
    left = divided(column, other_share, (other - own).T @ row, other.T @ row)
    assert left == pytest.approx(0, abs=1e-9)


def test_threats_that_are_believed_entirely_are_those_of_coco() -> None:
    game = textbook_game("Ferguson III.4 A")
    found = solve(game, "doubted", credibility=np.ones(2)).equilibria[0]
    assert found.payoffs == pytest.approx(solve(game).equilibria[0].payoffs)


@pytest.mark.parametrize("believed", ["1/256", "1/2", "1"])
def test_a_saboteur_gets_as_much_as_it_is_believed(believed: str) -> None:
    levels = np.array([1.0, 1.0, float(Fraction(believed))])
    (found,) = solve(SABOTAGE, "doubted", credibility=levels).equilibria
    assert found.payoffs[2] == pytest.approx(5 / 3 * levels[2])
    assert found.payoffs[0] == pytest.approx(4 - 5 / 6 * levels[2])


def test_other_prices_and_other_beliefs_are_not_accepted() -> None:
    levels = np.array([1.0, 1.0, 0.5])
    (found,) = solve(SABOTAGE, "doubted", credibility=levels).equilibria
    claim = Claim(found.candidate, found.payoffs, credibility=levels)
    assert doubted(SABOTAGE, claim).accepted
    assert not doubted(SABOTAGE, replace(claim, credibility=np.ones(3))).accepted
    moved = replace(found.candidate, prices=np.array([0.3, 0.3, 0.4]))
    assert not doubted(SABOTAGE, replace(claim, candidate=moved)).accepted


def test_it_must_be_said_how_far_players_are_believed() -> None:
    with pytest.raises(ConceptError, match="which only a run says"):
        solve(SABOTAGE, "doubted")


def test_of_several_equilibria_of_fights_those_are_found_that_agents_play() -> None:
    # nobody is believed, so that fights are played by Nash equilibria, and one has three of them
    game = from_payoffs(np.random.default_rng(3).normal(size=(3, 2, 2, 2)))
    nobody = NegotiationSettings.model_validate({"credibility": {"start": 0.0}})
    judgement = judge(game, simulate(game, nobody))
    assert judgement.concept == judgement.solution.concept == "doubted"
    assert judgement.payoff_distance < 1e-3
    first = solve(game, "doubted", credibility=np.zeros(3)).equilibria[0]
    assert np.abs(first.payoffs - judgement.nearest.payoffs).max() > 0.1
    assert "they got there" in judgement.verdict
