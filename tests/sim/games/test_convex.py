"""Sets of payoffs: corners of half-spaces, curved frontiers, divided goods."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from curnits.sim.games.feasible.curved import Ellipsoid, Pie
from curnits.sim.games.feasible.economy import reach
from curnits.sim.games.feasible.menus import Menu, corners, distinct, menu_of, shortfall
from curnits.sim.games.game import GameError
from curnits.sim.games.utilities import UtilityError
from curnits.sim.games.utilities.bundles import CobbDouglas, Leontief, Linear
from curnits.sim.games.utilities.concave import concave
from curnits.sim.games.utilities.risk import Exponential, Log, Power


def polytope(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    k = int(rng.integers(1, 5))
    weights = rng.integers(0, 4, size=(int(rng.integers(1, 5)), k)).astype(float)
    weights = np.vstack([weights, np.ones(k)])
    return weights, rng.integers(0, 9, size=len(weights)).astype(float), np.zeros(k)


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_corners_are_feasible_and_none_is_missing(seed: int) -> None:
    weights, bounds, lowest = polytope(seed)
    points = corners(weights, bounds, lowest)
    assert (points @ weights.T <= bounds + 1e-9).all()
    assert (points >= -1e-9).all()
    for prices in np.random.default_rng(seed).random((5, len(lowest))):
        best = linprog(-prices, weights, bounds).fun
        assert (points @ prices).max() == pytest.approx(-best, abs=1e-9)


def test_corners_of_flat_sets() -> None:
    """A point, a segment, and payoffs a million times larger than others."""
    ones = np.ones((1, 2))
    assert corners(ones, np.zeros(1), np.zeros(2)).tolist() == [[0.0, 0.0]]
    segment = corners(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.0, 3.0]), np.zeros(2))
    assert sorted(segment.tolist()) == [[0.0, 0.0], [0.0, 3.0]]
    uneven = corners(np.array([[1.0, 1e6]]), np.array([1e6]), np.zeros(2))
    assert sorted(uneven.tolist()) == [[0.0, 0.0], [0.0, 1.0], [1e6, 0.0]]


@pytest.mark.parametrize(
    ("weights", "bound", "problem"),
    [([[1.0, 1.0]], -1.0, "no payoffs meet"), ([[1.0, 0.0]], 1.0, "without an upper bound")],
)
def test_corners_of_no_set(weights: list[list[float]], bound: float, problem: str) -> None:
    with pytest.raises(GameError, match=problem):
        corners(np.array(weights), np.array([bound]), np.zeros(2))


def test_points_that_repeat_are_dropped_in_order() -> None:
    points = np.array([[1e6, 0.0], [0.0, 1e-6], [1e6, 0.0]])
    assert distinct(points).tolist() == [[1e6, 0.0], [0.0, 1e-6]]


BODIES = {
    "ellipsoid": Ellipsoid(np.array([1.0, -2.0, 0.0]), np.array([1.0, 1e3, 1e-3])),
    "pie": Pie(
        5.0,
        (
            concave(Power("x", 0.5)),
            concave(Log("x", wealth=1.0)),
            concave(Exponential("x", 0.3)),
        ),
    ),
    "goods": reach(
        {"x": 2.0, "y": 3.0}, [CobbDouglas({"x": 0.3, "y": 0.3}), CobbDouglas({"x": 0.5})]
    ).body,
}


@pytest.mark.parametrize("name", BODIES)
def test_no_known_point_beats_the_best_one(name: str) -> None:
    body = BODIES[name]
    assert body is not None
    points = menu_of(body).points
    scales = np.ptp(points, axis=0)
    for shares in np.random.default_rng(0).dirichlet(np.ones(body.players), 20):
        weights = shares / scales
        worth = weights @ body.best(weights)
        assert (points @ weights).max() <= worth + 1e-12
        assert (points @ weights).max() >= worth - 2e-3


@pytest.mark.parametrize("name", BODIES)
def test_shortfall_is_zero_on_the_frontier(name: str) -> None:
    body = BODIES[name]
    assert body is not None
    menu = menu_of(body)
    scales = np.ptp(menu.points, axis=0)
    point = body.best(np.linspace(1.0, 2.0, body.players) / scales)
    assert shortfall(menu, point) == pytest.approx(0.0, abs=1e-9)
    assert shortfall(menu, point + 0.01 * scales) == pytest.approx(0.01, abs=1e-9)
    assert shortfall(menu, point - 0.01 * scales) == pytest.approx(-0.01, abs=1e-9)


def test_shares_of_a_pie_equalise_weighted_marginal_utility() -> None:
    pie, weights = BODIES["pie"], np.array([1.0, 3.0, 2.0])
    assert isinstance(pie, Pie)
    shares = pie.divide(weights)
    assert shares.sum() == pytest.approx(5.0, rel=1e-15)
    slopes = [w * u.slope(x) for w, u, x in zip(weights, pie.utilities, shares, strict=True)]
    assert slopes == pytest.approx([slopes[0]] * 3, rel=1e-12)
    assert [u.amount_at(u.slope(x)) for u, x in zip(pie.utilities, shares, strict=True)] == (
        pytest.approx(shares.tolist(), rel=1e-12)
    )


def test_who_does_not_count_gets_nothing() -> None:
    pie = BODIES["pie"]
    assert isinstance(pie, Pie)
    assert pie.divide(np.array([0.0, 1.0, 0.0])).tolist() == [0.0, 5.0, 0.0]


@pytest.mark.parametrize("utility", [Linear({"x": 1.0}), Power("x", 0.0), Exponential("x", -1.0)])
def test_a_pie_needs_diminishing_returns(utility: object) -> None:
    with pytest.raises(UtilityError, match="diminishing returns"):
        concave(utility)


def test_goods_are_divided_as_by_a_general_purpose_optimiser() -> None:
    tastes = [CobbDouglas({"x": 0.4, "y": 0.4}, scale=2.0), CobbDouglas({"x": 0.2, "y": 0.5})]
    amounts, weights = np.array([3.0, 2.0]), np.array([1.0, 1.7])
    body = reach({"x": 3.0, "y": 2.0}, tastes).body
    assert body is not None

    def lost(first: np.ndarray) -> float:
        bundles = (first, amounts - first)
        own = [u.value({"x": b[0], "y": b[1]}) for u, b in zip(tastes, bundles, strict=True)]
        return -float(weights @ own)

    found = minimize(lost, amounts / 2, bounds=[(1e-6, a - 1e-6) for a in amounts], tol=1e-13)
    assert weights @ body.best(weights) == pytest.approx(-found.fun, abs=1e-9)


def test_goods_that_nobody_has_or_wants() -> None:
    tastes = [CobbDouglas({"x": 0.5}), CobbDouglas({"y": 0.5})]
    body = reach({"x": 4.0, "y": 0.0, "z": 1.0}, tastes).body
    assert body is not None
    assert body.best(np.array([1.0, 1.0])).tolist() == [2.0, 0.0]


def test_the_polytope_of_linear_and_leontief_players() -> None:
    """Agent 3 of Shafer's example with agent 1: a kink where the second good is used up."""
    points = reach({"x": 1.0, "y": 0.1}, [Leontief({"x": 1, "y": 1}), Linear({"x": 0.5, "y": 0.5})])
    assert points.body is None
    expected = [[0.0, 0.55], [0.1, 0.45]]  # nothing is wasted
    np.testing.assert_allclose(sorted(points.points.tolist()), expected, atol=1e-12)


def test_goods_need_one_kind_of_tastes() -> None:
    with pytest.raises(GameError, match="goods are divided by players whose utilities"):
        reach({"x": 1.0}, [Linear({"x": 1.0}), CobbDouglas({"x": 0.5})])
    with pytest.raises(GameError, match="add up to less than 1"):
        reach({"x": 1.0}, [CobbDouglas({"x": 1.0}), CobbDouglas({"x": 0.5})])


def test_menus_are_checked() -> None:
    with pytest.raises(GameError, match="at least one point"):
        Menu(np.zeros((0, 2)))
    with pytest.raises(GameError, match="name players in their order"):
        menu_of(Ellipsoid(np.zeros(2), np.ones(2))).rearranged([1, 0])
