from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls
from textbook import CASES, names, numbers, textbook_game

from curnits.analysis.solution import Candidate
from curnits.analysis.solvers.conflict import solve_conflicts
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.coco import _second_regret, _split_spread, verify
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.games.coalitions import grand, members, proper_coalitions, subsets
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs


def mixture(outcomes, point):
    weights, gap = nnls(np.vstack([outcomes.T, np.ones(len(outcomes))]), np.append(point, 1.0))
    assert gap < 1e-12
    return weights / weights.sum()


def candidate_at(game, prices, payoffs):
    prices = np.asarray(prices, dtype=float) / np.sum(prices)
    return Candidate(
        prices,
        mixture(game.outcomes, np.asarray(payoffs, dtype=float)),
        solve_conflicts(game, prices).threats,
        np.zeros(game.n),
    )


def textbook_equilibria():
    return [
        pytest.param(name, answer, id=f"{name} {k + 1}")
        for name in names("coco")
        for k, answer in enumerate(CASES[name]["expected"]["coco"])
    ]


@pytest.mark.parametrize(("name", "answer"), textbook_equilibria())
def test_textbook_equilibria_are_accepted(name, answer):
    game = textbook_game(name)
    payoffs = numbers(answer["payoffs"])
    found = verify(game, candidate_at(game, numbers(answer["prices"]), payoffs))
    assert found.accepted, found.residuals
    assert found.payoffs == pytest.approx(payoffs, abs=1e-12)
    assert [account.coalition for account in found.coalitions] == list(range(1, 2**game.n))


def random_candidate(game, rng, zero_price=False):
    prices = rng.dirichlet(np.ones(game.n))
    vanishing = np.zeros(game.n)
    if zero_price:
        prices = np.append(0.0, prices[1:] / prices[1:].sum())
        vanishing[0] = 1.0
    threats = {
        mask: rng.dirichlet(np.ones(game.joint_actions(mask))) for mask in proper_coalitions(game.n)
    }
    return Candidate(prices, rng.dirichlet(np.ones(len(game.outcomes))), threats, vanishing)


def by_hand(game, candidate):
    """Delivered payoffs and regret with plain loops over coalitions and profiles."""
    full = grand(game.n)
    delivered, regret = {}, 0.0
    a = candidate.prices
    for mask in proper_coalitions(game.n):
        own, other = candidate.threats[mask], candidate.threats[full ^ mask]
        table = np.zeros((len(own), len(other), game.n))
        for r in range(len(own)):
            for c in range(len(other)):
                profile = game.joint_action(mask, r) | game.joint_action(full ^ mask, c)
                cell = tuple(int(profile[player]) for player in game.players)
                table[r, c] = game.payoffs[(slice(None), *cell)]
        payoffs = own @ np.tensordot(table, other, axes=([1], [0]))
        delivered[mask] = payoffs
        signs = np.array([1.0 if mask >> i & 1 else -1.0 for i in range(game.n)])
        worth = table @ (a * signs)
        regret = max(regret, (worth @ other).max() - own @ worth @ other)
    delivered[full] = candidate.agreement @ game.outcomes
    return delivered, regret / (a @ game.ranges)


@pytest.mark.parametrize("shape", [(2, 3), (2, 1, 3), (2, 2, 2, 2)])
def test_books_and_regret_agree_with_plain_loops(shape):
    rng = np.random.default_rng(7)
    game = from_payoffs(rng.normal(5.0, 3.0, size=(len(shape), *shape)))
    candidate = random_candidate(game, rng)
    found = verify(game, candidate)
    delivered, regret = by_hand(game, candidate)
    assert found.residuals.regret == pytest.approx(regret, rel=1e-12)
    dividends = {account.coalition: account.dividend for account in found.coalitions}
    worths = {}
    for account in found.coalitions:
        inside = list(members(account.coalition))
        a = candidate.prices
        assert account.delivered[inside] == pytest.approx(delivered[account.coalition][inside])
        worths[account.coalition] = a[inside] @ account.delivered[inside]
        assert a[inside] @ account.claims[inside] == pytest.approx(worths[account.coalition])
        for i in range(game.n):
            if i not in inside:
                assert np.isnan([account.delivered[i], account.claims[i]]).all()
                continue
            due = sum(dividends[s] for s in subsets(account.coalition) if s >> i & 1)
            assert a[i] * account.claims[i] == pytest.approx(due, abs=1e-12)
    for account in found.coalitions[:-1]:
        other = worths[grand(game.n) ^ account.coalition]
        assert account.value == pytest.approx(worths[account.coalition] - other)
    assert found.coalitions[-1].value == pytest.approx(candidate.prices @ found.payoffs)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), zero_price=st.booleans())
