import numpy as np
import pytest
from benchmarks.games import AWKWARD, games
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from textbook import CASES, names, numbers, textbook_game

from curnits.analysis.solvers.coco.coco import solve
from curnits.analysis.verification.measures import ACCEPTED
from curnits.sim.games.coalitions import grand, proper_coalitions
from curnits.sim.games.families import FAMILIES
from curnits.sim.games.game import GameError
from curnits.sim.games.nfg import read_nfg
from curnits.sim.games.normal import from_payoffs

SEEDS = st.integers(0, 2**32 - 1)


def the_equilibrium(game, **options):
    solution = solve(game, **options)
    assert solution.exists, solution.notes
    (found,) = solution.equilibria
    assert found.accepted
    return found


def random_game(seed, shape, kind="random-uniform"):
    return FAMILIES[kind](shape=list(shape)).build(np.random.default_rng(seed))


@pytest.mark.parametrize("name", names("coco"))
def test_textbook_answers(name):
    found = the_equilibrium(textbook_game(name))
    known = [numbers(answer["payoffs"]) for answer in CASES[name]["expected"]["coco"]]
    assert any(found.payoffs == pytest.approx(payoffs, abs=1e-7) for payoffs in known)


@pytest.mark.parametrize(("k", "kind", "game"), [(k, *g) for k, g in enumerate(games(84, seed=7))])
def test_a_slice_of_the_benchmark_is_accepted(k, kind, game):
    found = the_equilibrium(game)
    figures = found.residuals
    demanded = (figures.pareto, figures.support, figures.regret, figures.split, figures.clearing)
    assert max(demanded) <= ACCEPTED


# independent of the solver: Nash (1953), by bisection on the relative price along the frontier


def zero_sum_value(matrix):
    rows, columns = matrix.shape
    program = linprog(
        np.append(np.zeros(rows), -1.0),
        np.hstack([-matrix.T, np.ones((columns, 1))]),
        np.zeros(columns),
        np.append(np.ones(rows), 0.0)[None, :],
        [1.0],
        [(0, None)] * rows + [(None, None)],
    )
    return -program.fun


def variable_threat_payoffs(first, second):
    """Payoffs of Nash's variable threat solution: bisect on the price of the first player."""
    low, high = 0.0, 1.0
    for _ in range(60):
        price = (low + high) / 2
        worth = price * first + (1 - price) * second
        joint = worth.max()
        claim = (joint + zero_sum_value(price * first - (1 - price) * second)) / 2 / price
        best = first[worth >= joint - 1e-12]
        if claim > best.max():
            low = price
        elif claim < best.min():
            high = price
        else:
            break
    return np.array([claim, (joint - price * claim) / (1 - price)])


@given(SEEDS, st.integers(2, 4), st.integers(2, 4))
@settings(max_examples=40)
def test_two_players_get_nash_variable_threat_payoffs(seed, rows, columns):
    game = random_game(seed, (rows, columns))
    expected = variable_threat_payoffs(*game.payoffs)
    assert the_equilibrium(game).payoffs == pytest.approx(expected, abs=1e-6)


@given(SEEDS, st.integers(2, 4))
@settings(max_examples=25)
def test_unanimity_games_maximise_the_nash_product(seed, n):
    """Everybody names an agreement or refuses; all get 0 unless everybody names the same."""
    rng = np.random.default_rng(seed)
    agreements = rng.uniform(0.1, 1.0, size=(3, n))
    payoffs = np.zeros((n, *[4] * n))
    for k, agreement in enumerate(agreements):
        payoffs[(slice(None), *[k] * n)] = agreement
    found = the_equilibrium(from_payoffs(payoffs))
    product = np.log(found.payoffs).sum()
    for _ in range(200):
        assert np.log(rng.dirichlet(np.ones(3)) @ agreements).sum() <= product + 1e-9
    gradient = agreements @ (1 / found.payoffs)  # first-order condition of the maximum
    assert gradient.max() <= n + 1e-6


@given(SEEDS)
@settings(max_examples=25)
def test_rescaling_and_shifting_utilities_changes_nothing(seed):
    game = random_game(seed, (2, 2, 2), "random-normal")
    rng = np.random.default_rng(seed + 1)
    factors, shifts = 10.0 ** rng.uniform(-3, 4, size=3), rng.normal(size=3)
    columns = (3, 1, 1, 1)
    payoffs = game.payoffs * factors.reshape(columns) + (shifts * factors).reshape(columns)
    before, after = the_equilibrium(game), the_equilibrium(from_payoffs(payoffs))
    assert (after.payoffs / factors - shifts) / game.scales == pytest.approx(
        before.payoffs / game.scales, abs=1e-6
    )


