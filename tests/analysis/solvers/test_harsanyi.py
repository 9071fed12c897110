"""The harsanyi equilibrium: the solver, and the verifier that judges it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from curnits.analysis.solution import Candidate
from curnits.analysis.solvers.coco import coco
from curnits.analysis.solvers.harsanyi import harsanyi
from curnits.analysis.storage.solutions import EquilibriumRecord
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.harsanyi import verify_harsanyi
from curnits.sim.games.coalitions import members, size
from curnits.sim.games.normal import from_payoffs
from tests.benchmarks.harsanyi_solver import games
from tests.textbook import textbook_game


def solved(game):
    solution = harsanyi.solve(game)
    assert solution.exists
    return solution.equilibria[0]


def random_game(*shape, seed=0):
    return from_payoffs(np.random.default_rng(seed).random((len(shape), *shape)))


def test_the_strategic_banker_is_paid():
    found = solved(textbook_game("strategic Banker"))
    assert found.payoffs == pytest.approx([40, 40, 20], abs=1e-6)
    accounts = {account.coalition: account for account in found.coalitions}
    pair = accounts[0b011]
    # the two can only deliver 20 each; universal weights would have them take 100 for the first
    assert pair.claims[:2] == pytest.approx([20, 20], abs=1e-6)
    assert pair.weights[:2] == pytest.approx([0.4, 1.6], abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_with_two_players_it_is_the_coco_equilibrium(seed):
    game = random_game(3, 2, seed=seed)
    expected = coco.solve(game).equilibria[0]
    assert solved(game).payoffs == pytest.approx(expected.payoffs, abs=1e-7)


def test_unanimity_gives_the_nash_solution():
    payoffs = np.zeros((3, 3, 3, 3))
    payoffs[:, 0, 0, 0], payoffs[:, 1, 1, 1] = [6, 1, 2], [1, 6, 2]
    # on the segment the third gets 2 anyway, and the others' product is largest in the middle
    assert solved(from_payoffs(payoffs)).payoffs == pytest.approx([3.5, 3.5, 2], abs=1e-6)


@pytest.mark.parametrize(
    "game",
    [random_game(2, 2, 2, seed=k) for k in range(10)]
    + [random_game(3, 3, 2, seed=1), random_game(2, 2, 2, 2, seed=5), random_game(4)],
)
def test_random_games_are_solved_precisely(game):
    found = solved(game)
    figures = found.residuals
    assert figures.regret <= 1e-8
    assert figures.split <= 1e-8
    assert figures.clearing <= 1e-8
    assert figures.support <= 1e-8
    for account in found.coalitions:
        inside = list(members(account.coalition))
        assert account.weights[inside].sum() == pytest.approx(size(account.coalition))
        assert (account.disposal[inside] >= -1e-9).all()


def test_claims_add_up_to_the_dividends_of_all_smaller_coalitions():
    game = random_game(2, 2, 2, seed=3)
    found = solved(game)
    accounts = {account.coalition: account for account in found.coalitions}
    for mask, account in accounts.items():
        for i in members(mask):
            owed = sum(
                part.dividend for k, part in accounts.items() if k & mask == k and k >> i & 1
            )
            assert account.claims[i] * found.candidate.prices[i] == pytest.approx(owed, abs=1e-8)


def test_units_do_not_matter():
    game = random_game(2, 2, 2, seed=4)
    factors, shifts = np.array([1e3, 1.0, 1e-2]), np.array([-5.0, 1e3, 0.0])
    other = from_payoffs(game.payoffs * factors[:, None, None, None] + shifts[:, None, None, None])
    expected = solved(game).payoffs * factors + shifts
    assert np.abs(solved(other).payoffs - expected).max() / factors.max() < 1e-6


def test_constant_players_are_owed_nothing():
    game = textbook_game("hot-dog stands and a bystander")
    solution = harsanyi.solve(game)
    assert solution.equilibria[0].payoffs == pytest.approx([70, 140, 0], abs=1e-5)
    assert solution.equilibria[0].candidate.prices[2] == 0.0
    assert "immaterial" in solution.notes[0]


def test_where_nobody_cares_everything_is_an_equilibrium():
    assert harsanyi.solve(from_payoffs(np.ones((2, 2, 2)))).exists


def test_what_is_nearly_an_equilibrium_leads_to_it():
    """A wide search knows several of a game's equilibria; from each of them it is found again."""
    game = random_game(2, 2, 2, seed=2)
    known = harsanyi.solve_widely(game).equilibria
    assert len(known) >= 3
    for expected in known:
        threats = {
            mask: 0.99 * threat + 0.01 / len(threat)
            for mask, threat in expected.candidate.threats.items()
        }
        found = harsanyi.solve(game, near=replace(expected.candidate, threats=threats))
        assert found.equilibria[0].payoffs == pytest.approx(expected.payoffs, abs=1e-6)