def test_residuals_do_not_depend_on_the_units_of_utility(seed, zero_price):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 4, size=int(rng.integers(2, 5))))
    n = len(shape)
    game = from_payoffs(rng.integers(-2, 3, size=(n, *shape)))
    candidate = random_candidate(game, rng, zero_price)
    scales, shifts = 10.0 ** rng.uniform(-3, 4, size=n), rng.normal(size=n)
    scales[game.ranges == 0] = 1.0
    axes = (n, *[1] * n)
    moved = from_payoffs((game.payoffs + shifts.reshape(axes)) * scales.reshape(axes))
    prices, vanishing = candidate.prices / scales, candidate.vanishing / scales
    same = verify(moved, replace(candidate, prices=prices / prices.sum(), vanishing=vanishing))
    was = verify(game, candidate).residuals
    for name in ("pareto", "support", "regret", "split", "delivery", "clearing"):
        assert getattr(same.residuals, name) == pytest.approx(getattr(was, name), abs=1e-9)


def test_pareto_and_support_fire_when_something_is_thrown_away():
    game = textbook_game("three solutions")
    good = candidate_at(game, (7, 2, 1), (5 / 6, 5 / 3, 5 / 6))
    waste = np.zeros(12)
    waste[1] = 1.0
    assert game.outcomes[1].tolist() == [0, 0, 0]
    found = verify(game, replace(good, agreement=0.999 * good.agreement + 0.001 * waste))
    assert found.residuals.pareto > 1e-4
    assert found.residuals.support > 1e-4
    assert not found.accepted


def test_support_fires_alone_when_prices_miss_the_edge():
    game = textbook_game("hot-dog stands")
    found = verify(game, candidate_at(game, (2.001, 1), (70, 140)))
    assert found.residuals.pareto <= ACCEPTED < found.residuals.support
    assert not found.accepted


def test_clearing_fires_alone_inside_the_price_cone_of_a_vertex():
    game = textbook_game("prisoner's dilemma")
    found = verify(game, candidate_at(game, (0.501, 0.499), (3, 3)))
    assert max(found.residuals.pareto, found.residuals.support, found.residuals.regret) <= ACCEPTED
    assert found.residuals.clearing > 1e-4
    assert not found.accepted


def test_regret_fires_for_every_coalition():
    game = textbook_game("three solutions")
    good = candidate_at(game, (7, 2, 2), (1, 1, 1))
    fired = 0
    for mask, threat in good.threats.items():
        for k in range(len(threat)):
            other = {**good.threats, mask: np.eye(len(threat))[k]}
            _, regret = by_hand(game, replace(good, threats=other))
            found = verify(game, replace(good, threats=other))
            assert found.residuals.regret == pytest.approx(regret, abs=1e-12)
            fired += found.residuals.regret > ACCEPTED
            assert found.accepted <= (regret <= ACCEPTED)
    assert fired >= 6


def test_split_measures_unequal_gains_in_any_coalition():
    claims = np.array([[0.0, 0], [1, 0], [0, 2], [4, 5]])
    assert _split_spread(claims, np.array([0.5, 0.5])) == pytest.approx(0.0)
    claims[3, 1] += 0.5
    assert _split_spread(claims, np.array([0.5, 0.5])) == pytest.approx(0.25)


def test_delivery_is_reported_but_not_demanded():
    game = textbook_game("three solutions")
    found = verify(game, candidate_at(game, (7, 2, 2), (1, 1, 1)))
    assert found.accepted
    assert found.residuals.delivery > 0.1
    two = textbook_game("hot-dog stands")
    assert verify(two, candidate_at(two, (2, 1), (70, 140))).residuals.delivery == pytest.approx(0)


