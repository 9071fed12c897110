import math
from itertools import combinations, pairwise
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curnits.sim.games.feasible import frontier
from curnits.sim.games.feasible.faces import FrontierError
from curnits.sim.games.feasible.frontier import (
    frontier_polyline,
    is_pareto,
    locate,
    prices_at,
    quotes,
    sanded,
    support,
)
from curnits.sim.games.feasible.linear import InfeasibleError

SQUARE = np.array([[0.0, 0], [1, 0], [0, 1], [1, 1]])
TRIANGLE = np.array([[0.0, 0], [8, 0], [0, 8]])
HOT_DOGS = np.array([[20.0, 40], [40, 200], [100, 80], [50, 100]])


@st.composite
def faces(draw):
    """Draw integer outcomes with ties, prices, and the outcomes that are best at those prices."""
    n = draw(st.integers(2, 4))
    rows = draw(st.integers(1, 12))
    outcomes = draw(arrays(int, (rows, n), elements=st.integers(-3, 3)))
    prices = draw(arrays(int, n, elements=st.integers(1, 4)))
    worth = outcomes @ prices
    best = np.flatnonzero(worth == worth.max())
    weights = draw(arrays(int, len(best), elements=st.integers(1, 5)))
    return outcomes.astype(float), prices.astype(float), best, weights / weights.sum()


@st.composite
def units(draw, n):
    """Draw a unit and a zero for each player's utility, over nine powers of ten."""
    scale = 10.0 ** draw(arrays(int, n, elements=st.integers(-3, 6)))
    return scale, scale * draw(arrays(int, n, elements=st.integers(-5, 5)))


def test_known_quotes():
    bid, ask = quotes(HOT_DOGS, [70, 140])
    np.testing.assert_allclose(bid, [[1, 2], [0.5, 1]])
    np.testing.assert_allclose(ask, bid)
    np.testing.assert_allclose(prices_at(HOT_DOGS, [70, 140]), [2 / 3, 1 / 3])
    # At player 1's best outcome: no less than the edge's price, and no upper limit.
    bid, ask = quotes(TRIANGLE, [8, 0])
    assert bid[0, 1] == pytest.approx(1)
    assert ask[0, 1] == math.inf
    assert bid[1, 0] == 0
    assert ask[1, 0] == pytest.approx(1)
    np.testing.assert_allclose(prices_at(TRIANGLE, [8, 0]), [0.5, 0.5])


def test_vertex_between_two_edges_quotes_the_slopes_of_both():
    outcomes = np.array([[0.0, 0], [0, 6], [6, 3], [8, 0]])
    bid, ask = quotes(outcomes, [6, 3])
    assert (bid[0, 1], ask[0, 1]) == pytest.approx((0.5, 1.5))
    assert (bid[1, 0], ask[1, 0]) == pytest.approx((2 / 3, 2))


def test_weakly_efficient_point_has_price_zero():
    bid, ask = quotes(SQUARE, [1, 0.5])
    assert bid[0, 1] == ask[0, 1] == math.inf
    assert bid[1, 0] == ask[1, 0] == 0
    np.testing.assert_allclose(prices_at(SQUARE, [1, 0.5]), [1, 0], atol=1e-9)
    assert not is_pareto(SQUARE, [1, 0.5])
    assert is_pareto(SQUARE, [1, 1])


def test_two_prices_that_are_always_zero_have_no_ratio():
    cube = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=float)
    bid, ask = quotes(cube, [1, 0.5, 0.5])
    assert math.isnan(bid[1, 2])
    assert math.isnan(ask[1, 2])
    assert bid[0, 1] == math.inf
    assert bid[1, 0] == ask[1, 0] == 0


def test_bystander_changes_nothing_for_the_others():
    outcomes = np.column_stack([HOT_DOGS, np.full(4, 1e6)])
    bid, ask = quotes(outcomes, [70, 140, 1e6])
    np.testing.assert_allclose(bid[:2, :2], [[1, 2], [0.5, 1]])
    assert (bid[0, 2], ask[0, 2]) == (0, math.inf)
    np.testing.assert_allclose(prices_at(outcomes, [70, 140, 1e6]), [2 / 3, 1 / 3, 0])
    assert locate(outcomes, [70, 140, 1e6]) == "edge"
    assert locate(outcomes, [55, 110, 1e6]) == "interior"
    with pytest.raises(FrontierError, match="not on the frontier"):
        quotes(outcomes, [55, 110, 1e6])


def test_leximin_balances_the_second_price_too():
    # Player 1's price is unique; the others' are balanced on what is left.
    outcomes = np.array([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 1, 1]])
    np.testing.assert_allclose(prices_at(outcomes, [0, 1, 1]), [1 / 3, 1 / 3, 1 / 3])
    np.testing.assert_allclose(prices_at(outcomes, [0.5, 0.5, 0.5]), [0.5, 0.25, 0.25])