def test_the_verifier_rejects_what_is_slightly_wrong():
    game = random_game(2, 2, 2, seed=2)
    candidate = solved(game).candidate
    prices = candidate.prices * [1.001, 1.0, 0.999]
    wrong_prices = replace(candidate, prices=prices / prices.sum())
    assert not verify_harsanyi(game, wrong_prices).accepted
    for mask, threat in candidate.threats.items():
        mixed = 0.999 * threat + 0.001 / len(threat)
        wrong = replace(candidate, threats=candidate.threats | {mask: mixed})
        figures = verify_harsanyi(game, wrong).residuals
        assert max(figures.regret, figures.clearing) > 1e-6


def test_the_verifier_rejects_coco_threats_that_do_not_deliver():
    game = textbook_game("strategic Banker")
    found = verify_harsanyi(game, coco.solve(game).equilibria[0].candidate)
    assert found.residuals.regret > 0.1
    assert not found.accepted


def idle_game(seed):
    """Nobody feels what the second player does, but it cares what the others do."""
    return random_game(2, 1, 3, seed=seed)


@cache
def idle_answer():
    """Return the answer of one such game."""
    return solved(idle_game(17))


@pytest.mark.parametrize("seed", [11, 17])
def test_a_player_who_gets_what_it_can_claim_has_a_price_of_exactly_0(seed):
    game = idle_game(seed)
    found = solved(game)
    assert found.candidate.prices[1] == 0.0
    # the others reach the agreement they would reach without it
    pair = from_payoffs(game.payoffs[[0, 2]][:, :, 0])
    assert found.payoffs[[0, 2]] == pytest.approx(solved(pair).payoffs, abs=1e-7)
    assert found.coalitions[-1].claims[1] <= found.payoffs[1]


def test_claims_at_a_price_of_0_are_the_limit_of_those_at_small_prices():
    game = idle_game(17)
    found = idle_answer().candidate
    delta = 1e-4
    moved = found.prices + delta * found.vanishing
    threats = {mask: play + delta * found.drift[mask] for mask, play in found.threats.items()}
    near = verify_harsanyi(
        game,
        Candidate(moved / moved.sum(), found.agreement, threats, np.zeros(3)),
    )
    accounts = {account.coalition: account for account in near.coalitions}
    due = sum(a.dividend for mask, a in accounts.items() if mask & 0b010)
    expected = idle_answer().coalitions[-1].claims[1]
    assert due / near.candidate.prices[1] == pytest.approx(expected, abs=1e-3)
    assert near.residuals.regret < 1e-6


def test_limits_that_hold_only_very_near_are_found_and_are_limits():
    """Two prices vanish, and the threats on the way change at 4e-4 of the limit."""
    *_, game = games("uneven", 3, 2026)
    found = solved(game).candidate
    assert (found.prices == 0.0).sum() == 2
    for delta in (1e-5, 1e-6):
        prices = found.prices + delta * found.vanishing
        threats = {mask: play + delta * found.drift[mask] for mask, play in found.threats.items()}
        moved = Candidate(prices / prices.sum(), found.agreement, threats, np.zeros(4))
        # of second order
        assert verify_harsanyi(game, moved).residuals.regret < 1e3 * delta**2


@pytest.mark.parametrize("number", [1, 18])
def test_near_ties_are_solved(number):
    *_, game = games("near-tied", number + 1, 2026)
    found = solved(game).residuals
    assert max(found.pareto, found.support, found.regret, found.split, found.clearing) < 1e-9


def test_threats_that_are_wrong_to_first_order_are_rejected():
    game = idle_game(17)
    candidate = idle_answer().candidate
    for mask, move in candidate.drift.items():
        play = candidate.threats[mask]
        if len(play) < 2:
            continue
        to = np.eye(len(play))[int(play.argmin())]
        wrong = replace(candidate, drift={**candidate.drift, mask: move + to - play})
        assert not verify_harsanyi(game, wrong).accepted


def test_a_free_player_must_get_what_it_claims():
    payoffs = idle_game(17).payoffs
    spiteful = payoffs[..., 2:].copy()  # the third's part of the agreement, but bad for the idle
    spiteful[1] -= 0.6
    game = from_payoffs(np.concatenate([payoffs, spiteful], axis=-1))
    found = solved(game)
    assert found.candidate.prices[1] == 0.0
    assert found.payoffs[1] == pytest.approx(payoffs[1, 0, 0, 2])
    # the others threaten with the bad action, and gain nothing by peace themselves
    harmed = spiteful[1, 0, 0, 0]
    assert found.coalitions[-1].claims[1] == pytest.approx(harmed, abs=1e-6)
    swapped = np.zeros(game.shape)
    swapped[0, 0, 3] = 1.0
    wrong = replace(found.candidate, agreement=swapped.ravel())
    figures = verify_harsanyi(game, wrong).residuals
    assert figures.support < 1e-9
    # along the limit it would get the other action's 0.6, of which two would keep half each
    assert figures.clearing == pytest.approx(0.3 / game.ranges[1])