def costless_threat():
    """Player 1 can take 2 utilons from player 2, who can do nothing, at no cost to itself."""
    return from_payoffs([[[0], [1], [1]], [[9], [5], [3]]])


def pure(k, count):
    return np.eye(count)[k]


def costless_threat_answer(threat=2, agreement=1):
    return Candidate(
        np.array([1.0, 0.0]),
        pure(agreement, 3),
        {1: pure(threat, 3), 2: np.ones(1)},
        np.array([0.0, 1.0]),
    )


def test_a_vanishing_price_is_accepted_with_the_limit_of_the_threats():
    found = verify(costless_threat(), costless_threat_answer())
    assert found.accepted, found.residuals
    assert found.coalitions[-1].claims == pytest.approx([1.0, 4.0])
    assert found.payoffs == pytest.approx([1.0, 5.0])


def test_a_vanishing_price_asks_for_threats_optimal_in_the_limit():
    found = verify(costless_threat(), costless_threat_answer(threat=1))
    assert found.residuals.regret == pytest.approx(2 / 6)
    assert not found.accepted


def test_a_zero_priced_player_must_not_get_less_than_its_claim():
    # carried out, the threat leaves 3 to player 2, who can claim the mean of 3 and 5
    found = verify(costless_threat(), costless_threat_answer(agreement=2))
    assert found.residuals.clearing == pytest.approx(1 / 6)
    assert found.residuals.pareto == pytest.approx(0.5 * 2 / 6)
    assert not found.accepted


def test_a_zero_priced_player_must_be_owed_no_curnits():
    # player 2 can burn player 1's payoff, so its claim is worth something at any price
    game = from_payoffs([[[1, 0]], [[0, 0]]])
    found = verify(
        game,
        Candidate(
            np.array([1.0, 0.0]),
            pure(0, 2),
            {1: np.ones(1), 2: pure(1, 2)},
            np.array([0.0, 1.0]),
        ),
    )
    assert found.residuals.regret <= ACCEPTED
    assert found.residuals.clearing >= 0.5
    # seen from the other end it is player 1 whose price vanishes
    found = verify(
        game,
        Candidate(
            np.array([0.0, 1.0]),
            pure(0, 2),
            {1: np.ones(1), 2: pure(1, 2)},
            np.array([1.0, 0.0]),
        ),
    )
    assert found.accepted, found.residuals
    assert found.coalitions[-1].claims == pytest.approx([0.5, 0.0])


def test_mixed_threats_need_not_be_best_replies_at_the_vanishing_rates():
    # players 1 and 2 match pennies; player 3 only watches and hopes for heads-heads
    pennies = np.array([[1.0, -1.0], [-1.0, 1.0]])[:, :, None]
    watching = np.array([[1.0, 0.0], [0.0, 0.0]])[:, :, None]
    game = from_payoffs([pennies, -pennies, watching])
    half = np.full(2, 0.5)
    threats = {
        1: half, 2: half, 4: np.ones(1),
        3: pure(1, 4), 5: half, 6: half,
    }  # fmt: skip
    answer = Candidate(
        np.array([0.5, 0.5, 0.0]), mixture(game.outcomes, [0, 0, 0.5]), threats, pure(2, 3)
    )
    found = verify(game, answer)
    assert found.accepted, found.residuals
    assert found.coalitions[-1].claims[2] == pytest.approx(1 / 3 + 1 / 12)
    kinder = verify(game, replace(answer, threats={**threats, 3: pure(0, 4)}))
    assert kinder.residuals.regret == pytest.approx(1.0)


