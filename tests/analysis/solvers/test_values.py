from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from textbook import CASES, names, numbers, textbook_game

from curnits.analysis.concepts import solve
from curnits.analysis.solvers import bargaining
from curnits.analysis.solvers.bargaining import BargainingError, DisagreementError
from curnits.analysis.solvers.values import coco_value, maximin_levels
from curnits.sim.games.coalitions import grand, proper_coalitions
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame, from_payoffs

CORES = {
    "nash": bargaining.nash,
    "kalai-smorodinsky": bargaining.kalai_smorodinsky,
    "egalitarian": bargaining.egalitarian,
}


def of_game(core):
    """The rule on a game's outcomes, from the maximin levels unless told otherwise."""

    def rule(game, disagreement=None):
        return core(game.outcomes, maximin_levels(game) if disagreement is None else disagreement)

    return rule


RULES = {name: of_game(core) for name, core in CORES.items()}

games = st.builds(
    lambda seed, shape, integer: from_payoffs(
        np.random.default_rng(seed).integers(-2, 3, size=(len(shape), *shape)).astype(float)
        if integer
        else np.random.default_rng(seed).normal(size=(len(shape), *shape))
    ),
    seed=st.integers(0, 10**6),
    shape=st.lists(st.integers(1, 3), min_size=1, max_size=4),
    integer=st.booleans(),
)
quick = settings(max_examples=50)


def matrix_value(matrix):
    """Value of a zero-sum game, by a linear program of its own."""
    rows, columns = matrix.shape
    solved = linprog(
        np.append(np.zeros(rows), -1.0),
        np.hstack([-matrix.T, np.ones((columns, 1))]),
        np.zeros(columns),
        np.append(np.ones(rows), 0.0)[None, :],
        [1.0],
        bounds=[(0, None)] * rows + [(None, None)],
    )
    assert solved.status == 0
    return -solved.fun


def rescaled(game, scales, shifts):
    axes = (game.n, *[1] * game.n)
    return from_payoffs(game.payoffs * np.reshape(scales, axes) + np.reshape(shifts, axes))


def relabelled(game, order, actions):
    """Players in a new order, and everybody's actions shuffled."""
    payoffs = game.payoffs
    for i, shuffle in enumerate(actions):
        payoffs = payoffs.take(shuffle, axis=i + 1)
    return from_payoffs(payoffs[list(order)].transpose(0, *[1 + i for i in order]))


# the coco value


@pytest.mark.parametrize("name", names("coco-value"))
def test_textbook_coco_values(name):
    expected = numbers(CASES[name]["expected"]["coco-value"])
    assert coco_value(textbook_game(name)).payoffs == pytest.approx(expected, abs=1e-9)


@quick
@given(seed=st.integers(0, 10**6), rows=st.integers(1, 4), columns=st.integers(1, 4))
def test_two_players_split_cooperation_and_competition(seed, rows, columns):
    first, second = np.random.default_rng(seed).normal(size=(2, rows, columns))
    cooperation = (first + second).max() / 2
    competition = matrix_value((first - second) / 2)
    found = coco_value(from_payoffs([first, second])).payoffs
    assert found == pytest.approx([cooperation + competition, cooperation - competition], abs=1e-8)


def shapley(worth, n):
    """Average marginal contribution over all orders of arrival."""
    total = np.zeros(n)
    orders = list(permutations(range(n)))
    for order in orders:
        arrived = 0
        for i in order:
            total[i] += worth[arrived | 1 << i] - worth[arrived]
            arrived |= 1 << i
    return total / len(orders)


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 2), (2, 2, 2, 2)])
def test_zero_sum_games_leave_nothing_to_gain(shape):
    n = len(shape)
    payoffs = np.random.default_rng(3).normal(size=(n, *shape))
    payoffs -= payoffs.mean(axis=0)
    game = from_payoffs(payoffs)
    worth = {0: 0.0, grand(n): 0.0}
    for mask in proper_coalitions(n):
        inside = [i for i in range(n) if mask >> i & 1]
        worth[mask] = matrix_value(game.conflict(mask)[inside].sum(axis=0))
    point = coco_value(game)
    assert point.payoffs.sum() == pytest.approx(0.0, abs=1e-12)
    assert point.payoffs == pytest.approx(shapley(worth, n), abs=1e-8)


