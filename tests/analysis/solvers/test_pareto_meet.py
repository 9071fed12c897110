"""The least that players get where nothing is wasted, and what starts from it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from textbook import textbook_game

from curnits.analysis.concepts import ConceptError, concept_named, solve
from curnits.analysis.solution import Claim
from curnits.analysis.verification.frontier import pareto_gap
from curnits.sim.games.feasible.meet import pareto_meet
from curnits.sim.games.game import GameError
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Simulation, simulate
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load

INTEGERS = st.integers(-4, 4).map(float)


@settings(max_examples=40, deadline=None)
@given(
    st.one_of(
        arrays(np.float64, (5, 2), elements=INTEGERS), arrays(np.float64, (8, 3), elements=INTEGERS)
    )
)
def test_the_least_at_efficient_points(outcomes) -> None:
    scales = np.where(np.ptp(outcomes, axis=0) > 0, np.ptp(outcomes, axis=0), 1)
    shares = (outcomes - outcomes.min(axis=0)) / scales
    efficient = [pareto_gap(shares, share) <= 1e-9 for share in shares]
    np.testing.assert_allclose(pareto_meet(outcomes), outcomes[efficient].min(axis=0))


def test_known_answers() -> None:
    """Battle of the sexes, and a threat game whose threats are nowhere efficient."""
    battle = textbook_game("battle of the sexes")
    assert pareto_meet(battle.outcomes) == pytest.approx([1, 1])
    threat = textbook_game("threat game")
    assert pareto_meet(threat.outcomes) == pytest.approx([1, 1])
    (found,) = solve(threat, "pareto-meet").equilibria
    assert found.payoffs == pytest.approx([2.5, 2.5])


def test_a_common_best_outcome() -> None:
    game = from_payoffs([[[3, 0], [0, 1]], [[2, 0], [0, 1]]])
    assert pareto_meet(game.outcomes) == pytest.approx([3, 2])
    (found,) = solve(game, "pareto-meet").equilibria
    assert found.payoffs == pytest.approx([3, 2])


@settings(max_examples=15, deadline=None)
@given(arrays(np.float64, (2, 3, 2), elements=INTEGERS), st.floats(0.5, 10), st.floats(0, 3))
def test_threats_do_not_pay(payoffs, harm, cost) -> None:
    game = from_payoffs(payoffs)
    button = game.payoffs[:, :1] - np.array([cost, harm]).reshape(2, 1, 1)
    armed = from_payoffs(np.concatenate([game.payoffs, button], axis=1))
    before, after = solve(game, "pareto-meet"), solve(armed, "pareto-meet")
    for one, other in zip(before.equilibria, after.equilibria, strict=True):
        np.testing.assert_allclose(one.payoffs, other.payoffs, atol=1e-6)


def test_another_start_is_seen_through() -> None:
    game = textbook_game("threat game")
    wrong = np.array([-4.0, -4.0])
    found = solve(game, "nash", wrong).equilibria[0]
    claim = Claim(found.candidate, found.payoffs, wrong)
    again = concept_named("pareto-meet").verify(game, claim)
    assert not again.accepted
    assert again.residuals.clearing > 0.1


def test_where_it_does_not_apply() -> None:
    game = replace(textbook_game("threat game"), money=True)
    with pytest.raises(ConceptError, match="payments may be as large"):
        solve(game, "pareto-meet")
    with pytest.raises(ConceptError, match="finitely many corners"):
        solve(load(find("divide-the-pie")).build(), "pareto-meet")


def test_a_fight_undone() -> None:
    scenario = load(find("safe-renegotiation"))
    run = simulate(scenario.build(), scenario.negotiation, scenario.run)
    talks = run.tables["talks"]
    assert set(talks["ending"]) == {"broke down"}
    np.testing.assert_allclose(talks["payoff"], 2)
    usual = scenario.negotiation.model_copy(
        update={
            "breakdown": scenario.negotiation.breakdown.model_copy(update={"renegotiate": None})
        }
    )
    fought = simulate(scenario.build(), usual, scenario.run).tables["talks"]
    np.testing.assert_allclose(fought["payoff"], 0, atol=0.01)


def test_with_money_there_is_no_least() -> None:
    game = replace(textbook_game("threat game"), money=True)
    talks = NegotiationSettings.model_validate({"breakdown": {"renegotiate": "pareto-meet"}})
    with pytest.raises(GameError, match="renegotiate: pareto-meet is for games without"):
        Simulation(game, talks, RunSettings())
