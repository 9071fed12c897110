"""Talks by offers, from the first round to the comparison with theory."""

import numpy as np
import pandas as pd
import pytest
from textbook import textbook_game

from curnits.analysis.concepts import default_concept, solve, units
from curnits.analysis.judging.judge import aim, judge
from curnits.analysis.solvers import bargaining, values
from curnits.analysis.solvers.commitment_value import commitment_value
from curnits.sim.games.game import GameError
from curnits.sim.games.ladders import Ladder, Rung
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Run, simulate

OFFERS = ("alternating-offers", "proposer-commitment")
VERTEX = from_payoffs([[[4, 2], [5, 1]], [[3, 4], [1, 0]]])

DIVISION = from_payoffs(
    [[[0, 0], [10, 0]], [[0, 10], [0, 0]]], actions=[["yield", "insist"], ["yield", "insist"]]
)


def by_offers(protocol: str = "alternating-offers", **offers: object) -> NegotiationSettings:
    return NegotiationSettings.model_validate({"protocol": protocol, "offers": offers})


def talk(game, settings: NegotiationSettings, **run: int) -> Run:
    return simulate(game, settings, RunSettings.model_validate(run))


def random_game(seed: int, shape=(2, 2, 2), money: bool = False) -> NormalGame:
    payoffs = np.random.default_rng(seed).integers(-3, 4, size=(len(shape), *shape))
    return from_payoffs(payoffs, money=money)


@pytest.mark.parametrize(
    "name", ["battle of the sexes", "prisoner's dilemma", "hot-dog stands", "split or steal"]
)
def test_from_a_fixed_disagreement_two_players_go_to_the_nash_solution(name: str) -> None:
    game = textbook_game(name)
    run = talk(game, by_offers(disagreement="maximin"))
    assert run.converged
    np.testing.assert_allclose(run.disagreement, values.maximin_levels(game), atol=1e-7)
    wanted = bargaining.nash(game.outcomes, values.maximin_levels(game)).payoffs
    assert (np.abs(run.payoffs - wanted) <= 0.01 * game.scales).all()


def test_the_distance_to_the_nash_solution_shrinks_with_the_risk() -> None:
    wanted = bargaining.nash(VERTEX.outcomes, np.array([1.0, 0.0])).payoffs
    gaps = []
    for risk in (0.3, 0.1, 0.03):
        settings = by_offers(disagreement={"1": 1, "2": 0}, breakdown=risk)
        gaps.append(np.abs(talk(VERTEX, settings).payoffs - wanted).max())
    assert gaps[0] > 2 * gaps[1] > 4 * gaps[2] > 0


@pytest.mark.parametrize("name", ["Ferguson III.4 A", "hot-dog stands", "threat game"])
def test_threats_of_two_players_lead_to_the_coco_equilibrium(name: str) -> None:
    game = textbook_game(name)
    run = talk(game, by_offers())
    (found,) = solve(game, "coco").equilibria
    assert run.converged
    assert (np.abs(run.payoffs - found.payoffs) <= 0.01 * game.scales).all()
    judgement = judge(game, run, aim(game, by_offers()))
    assert judgement.concept == "coco"
    assert judgement.payoff_distance <= 0.01


def test_three_players_are_judged_from_where_their_threats_lead() -> None:
    game = random_game(5, money=True)
    run = talk(game, by_offers())
    judgement = judge(game, run, aim(game, by_offers()))
    assert run.converged
    assert judgement.concept == "nash"
    assert judgement.solution.disagreement is run.disagreement
    assert judgement.payoff_distance < 1e-4
    np.testing.assert_allclose(judgement.state.payoffs, run.payoffs)


def test_waiting_costs_as_much_as_a_risk() -> None:
    risky = talk(VERTEX, by_offers(breakdown=0.1), ticks=400)
    dear = talk(VERTEX, by_offers(breakdown=0.001, discount=0.9 / 0.999), ticks=400)
    np.testing.assert_allclose(dear.payoffs, risky.payoffs, atol=1e-9)