def test_players_with_vanishing_prices_threaten_each_other():
    # player 1's outcome is its own affair; players 2 and 3 play the threat game of Luce & Raiffa
    pair = textbook_game("threat game").payoffs
    payoffs = np.zeros((3, 2, 2, 2))
    payoffs[0, 0] = 1.0
    payoffs[1:] = pair[:, None]
    payoffs[1:, 1] += 10.0
    game = from_payoffs(payoffs)
    near = solve_conflicts(game, np.array([1 - 2e-6, 1e-6, 1e-6])).threats
    answer = Candidate(
        np.array([1.0, 0.0, 0.0]),
        mixture(game.outcomes[:4], [1, 1, 4]) @ np.eye(4, 8),
        near,
        np.array([0.0, 0.5, 0.5]),
    )
    found = verify(game, answer)
    assert found.accepted, found.residuals
    assert found.coalitions[-1].claims == pytest.approx([1, 1, 4])


def test_limit_threats_are_told_apart_as_mills_says():
    # the value of first + δ second has slope `own second other` when both are optimal in the limit
    rng = np.random.default_rng(5)
    refused = confirmed = 0
    for _ in range(300):
        rows, columns = rng.integers(1, 5, size=2)
        first = rng.integers(-1, 2, size=(rows, columns)).astype(float)
        second = rng.integers(-2, 3, size=(rows, columns)).astype(float)
        step = 1e-5
        (value,), own, other = solve_stack(first[None])
        (near,), _, _ = solve_stack((first + step * second)[None])
        regret = max(
            _second_regret(first, second, own[0], other[0]),
            _second_regret(-first.T, -second.T, other[0], own[0]),
        )
        if regret > ACCEPTED:
            refused += 1
            continue
        confirmed += 1
        assert own[0] @ second @ other[0] == pytest.approx((near - value) / step, abs=1e-3)
    assert min(refused, confirmed) > 50


@pytest.mark.parametrize(
    ("payoffs", "accepted"),
    [([7.0], True), ([3.0, 5.0], True), ([5.0, 3.0], False)],
)
def test_one_player_takes_its_best_outcome(payoffs, accepted):
    game = from_payoffs([payoffs])
    last = pure(len(payoffs) - 1, len(payoffs))
    found = verify(game, Candidate(np.ones(1), last, {}, np.zeros(1)))
    assert found.accepted is accepted
    assert found.coalitions[0].claims == pytest.approx([payoffs[-1]])


def test_a_game_where_nothing_varies_is_settled():
    game = from_payoffs(np.full((3, 1, 2, 1), 4.0))
    third = np.full(3, 1 / 3)
    found = verify(
        game, Candidate(third, pure(0, 2), solve_conflicts(game, third).threats, 0 * third)
    )
    assert found.accepted
    assert found.coalitions[-1].claims == pytest.approx([4.0, 4.0, 4.0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prices": np.array([0.5, 0.6])}, "prices must sum to 1"),
        ({"prices": np.array([1.5, -0.5])}, "prices must not be negative"),
        ({"prices": np.array([1.0])}, "prices must have shape"),
        ({"prices": np.array([1.0, 0.0])}, "vanishing must be positive"),
        ({"vanishing": np.array([1.0, 0.0])}, "vanishing must be"),
        ({"prices": np.array([np.nan, 1.0])}, "prices must be finite"),
        ({"agreement": np.full(4, 0.3)}, "agreement must sum to 1"),
        ({"agreement": np.array([1.0, 1e-6, -1e-6, 0.0])}, "agreement must not be negative"),
        ({"agreement": np.ones(3) / 3}, "agreement must have shape"),
        ({"threats": {1: np.ones(2) / 2}}, "threat missing for coalition 2"),
        (
            {"threats": {1: np.ones(2) / 2, 2: np.ones(2) / 2, 3: np.ones(4) / 4}},
            "unknown coalition 3",
        ),
        ({"threats": {1: np.ones(2) / 2, 2: np.ones(2)}}, "threat of coalition 2 .* sum to 1"),
    ],
)
def test_what_is_no_candidate_is_refused(change, message):
    game = textbook_game("prisoner's dilemma")
    with pytest.raises(CandidateError, match=message):
        verify(game, replace(candidate_at(game, (1, 1), (3, 3)), **change))


def test_an_unknown_concept_is_refused():
    game: Game = textbook_game("prisoner's dilemma")
    with pytest.raises(CandidateError, match="unknown concept 'core'"):
        verify(game, candidate_at(game, (1, 1), (3, 3)), "core")