@quick
@given(game=games, seed=st.integers(0, 10**6))
def test_coco_value_is_invariant(game, seed):
    rng = np.random.default_rng(seed)
    was = coco_value(game)
    n, shifts, factor = game.n, rng.normal(size=game.n), 10.0 ** rng.uniform(-3, 3)
    moved = coco_value(rescaled(game, np.full(n, factor), shifts))
    assert moved.payoffs == pytest.approx(was.payoffs * factor + shifts, abs=1e-9 * max(1, factor))

    order = rng.permutation(n)
    shuffled = relabelled(game, order, [rng.permutation(m) for m in game.shape])
    assert coco_value(shuffled).payoffs == pytest.approx(was.payoffs[order], abs=1e-9)

    bystander = np.concatenate([game.payoffs, np.full((1, *game.shape), 7.0)])[..., None]
    watched = coco_value(from_payoffs(bystander.repeat(2, axis=-1)))
    assert watched.payoffs == pytest.approx(np.append(was.payoffs, 7.0), abs=1e-9)

    player = int(rng.integers(n))
    again = game.payoffs.take([*range(game.shape[player]), 0], axis=player + 1)
    assert coco_value(from_payoffs(again)).payoffs == pytest.approx(was.payoffs, abs=1e-9)


@quick
@given(game=games)
def test_coco_value_shares_out_the_best_joint_payoff(game):
    point = coco_value(game)
    best = game.outcomes.sum(axis=1).max()
    assert point.payoffs.sum() == pytest.approx(best, abs=1e-9)
    assert point.agreement @ game.outcomes.sum(axis=1) == pytest.approx(best)
    assert point.prices == pytest.approx(np.full(game.n, 1 / game.n))
    assert np.isnan(point.disagreement).all()


# maximin levels


@quick
@given(game=games)
def test_maximin_levels_are_values_against_everybody_else(game):
    levels = maximin_levels(game)
    for i in range(game.n):
        assert levels[i] == pytest.approx(matrix_value(game.conflict(1 << i)[i]), abs=1e-8)


def test_maximin_levels_need_mixing():
    pennies = np.array([[1.0, -1.0], [-1.0, 1.0]])
    assert maximin_levels(from_payoffs([pennies, pennies])) == pytest.approx([0.0, 0.0])
    assert maximin_levels(from_payoffs([[3.0, 8.0]])) == pytest.approx([8.0])


# bargaining


@pytest.mark.parametrize(("rule", "name"), [(rule, name) for rule in RULES for name in names(rule)])
def test_textbook_bargaining(rule, name):
    case = CASES[name]
    if "feasible" in case:
        point = CORES[rule](numbers(case["feasible"]), numbers(case["disagreement"]))
    else:
        point = RULES[rule](textbook_game(name))
    assert point.payoffs == pytest.approx(numbers(case["expected"][rule]), abs=1e-9)


def check_point(game: Game, point, slack=1e-8):
    """What every solution owes: a feasible, individually rational, supported point."""
    assert point.agreement.min() >= 0
    assert point.agreement.sum() == pytest.approx(1.0)
    assert point.payoffs == pytest.approx(point.agreement @ game.outcomes)
    assert ((point.payoffs - point.disagreement) / game.scales).min() >= -slack
    assert point.prices.min() >= 0
    assert point.prices.sum() == pytest.approx(1.0)
    gap = (game.outcomes @ point.prices).max() - point.payoffs @ point.prices
    assert gap <= 1e-6 * (point.prices @ game.scales)


