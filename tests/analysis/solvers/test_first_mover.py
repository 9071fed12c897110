"""First-mover surplus: a value that pays for no threat which costs as much as it harms."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from textbook import textbook_game

from curnits.analysis.concepts import solve, solve_all, verify_as
from curnits.analysis.solvers.rules import RULES
from curnits.analysis.solvers.rules.first_mover import FIRST_MOVER_SURPLUS
from curnits.analysis.solvers.rules.minimax import MINIMAX
from curnits.analysis.solvers.values import maximin_levels, value_of
from curnits.sim.games.feasible.linear import solve_game
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load

INTEGERS = st.integers(-6, 6).map(float)


def tables(*shape: int):
    return arrays(np.float64, (len(shape), *shape), elements=INTEGERS)


def value(game, rule=FIRST_MOVER_SURPLUS):
    return value_of(game, "", rule.solve(game, np.ones(game.n)).values).payoffs


def with_button(game: NormalGame, player: int, base: int, harm: float, cost: float) -> NormalGame:
    """Give a player an action like another one that also harms all others, and itself a little."""
    axis = player + 1
    button = game.payoffs.take([base], axis=axis) - harm
    button[player] += harm - cost
    return from_payoffs(np.concatenate([game.payoffs, button], axis=axis))


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        (textbook_game("hot-dog stands"), (65, 175)),
        (textbook_game("threat game"), (2.5, 2.5)),
        (textbook_game("Ferguson III.4 A"), (4, 5)),
        (textbook_game("prisoner's dilemma"), (3, 3)),
        (load(find("ransom")).build(), (0, 0)),
        (load(find("producers-and-saboteur")).build(), (4, 4, 0)),
    ],
)
def test_known_values_with_money(game, expected) -> None:
    solution = solve(replace(game, money=True), "first-mover-value")
    assert solution.equilibria[0].payoffs == pytest.approx(expected, abs=1e-9)
    assert solution.complete


@settings(max_examples=60, deadline=None)
@given(st.one_of(tables(2, 2), tables(2, 3), tables(3, 2), tables(1, 3)))
def test_two_sides_share_all_there_is_and_get_what_they_can_secure(payoffs) -> None:
    game = from_payoffs(payoffs)
    found = value(game)
    assert found.sum() == pytest.approx(game.outcomes.sum(axis=1).max(), abs=1e-9)
    assert (found >= maximin_levels(game) - 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(arrays(np.float64, (3, 3), elements=INTEGERS))
def test_of_a_zero_sum_game_it_is_the_value(payoffs) -> None:
    expected = solve_game(payoffs).value
    assert value(from_payoffs([payoffs, -payoffs])) == pytest.approx(
        (expected, -expected), abs=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(tables(2, 3), tables(2, 2, 2)),
    st.integers(0, 1),
    st.integers(0, 1),
    st.floats(0, 10),
    st.floats(0, 3),
)
def test_destruction_buttons_change_nothing(payoffs, player, base, harm, cost) -> None:
    game = from_payoffs(payoffs)
    armed = with_button(game, player, base, harm, cost)
    assert value(armed) == pytest.approx(value(game), abs=1e-8)


def test_buttons_do_change_the_coco_value() -> None:
    game = textbook_game("prisoner's dilemma")
    armed = with_button(game, 0, 1, 4.0, 0.0)
    assert np.abs(value(armed, MINIMAX) - value(game, MINIMAX)).max() > 1


@settings(max_examples=30, deadline=None)
@given(tables(2, 2, 2), st.sampled_from(sorted(RULES)), st.integers(0, 2**32 - 1))
def test_gradients_are_those_of_worths(payoffs, name, seed) -> None:
    """Where the worth has no kink, which noise in the payoffs sees to."""
    rng, rule, step = np.random.default_rng(seed), RULES[name], 1e-7
    game = from_payoffs(payoffs + rng.uniform(-0.5, 0.5, payoffs.shape))
    prices = rng.uniform(0.2, 1.0, 3)
    for stack in game.conflicts():
        found = rule.fight(stack, prices)
        # worths are of first degree in prices
        np.testing.assert_allclose(found.gradients @ prices, found.worths, atol=1e-8)
        moved = [rule.fight(stack, prices + step * row).worths for row in np.eye(3)]
        slopes = (np.array(moved).T - found.worths[:, None]) / step
        np.testing.assert_allclose(slopes, found.gradients, atol=1e-3)


@settings(max_examples=20, deadline=None)
@given(tables(2, 2, 2), st.sampled_from(sorted(RULES)))
def test_limits_are_those_of_positive_prices(payoffs, name) -> None:
    rule, game, step = RULES[name], from_payoffs(payoffs), 1e-7
    prices, direction = np.array([0.0, 0.3, 0.7]), np.array([1.0, -0.2, 0.1])
    for stack in game.conflicts():
        rise = rule.fight(stack, prices + step * direction).worths
        rise = (rise - rule.fight(stack, prices).worths) / step
        found = rule.limit(stack, prices, direction)
        np.testing.assert_allclose(found.worths, rise, atol=1e-4)


def test_three_players_may_get_less_than_they_can_secure() -> None:
    game = load(find("below-maximin")).build()
    assert maximin_levels(game) == pytest.approx([0, 0, 1])
    (found,) = solve(game, "first-mover-value").equilibria
    assert found.payoffs == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    (coco,) = solve(game, "coco-value").equilibria
    assert coco.payoffs == pytest.approx([1 / 3, 1 / 3, 4 / 3])


@settings(max_examples=12, deadline=None)
@given(st.one_of(tables(2, 2), tables(3, 2), tables(2, 2, 2), tables(1, 2, 2)))
def test_prices_clear_without_money(payoffs) -> None:
    game = from_payoffs(payoffs)
    for found in solve(game, "first-mover").equilibria:
        again = verify_as(game, found.candidate, "first-mover")
        assert again.accepted
        np.testing.assert_allclose(again.payoffs, found.payoffs)
        stretch = np.arange(1.0, game.n + 1).reshape(-1, *[1] * game.n)
        other = from_payoffs(stretch * payoffs - 7)
        prices = found.candidate.prices / stretch.ravel()
        vanishing = found.candidate.vanishing / stretch.ravel() / prices.sum()
        moved = replace(found.candidate, prices=prices / prices.sum(), vanishing=vanishing)
        assert verify_as(other, moved, "first-mover").accepted


@pytest.mark.parametrize(
    "name", ["hot-dog-stands", "three-solutions", "free-onlooker", "thin-team"]
)
def test_answers_are_found(name) -> None:
    game = load(find(name)).build()
    solution = solve_all(game, "first-mover")
    assert solution.exists
    assert not solution.complete
    assert all(found.residuals.clearing < 1e-11 for found in solution.equilibria)


@pytest.mark.parametrize("name", ["banker", "roth", "nile", "ibn-ezras-estate"])
def test_where_fights_leave_others_alone_both_rules_agree(name) -> None:
    game = load(find(name)).build()
    for stack in game.conflicts():
        prices = np.linspace(1, 2, game.n)
        np.testing.assert_allclose(
            FIRST_MOVER_SURPLUS.fight(stack, prices).worths,
            MINIMAX.fight(stack, prices).worths,
            atol=1e-9,
        )


def test_an_idle_threat_is_seen_through() -> None:
    """A commitment that gets less than another one, and prices that do not clear, are refused."""
    game = textbook_game("hot-dog stands")
    (found,) = solve(game, "first-mover").equilibria
    wrong = {**found.candidate.threats, 1: found.candidate.threats[1][::-1]}
    assert verify_as(game, replace(found.candidate, threats=wrong), "first-mover").residuals.regret
    prices = np.array([0.5, 0.5])
    moved = verify_as(game, replace(found.candidate, prices=prices), "first-mover")
    assert not moved.accepted
    assert moved.residuals.clearing > 0.1


def test_the_coco_value_is_no_first_mover_value() -> None:
    game = replace(textbook_game("threat game"), money=True)
    (found,) = solve(game, "coco-value").equilibria
    again = verify_as(game, found.candidate, "first-mover-value")
    assert not again.accepted
    assert again.residuals.regret > 0.1


def test_books_add_up() -> None:
    game = replace(load(find("geoengineering")).build(), money=True)
    (found,) = solve(game, "first-mover-value").equilibria
    by_mask = {account.coalition: account for account in found.coalitions}
    assert found.payoffs == pytest.approx(by_mask[7].claims)
    for mask in (1, 3, 5):
        assert by_mask[mask].value == pytest.approx(-by_mask[7 ^ mask].value)