@given(SEEDS, st.permutations(range(3)))
@settings(max_examples=25)
def test_order_of_players_and_actions_changes_nothing(seed, order):
    game = random_game(seed, (2, 3, 2))
    flipped = np.flip(game.payoffs, axis=(1, 2, 3))
    axes = (0, *[1 + i for i in order])
    shuffled = from_payoffs(flipped[list(order)].transpose(axes))
    found = the_equilibrium(shuffled)
    assert found.payoffs == pytest.approx(the_equilibrium(game).payoffs[list(order)], abs=1e-6)


@given(SEEDS, st.sampled_from(["bystander", "duplicated action"]))
@settings(max_examples=25)
def test_bystanders_and_duplicated_actions_change_nothing(seed, change):
    game = random_game(seed, (2, 2, 2))
    larger = AWKWARD[change](game, np.random.default_rng(seed))
    before, after = the_equilibrium(game).payoffs, the_equilibrium(larger).payoffs
    kept = after[larger.ranges > 0]
    assert kept == pytest.approx(before, abs=1e-6)


def test_a_bystander_has_price_zero():
    found = the_equilibrium(textbook_game("hot-dog stands and a bystander"))
    assert found.candidate.prices[2] == 0.0
    assert found.payoffs == pytest.approx([70, 140, 0])


def test_the_start_decides_between_several_equilibria():
    game = textbook_game("three solutions")
    answers = CASES["three solutions"]["expected"]["coco"]
    for answer in answers:
        prices = numbers(answer["prices"])
        found = the_equilibrium(game, start=prices / prices.sum())
        assert found.payoffs == pytest.approx(numbers(answer["payoffs"]), abs=1e-7)


@pytest.mark.parametrize(
    "payoffs",
    [
        [[1.0, 2.0, 0.0]],  # one player
        [[1.0]],  # one player, one action
        [[[3.0]], [[4.0]]],  # nobody has a choice
        [[[0.0, 1.0]], [[5.0, 5.0]]],  # the second is indifferent but can hurt the first
        [[[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]],  # nothing is at stake
        [[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]],  # zero-sum
        [[[2.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 1.0]]],  # common interest
    ],
)
def test_degenerate_games(payoffs):
    the_equilibrium(from_payoffs(payoffs))


def test_one_price_that_vanishes_slowly_beside_an_idle_player_who_is_not_free():
    text = """NFG 1 R "" {"P0" "P1" "P2" "P3"} {1 3 1 3}
    0 .5 7 1/3 100 -2 100 0.5 .5 1/3 0.5 0 .5 .5 1/3 7 -2 1/3
    .5 0.5 0 -2 0.5 0.5 .5 7 .5 0 -2 7 -2 1/3 -2 0.5 100 7"""
    found = the_equilibrium(read_nfg(text))
    assert found.candidate.prices[2] == 0.0
    assert (found.candidate.prices[[0, 1, 3]] > 0.0).all()


def test_who_cannot_be_paid_makes_the_other_prices_vanish():
    found = the_equilibrium(from_payoffs([[[0.0, 1.0]], [[5.0, 5.0]]]))
    assert found.candidate.prices.tolist() == [0.0, 1.0]
    assert found.payoffs.tolist() == [1.0, 5.0]


def test_too_many_conflicts_are_refused_before_they_fill_the_memory():
    game = from_payoffs(np.zeros((14, *[2] * 14)))
    with pytest.raises(GameError, match="too large for an equilibrium without money"):
        solve(game)


@given(SEEDS, st.sampled_from([(2, 2, 2), (1, 3, 2), (2, 2, 2, 2)]))
@settings(max_examples=20)
def test_walras_law_and_books(seed, shape):
    """Entitlements add up to the worth of the agreement, and every fight is zero-sum."""
    game = random_game(seed, shape)
    found = the_equilibrium(game)
    prices = found.candidate.prices
    account = found.coalitions[-1]
    assert prices @ account.claims == pytest.approx(prices @ found.payoffs, abs=1e-8)
    values = {account.coalition: account.value for account in found.coalitions}
    for mask in proper_coalitions(game.n):
        assert values[mask] == pytest.approx(-values[grand(game.n) ^ mask], abs=1e-12)


def test_a_team_beside_a_player_who_is_free():
    """Two players want the same, so at equal prices their fights decide nothing, but for rounding.

    Then only the rates at which prices vanish tell optimal threats of the third from others.
    """
    team = [[[4, 4], [0, 4]], [[2, 3], [3, 1]]]
    found = the_equilibrium(from_payoffs([team, team, [[[5, 0], [1, 2]], [[3, 2], [0, 0]]]]))
    np.testing.assert_allclose(found.payoffs, [4, 4, 5])
    np.testing.assert_allclose(found.candidate.prices, [0.5, 0.5, 0.0], atol=1e-9)