def most(game, floors, target):
    """Most that ``target`` can get while everybody gets its floor, up to rounding."""
    solved = linprog(
        -game.outcomes[:, target],
        -game.outcomes.T / game.scales[:, None],
        -(floors - 1e-11 * game.scales) / game.scales,
        np.ones((1, len(game.outcomes))),
        [1.0],
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert solved.status == 0
    return -solved.fun


@quick
@given(game=games)
@pytest.mark.parametrize("rule", RULES)
def test_nobody_can_gain_at_no_cost_to_the_others(rule, game):
    point = RULES[rule](game)
    check_point(game, point)
    for i in range(game.n):
        gain = most(game, point.payoffs, i) - point.payoffs[i]
        assert gain / game.scales[i] <= 1e-6


@quick
@given(game=games)
def test_nash_prices_prove_the_product_is_largest(game):
    point = RULES["nash"](game)
    gains = point.payoffs - point.disagreement
    can = gains > 1e-7 * game.scales
    weights = np.where(can, 1.0 / np.where(can, gains, 1.0), 0.0)
    if can.all():
        # a concave function is largest where its gradient supports the feasible set
        assert (game.outcomes @ weights).max() - point.payoffs @ weights <= 1e-10 * game.n
        assert point.prices == pytest.approx(weights / weights.sum(), rel=1e-6)
    for i in np.flatnonzero(~can):
        assert most(game, point.disagreement, i) - point.disagreement[i] <= 1e-6 * game.scales[i]


@quick
@given(game=games, seed=st.integers(0, 10**6))
@pytest.mark.parametrize("rule", ["nash", "kalai-smorodinsky"])
def test_units_of_utility_do_not_matter(rule, game, seed):
    rng = np.random.default_rng(seed)
    scales, shifts = 10.0 ** rng.uniform(-3, 4, size=game.n), rng.normal(size=game.n)
    was, now = RULES[rule](game), RULES[rule](rescaled(game, scales, shifts))
    assert (now.payoffs - shifts) / scales == pytest.approx(was.payoffs, abs=1e-7)


@quick
@given(game=games, seed=st.integers(0, 10**6))
@pytest.mark.parametrize("rule", RULES)
def test_names_bystanders_and_copies_do_not_matter(rule, game, seed):
    rng = np.random.default_rng(seed)
    was = RULES[rule](game).payoffs
    order = rng.permutation(game.n)
    shuffled = relabelled(game, order, [rng.permutation(m) for m in game.shape])
    assert RULES[rule](shuffled).payoffs == pytest.approx(was[order], abs=1e-7)

    watching = np.concatenate([game.payoffs, np.full((1, *game.shape), 7.0)])[..., None]
    watched = RULES[rule](from_payoffs(watching))
    assert watched.payoffs == pytest.approx(np.append(was, 7.0), abs=1e-7)
    assert any(f"player {game.n + 1} " in note for note in watched.notes)

    again = game.payoffs.take([*range(game.shape[0]), 0], axis=1)
    assert RULES[rule](from_payoffs(again)).payoffs == pytest.approx(was, abs=1e-7)


@quick
@given(seed=st.integers(0, 10**6))
def test_kalai_smorodinsky_of_two_players_lies_below_the_ideal_point(seed):
    rng = np.random.default_rng(seed)
    outcomes = np.vstack([rng.uniform(0, 1, size=(6, 2)), np.eye(2)])  # concave enough to reach
    point = bargaining.kalai_smorodinsky(outcomes, np.zeros(2))
    ideal = outcomes.max(axis=0)
    shares = point.payoffs / ideal
    assert shares[0] == pytest.approx(shares[1], abs=1e-9)


def test_leximin_goes_on_when_one_player_is_full():
    # player 1 can gain 1 at most, whatever the others do; they have 10 to share
    outcomes = np.array([[0.0, 0, 0], [1, 10, 0], [1, 0, 10], [0, 10, 0], [0, 0, 10]])
    assert bargaining.egalitarian(outcomes, np.zeros(3)).payoffs == pytest.approx([1, 5, 5])
    # equal shares of the ideal (1, 1, 1) leave player 3 room that costs nobody anything
    outcomes = np.array([[1.0, 0, 0], [0, 1, 1], [0, 0, 1], [0, 1, 0]])
    point = bargaining.kalai_smorodinsky(outcomes, np.zeros(3))
    assert point.payoffs == pytest.approx([0.5, 0.5, 0.5])
    outcomes = np.array([[1.0, 0, 1], [0, 1, 1], [0, 0, 0]])
    point = bargaining.kalai_smorodinsky(outcomes, np.zeros(3))
    assert point.payoffs == pytest.approx([0.5, 0.5, 1.0])


@quick
@given(game=games)
def test_egalitarian_is_leximin(game):
    point = RULES["egalitarian"](game)
    gains = point.payoffs - point.disagreement
    # nobody can gain by taking from players who gained more only
    for i in range(game.n):
        floors = np.where(gains <= gains[i], point.payoffs, point.disagreement + gains[i])
        floors[i] = point.payoffs[i]
        assert most(game, floors, i) - point.payoffs[i] <= 1e-6 * game.scales[i]


def test_those_who_cannot_gain_stay_at_disagreement_and_are_named():
    # player 3 would lose by the first outcome, and can gain by none
    outcomes = np.array([[9.0, 9, -1], [3, 1, 0], [1, 2, 0], [0, 0, 0]])
    point = bargaining.nash(outcomes, np.zeros(3))
    assert point.payoffs == pytest.approx([2.5, 1.25, 0.0])
    assert len(point.notes) == 1
    assert point.notes[0].startswith("player 3 ")
    gap = (outcomes @ point.prices).max() - point.payoffs @ point.prices
    assert gap == pytest.approx(0.0, abs=1e-9)
    assert point.prices[2] > 0


@pytest.mark.parametrize("rule", CORES)
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_degenerate_sets(rule, scale):
    single = np.array([[1.0, 2.0, 3.0]]) * scale
    assert CORES[rule](single, single[0]).payoffs == pytest.approx(single[0])
    line = np.array([[5.0], [7.0], [7.0]]) * scale
    assert CORES[rule](line, line[0]).payoffs == pytest.approx(line[1])
    vertex = np.array([[4.0, 4.0], [0.0, 4.0], [4.0, 0.0], [4.0, 4.0]]) * scale
    assert CORES[rule](vertex, np.zeros(2)).payoffs == pytest.approx(vertex[0])
    assert CORES[rule](vertex, vertex[0]).payoffs == pytest.approx(vertex[0])


@pytest.mark.parametrize("rule", RULES)
def test_a_disagreement_nobody_can_match_is_refused(rule):
    game = textbook_game("prisoner's dilemma")
    with pytest.raises(DisagreementError, match="no agreement gives every player"):
        RULES[rule](game, np.array([4.0, 4.0]))
    with pytest.raises(DisagreementError, match="must be 2 finite numbers"):
        RULES[rule](game, np.array([1.0, 1.0, 1.0]))
    with pytest.raises(DisagreementError, match="must be 2 finite numbers"):
        RULES[rule](game, np.array([1.0, np.inf]))
    with pytest.raises(BargainingError, match="outcomes must be a table"):
        CORES[rule](np.zeros((0, 2)), np.zeros(2))


@pytest.mark.parametrize("rule", RULES)
def test_with_money_the_surplus_is_shared_equally(rule):
    plain = textbook_game("hot-dog stands")
    game = NormalGame(plain.players, plain.actions, plain.payoffs, money=True)
    (found,) = solve(game, rule).equilibria
    levels = maximin_levels(game)
    assert found.payoffs == pytest.approx(levels + (240 - levels.sum()) / 2)
    assert found.candidate.agreement @ game.outcomes == pytest.approx([40, 200])
    with pytest.raises(DisagreementError, match="add up to more"):
        solve(game, rule, np.array([200.0, 41.0]))