@pytest.mark.parametrize(
    ("outcomes", "point", "place"),
    [
        (SQUARE, [1, 1], "vertex"),
        (SQUARE, [0, 0], "vertex"),
        (SQUARE, [0.3, 1], "edge"),
        (SQUARE, [0.5, 0.5], "interior"),
        (SQUARE, [1 - 1e-9, 1 - 3e-9], "vertex"),
        (SQUARE, [1 - 1e-9, 0.4], "edge"),
        (np.array([[0.0, 0], [2, 2], [1, 1]]), [1, 1], "edge"),
        (np.array([[3.0, 4], [3, 4]]), [3, 4], "vertex"),
        (np.array([[0.0], [1]]), [0.3], "edge"),
        (np.array([[0.0], [1]]), [1], "vertex"),
        (np.eye(3), [0.2, 0.3, 0.5], "face"),
        (np.eye(4), [0.25] * 4, "face"),
        (np.vstack([np.eye(3), np.zeros(3)]), [0.2, 0.2, 0.2], "interior"),
    ],
)
def test_places(outcomes, point, place):
    assert locate(outcomes, point) == place


@given(st.data(), faces())
def test_faces_prices_and_quotes_on_integer_polytopes(data, drawn):
    outcomes, prices, best, weights = drawn
    n = outcomes.shape[1]
    scale, zero = data.draw(units(n))
    point = weights @ outcomes[best]
    moved, there = outcomes * scale + zero, point * scale + zero

    dimension = np.linalg.matrix_rank(outcomes[best] - outcomes[best[0]])
    places = {0: {"vertex"}, 1: {"edge"}}.get(int(dimension), {"face"})
    assert locate(moved, there) in places
    assert is_pareto(moved, there)

    # The prices that chose the face are inside the quotes, and unique where the face is a facet.
    bid, ask = quotes(moved, there)
    varying = np.flatnonzero(np.ptp(outcomes, axis=0) > 0)
    for i, j in combinations(varying, 2):
        ratio = prices[i] / scale[i] / (prices[j] / scale[j])
        assert bid[i, j] <= ratio * (1 + 1e-7)
        assert ask[i, j] >= ratio * (1 - 1e-7)
        if dimension == len(varying) - 1:
            assert bid[i, j] == pytest.approx(ratio, rel=1e-7)
            assert ask[i, j] == pytest.approx(ratio, rel=1e-7)

    supporting = prices_at(moved, there)
    assert supporting.sum() == pytest.approx(1)
    assert (supporting >= 0).all()
    stretched = supporting * np.maximum(np.ptp(moved, axis=0), scale * 1e-9)
    gap = (outcomes / np.maximum(np.ptp(outcomes, axis=0), 1)) @ stretched
    assert gap.max() - weights @ gap[best] <= 1e-8 * stretched.sum()


@given(faces())
def test_the_inside_is_neither_efficient_nor_quoted(drawn):
    outcomes = drawn[0]
    low = outcomes.min(axis=0) - 1
    outcomes = np.vstack([outcomes, low])
    inside = 0.5 * low + 0.5 * outcomes[drawn[2][0]]
    assert not is_pareto(outcomes, inside)
    with pytest.raises(FrontierError, match="not on the frontier"):
        quotes(outcomes, inside)


@given(faces())
def test_duplicated_outcomes_change_nothing(drawn):
    outcomes, _, best, weights = drawn
    point = weights @ outcomes[best]
    twice = np.vstack([outcomes, outcomes[::-1]])
    np.testing.assert_array_equal(quotes(twice, point), quotes(outcomes, point))
    assert locate(twice, point) == locate(outcomes, point)


@given(arrays(float, (6, 3), elements=st.floats(-1, 1)), st.data())
def test_pareto_agrees_with_brute_force_on_vertices(outcomes, data):
    # Without rounding cases: a clear gain exists, or a clearly supporting price.
    outcomes = np.round(outcomes, 2)
    k = data.draw(st.integers(0, 5))
    dominated = ((outcomes >= outcomes[k]).all(axis=1) & (outcomes > outcomes[k]).any(axis=1)).any()
    if dominated:
        assert not is_pareto(outcomes, outcomes[k])
    grid = np.array([[i, j, 20 - i - j] for i in range(1, 19) for j in range(1, 20 - i)])
    if (outcomes @ grid.T).argmax(axis=0).tolist().count(k):
        assert is_pareto(outcomes, outcomes[k])