@pytest.mark.parametrize("protocol", OFFERS)
def test_without_errors_every_offer_is_accepted(protocol: str) -> None:
    run = talk(random_game(3), by_offers(protocol), ticks=120)
    offers, talks = run.tables["offers"], run.tables["talks"]
    assert offers["accepted"].all()
    assert (offers["offer"] >= offers["demand"] - 1e-6)[
        offers["player"] != offers["proposer"]
    ].all()
    assert run.tables["breakdowns"].empty
    assert (talks["ending"] == "agreed").all()
    assert talks["talk"].nunique() == run.ticks
    assert set(offers["proposer"]) == {"1", "2", "3"}


def test_errors_make_talks_fail_at_the_disagreement() -> None:
    settings = by_offers(disagreement={"1": 1, "2": 0}, misjudgement=0.05, breakdown=0.3)
    run = talk(VERTEX, settings, ticks=400, record_every=100)
    talks, breakdowns = run.tables["talks"], run.tables["breakdowns"]
    failed = talks[talks["ending"] == "broke down"]
    assert len(failed) == 2 * len(breakdowns) > 20
    assert failed.groupby("player")["payoff"].unique().to_dict() == {"1": [1.0], "2": [0.0]}
    assert (breakdowns["gap"] > 0).all()
    assert not breakdowns["carried_out"].any()
    rejected = ~run.tables["offers"].groupby("tick")["accepted"].all()
    assert 0.3 < rejected.mean() < 0.7
    assert len(breakdowns) == pytest.approx(0.3 * rejected.sum(), rel=0.4)
    exact = talk(VERTEX, by_offers(disagreement={"1": 1, "2": 0}, breakdown=0.3), ticks=400)
    np.testing.assert_allclose(run.payoffs, exact.payoffs)


def test_failed_talks_cost_what_the_threats_say() -> None:
    settings = by_offers(misjudgement=0.05, breakdown=0.3)
    run = talk(DIVISION, settings, ticks=300, window=300)
    assert run.tables["breakdowns"]["carried_out"].all()
    failed = run.tables["talks"].query("ending == 'broke down' and ended > 100")
    assert len(failed) > 10
    np.testing.assert_allclose(failed["payoff"], 0, atol=0.1)


def test_whoever_drops_out_is_committed() -> None:
    game = random_game(1, money=True)
    run = talk(game, by_offers("proposer-commitment", misjudgement=0.1, breakdown=0.5), ticks=300)
    talks, breakdowns = run.tables["talks"], run.tables["breakdowns"]
    assert set(breakdowns["side"]) <= set(game.players)
    assert len(breakdowns) > 20
    for number, group in breakdowns.groupby("talk"):
        ending = talks.loc[talks["talk"] == number, "ending"]
        assert ending.isin(["broke down", "unfinished"]).all()
        assert group["side"].is_unique
    best = game.outcomes.sum(axis=1).max()
    totals = talks[talks["ending"] != "unfinished"].groupby("talk")["payoff"].sum()
    assert totals.max() <= best + 1e-6
    assert totals.min() < best - 0.1


@pytest.mark.parametrize("risk", [0.5, 0.01])
@pytest.mark.parametrize("shape", [(2, 3), (2, 2, 2), (3, 2, 2)])
def test_committed_proposers_with_money_get_what_the_formula_says(
    shape: tuple[int, ...], risk: float
) -> None:
    for seed in range(4):
        game = random_game(seed, shape, money=True)
        run = talk(game, by_offers("proposer-commitment", breakdown=risk), ticks=3)
        expected = commitment_value(game).payoffs
        np.testing.assert_allclose(run.payoffs, expected, atol=1e-5 * units(game).max())