def test_answers_with_free_players_survive_being_written():
    game = idle_game(17)
    found = idle_answer()
    again = EquilibriumRecord.of(game, found).candidate(game)
    assert verify_harsanyi(game, again).residuals == found.residuals


def test_how_threats_change_must_be_said_where_a_price_is_0():
    game = idle_game(17)
    candidate = idle_answer().candidate
    with pytest.raises(CandidateError, match="how its threat changes"):
        verify_harsanyi(game, replace(candidate, drift={}))
    drift = {mask: move + 1.0 for mask, move in candidate.drift.items()}
    with pytest.raises(CandidateError, match="distributions nearby"):
        verify_harsanyi(game, replace(candidate, drift=drift))


def test_a_game_too_large_is_said_to_be():
    solution = harsanyi.solve(random_game(12, 12, 12))
    assert solution.exists is None
    assert "too large" in solution.notes[0]


def test_where_everybody_coordinates_all_agree():
    """Prices are free inside a cone, so that no path leads to a single answer."""
    payoffs = np.zeros((4, 2, 2, 2, 2))
    payoffs[:, 0, 0, 0, 0] = payoffs[:, 1, 1, 1, 1] = 1.0
    payoffs[:, 0, 0, 0, 0] = 2.0
    assert solved(from_payoffs(payoffs)).payoffs == pytest.approx(np.full(4, 2.0))


def test_a_player_may_be_worth_less_than_nothing_to_a_coalition():
    """At price 0 the first is owed less than 0 curnits in N: it keeps what it gets all the same."""
    payoffs = [[4, 0, 0], [-4, -2, -1], [-2, -1, 2], [-3, 1, -4]]
    game = from_payoffs(np.array(payoffs, dtype=float).T.reshape(3, 1, 2, 2))
    found = solved(game)
    assert found.candidate.prices == pytest.approx([0, 2 / 3, 1 / 3], abs=1e-12)
    assert found.candidate.prices[0] == 0.0
    owed = sum(account.dividend for account in found.coalitions if account.coalition & 1)
    assert owed < -1e-3
    assert found.coalitions[-1].claims[0] == game.low[0]


def test_prices_vanish_beside_that_of_a_powerful_player_who_cannot_be_paid():
    game = from_payoffs(np.array([[4.0, 4.0], [2.0, -2.0], [1.0, 1.0]]).reshape(3, 2, 1, 1))
    found = solved(game)
    assert found.candidate.prices.tolist() == [1, 0, 0]
    assert found.payoffs.tolist() == [4, 2, 1]


@pytest.mark.parametrize(
    "payoffs",
    [
        [[[[3], [-3], [-4]]], [[[3], [-4], [3]]], [[[-2], [2], [-1]]]],
        [[[[1, -1], [-2, 0]]], [[[1, 0], [1, -1]]], [[[0, -1], [-2, 0]]]],
    ],
)
def test_rounding_ends_in_no_error(payoffs):
    assert solved(from_payoffs(payoffs)).accepted


def uneven_game(seed):
    """Return an integer game of two to four players, who have one to three actions each."""
    rng = np.random.default_rng(seed)
    shape = rng.integers(1, 4, size=2 + seed % 3)
    return from_payoffs(rng.integers(-4, 5, size=(len(shape), *shape)).astype(float))


@pytest.mark.parametrize("seed", range(0, 48, 3))
def test_integer_games_with_unequal_numbers_of_actions(seed):
    figures = solved(uneven_game(seed)).residuals
    demands = (
        figures.pareto,
        figures.support,
        figures.regret,
        figures.split,
        figures.clearing,
    )
    assert max(demands) < 1e-11


@pytest.mark.parametrize("seed", [1, 4, 7, 10, 13, 16])
def test_the_first_answer_follows_from_the_game_alone(seed):
    """It heeds neither order nor units, and no rounding."""
    game = uneven_game(seed)
    rng = np.random.default_rng(seed)
    order = rng.permutation(game.n)
    payoffs = game.payoffs[order].transpose(0, *(1 + order))
    for axis, actions in enumerate(payoffs.shape[1:], start=1):
        payoffs = payoffs.take(rng.permutation(actions), axis=axis)
    units = 10.0 ** rng.integers(-3, 4, size=(game.n, *[1] * game.n))
    rounding = 1.0 + 1e-14 * rng.normal(size=payoffs.shape)
    other = solved(from_payoffs(payoffs * rounding * units)).payoffs / units.ravel()
    assert other == pytest.approx(solved(game).payoffs[order], abs=1e-7)