@given(arrays(int, st.tuples(st.integers(1, 12), st.just(2)), elements=st.integers(0, 6)))
def test_polyline_is_the_pareto_frontier(outcomes):
    line = frontier_polyline(outcomes)
    assert all((vertex == outcomes).all(axis=1).any() for vertex in line)
    assert line[0].tolist() == max(outcomes.tolist(), key=lambda u: (u[1], u[0]))
    assert line[-1].tolist() == max(outcomes.tolist())
    slopes = []
    for left, right in pairwise(line):
        assert left[0] < right[0]
        assert left[1] > right[1]
        slopes.append((right[1] - left[1]) / (right[0] - left[0]))
        normal = np.array([left[1] - right[1], right[0] - left[0]])
        assert support(outcomes, normal) == pytest.approx(normal @ left)
    assert all(first > second for first, second in pairwise(slopes))
    assert all(is_pareto(outcomes, vertex) for vertex in line)


def test_polyline_leaves_out_points_on_a_straight_line_and_keeps_units():
    outcomes = np.array([[0.0, 4e6], [1e-3, 3e6], [2e-3, 2e6], [3e-3, 0], [0, 0], [3e-3, -1e6]])
    assert frontier_polyline(outcomes).tolist() == [[0, 4e6], [2e-3, 2e6], [3e-3, 0]]


@given(
    arrays(float, (5, 3), elements=st.floats(-1e6, 1e6)),
    arrays(float, 3, elements=st.floats(0.01, 10)),
    st.floats(1e-12, 1e6),
)
def test_sanding(outcomes, prices, epsilon):
    value, point, distribution = sanded(outcomes, prices, epsilon)
    top = support(outcomes, prices)
    rounding = 1e-9 * (1 + np.abs(outcomes).max())
    assert distribution.sum() == pytest.approx(1)
    assert (distribution >= 0).all()
    np.testing.assert_allclose(point, distribution @ outcomes)
    # h ≤ h_ε ≤ h + ε log X, and the entropy is what separates h_ε from the worth of the point.
    assert top - rounding <= value <= top + epsilon * math.log(5) + rounding
    positive = distribution[distribution > 0]
    entropy = -(positive * np.log(positive)).sum()
    assert value == pytest.approx(prices @ point + epsilon * entropy, abs=10 * rounding)


@given(arrays(float, (4, 2), elements=st.floats(-3, 3)), st.floats(0.2, 3))
def test_sanded_point_is_the_gradient_of_the_value(outcomes, epsilon):
    prices, step = np.array([0.4, 0.6]), 1e-5
    _, point, _ = sanded(outcomes, prices, epsilon)
    for i, direction in enumerate(np.eye(2) * step):
        rise = sanded(outcomes, prices + direction, epsilon)[0]
        fall = sanded(outcomes, prices - direction, epsilon)[0]
        assert (rise - fall) / (2 * step) == pytest.approx(point[i], abs=1e-6)


def test_sanding_survives_extremes():
    value, point, distribution = sanded(HOT_DOGS * 1e6, np.array([0.5, 0.5]), 5e-324)
    assert value == 1.2e8
    assert point.tolist() == [4e7, 2e8]
    assert distribution.tolist() == [0, 1, 0, 0]
    assert sanded(HOT_DOGS, np.array([0.5, 0.5]), 1e300)[2] == pytest.approx([0.25] * 4)


@pytest.mark.parametrize("epsilon", [0.0, -1.0, math.nan])
def test_sanding_needs_a_positive_epsilon(epsilon):
    with pytest.raises(FrontierError, match="epsilon must be positive"):
        sanded(HOT_DOGS, np.ones(2), epsilon)


@pytest.mark.parametrize("function", [quotes, prices_at, locate, is_pareto])
@pytest.mark.parametrize(
    ("outcomes", "point", "message"),
    [
        (SQUARE, [1.1, 1], "not in the feasible set: it is off by 0.1"),
        (SQUARE, [1], "2 finite payoffs"),
        (SQUARE, [1, math.nan], "2 finite payoffs"),
        ([[math.inf, 1.0]], [1, 1], "table of finite payoffs"),
        (np.empty((0, 2)), [1, 1], "table of finite payoffs"),
        (np.ones(3), [1, 1], "table of finite payoffs"),
    ],
)
def test_bad_arguments_are_refused(function, outcomes, point, message):
    with pytest.raises(FrontierError, match=message):
        function(outcomes, point)


def test_polyline_is_for_two_players():
    with pytest.raises(FrontierError, match="2 players, found 3"):
        frontier_polyline(np.eye(3))


def test_constant_game_has_equal_prices():
    np.testing.assert_array_equal(prices_at([[5.0, 5, 5]], [5, 5, 5]), [1 / 3] * 3)


def test_large_game_with_a_plain_vertex_is_fast():
    outcomes = np.random.default_rng(1).normal(size=(2**14, 14))
    best = outcomes[outcomes.sum(axis=1).argmax()]
    start = perf_counter()
    assert locate(outcomes, best) == "vertex"
    assert perf_counter() - start < 2


def test_nothing_is_better_where_rounding_finds_nothing_as_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise InfeasibleError("rounding")

    monkeypatch.setattr(frontier, "best_mixture", refuse)
    assert is_pareto(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]), np.array([1.0, 0.0]))