def test_two_committed_proposers_without_money() -> None:
    game = textbook_game("threat game")
    run = talk(game, by_offers("proposer-commitment"))
    np.testing.assert_allclose(run.payoffs, [2.5, 2.5], atol=0.01)
    judgement = judge(game, run, aim(game, by_offers("proposer-commitment")))
    assert judgement.concept == "proposer-commitment"
    assert judgement.arrived


def test_without_a_known_limit_the_usual_concept_is_named() -> None:
    game = random_game(2)
    settings = by_offers("proposer-commitment")
    assert aim(game, settings) == default_concept(game)
    assert "coco equilibrium" in judge(game, talk(game, settings), aim(game, settings)).verdict


@pytest.mark.parametrize("protocol", OFFERS)
def test_offers_come_from_the_seed(protocol: str) -> None:
    settings = by_offers(protocol, misjudgement=0.02)
    one, again, other = (talk(random_game(4), settings, ticks=60, seed=s) for s in (7, 7, 8))
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name], check_exact=True)
    assert not one.tables["offers"].equals(other.tables["offers"])


@pytest.mark.parametrize("protocol", OFFERS)
@pytest.mark.parametrize(
    "payoffs",
    [
        [[1.0, 3.0, 2.0]],
        [[[2.0]], [[3.0]]],
        [[[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [3.0, 0.0]]],
        [[[0.0, 0.0], [0.0, 0.0]], [[5.0, 5.0], [5.0, 5.0]]],
        [[[1e6, 0.0], [0.0, 3e6]], [[1e-6, 0.0], [0.0, 3e-6]]],
        [[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]],
    ],
    ids=["one player", "one action", "constant player", "nothing at stake", "units", "zero-sum"],
)
@pytest.mark.parametrize("money", [False, True])
def test_degenerate_games(protocol: str, payoffs, money: bool) -> None:
    game = from_payoffs(payoffs, money=money)
    run = talk(game, by_offers(protocol), ticks=60, window=10)
    total, most = run.payoffs.sum(), game.outcomes.sum(axis=1).max()
    assert np.isfinite(run.payoffs).all()
    assert total == pytest.approx(most, abs=0.05 * game.ranges.sum() + 1e-9)
    judge(game, run, aim(game, by_offers(protocol)))


def test_the_next_rung_is_invented_between_offers() -> None:
    ladders = [
        Ladder(0, 1, (Rung("blockade", np.array([1.0, 2.0])),), 0),
        Ladder(1, 1, (Rung("blockade", np.array([2.0, 1.0])),), 0),
    ]
    run = simulate(DIVISION, by_offers(), RunSettings(), ladders=ladders)
    assert len(run.tables["inventions"]) == 2
    np.testing.assert_allclose(run.payoffs, [5, 5], atol=0.05)


@pytest.mark.parametrize(
    ("stated", "message"),
    [({"1": 1}, "expected a payoff for each of 1, 2"), ({"1": 9, "2": 0}, "some agreement gives")],
)
def test_impossible_disagreements_are_refused(stated: dict[str, float], message: str) -> None:
    for money in (False, True):
        with pytest.raises(GameError, match=message):
            talk(from_payoffs(VERTEX.payoffs, money=money), by_offers(disagreement=stated))


def test_too_many_commitments_are_refused() -> None:
    game = from_payoffs(np.zeros((6, *[3] * 6)))
    with pytest.raises(GameError, match="too large for proposer-commitment"):
        talk(game, by_offers("proposer-commitment"))


@pytest.mark.parametrize("name", ["rounds", "forgetting", "breakdown", "credibility"])
def test_histories_belong_to_ticks(name: str) -> None:
    value = {"rounds": 2, "forgetting": 0.5}.get(
        name, {"base" if name == "breakdown" else "loss": 0.1}
    )
    with pytest.raises(ValueError, match=f"{name} is for the protocol ticks"):
        NegotiationSettings.model_validate({"protocol": "alternating-offers", name: value})
