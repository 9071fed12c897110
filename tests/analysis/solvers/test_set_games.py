"""Values of coalitional games and bargaining solutions, against other ways to get there."""

from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curnits.analysis.concepts import ConceptError, solve
from curnits.sim.games.bargaining import BargainingGame, disagreement_at
from curnits.sim.games.coalitional import CoalitionalGame, worths_as_menus
from curnits.sim.games.coalitions import grand, members
from curnits.sim.games.feasible.curved import Ellipsoid
from curnits.sim.games.feasible.menus import Menu, menu_of
from curnits.sim.games.normal import from_payoffs


def the_payoffs(game, concept: str) -> np.ndarray:
    (found,) = solve(game, concept).equilibria
    assert found.accepted
    return found.payoffs


def names(n: int) -> tuple[str, ...]:
    return tuple(str(i + 1) for i in range(n))


def with_worths(worths: np.ndarray) -> CoalitionalGame:
    n = len(worths).bit_length() - 1
    return CoalitionalGame(names(n), worths_as_menus(n, worths), money=True)


@settings(max_examples=25)
@given(st.integers(1, 5), st.integers(0, 10_000), st.sampled_from([1e-3, 1.0, 1e6]))
def test_shapley_averages_over_all_orders(n: int, seed: int, unit: float) -> None:
    whole = np.random.default_rng(seed).integers(-5, 20, size=1 << n)
    whole[0] = 0
    due = [Fraction(0)] * n
    orders = list(permutations(range(n)))
    for order in orders:
        present = 0
        for i in order:
            due[i] += Fraction(int(whole[present | 1 << i] - whole[present]), len(orders))
            present |= 1 << i
    expected = unit * np.array([float(x) for x in due])
    game = with_worths(unit * whole)
    for concept in ("shapley", "coco-value", "strict"):
        assert the_payoffs(game, concept) == pytest.approx(expected, abs=1e-9 * 20 * unit)


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_without_money_a_common_hyperplane_gives_the_weighted_shapley_value(seed: int) -> None:
    """Where all V(S) have one normal, both NTU values are Shapley's, in each player's own unit."""
    rng = np.random.default_rng(seed)
    scales = rng.choice([1.0, 2.0, 1e3], size=3)
    worths = np.array([0, 0, 0, 4, 0, 6, 8, 20]) + rng.integers(0, 3, size=8) * [
        0,
        0,
        0,
        1,
        0,
        1,
        1,
        1,
    ]
    menus = {
        mask: Menu(worths[mask] * np.eye(mask.bit_count()) * scales[list(members(mask))])
        if worths[mask]
        else Menu(np.zeros((1, mask.bit_count())))
        for mask in range(1, 8)
    }
    game = CoalitionalGame(names(3), menus)
    expected = the_payoffs(with_worths(worths.astype(float)), "shapley") * scales
    for concept in ("coco", "harsanyi"):
        assert the_payoffs(game, concept) == pytest.approx(expected, rel=1e-6)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_bargaining_is_nash_whatever_it_is_called(seed: int) -> None:
    """Also with points below the disagreement point, and utilities of very different size."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 4))
    scales = rng.choice([1e-3, 1.0, 1e5], size=n)
    points = rng.integers(0, 8, size=(8, n)) + 0.0
    points[0] = 9.0
    start = np.full(n, 1.0)
    feasible = Menu(points * scales)
    game = BargainingGame(names(n), disagreement_at(names(n), start * scales, feasible), feasible)
    due = the_payoffs(game, "nash") / scales
    for concept in ("coco", "harsanyi", "strict"):
        assert the_payoffs(game, concept) / scales == pytest.approx(due, abs=1e-6)


def test_threats_behind_an_ellipsoid_are_those_of_the_same_table() -> None:
    """At equal curvature both players' threats matter by their difference alone."""
    threats = from_payoffs([[[1, -1], [-4, 4]], [[4, -4], [-1, 1]]])
    round_ = menu_of(Ellipsoid(np.zeros(2), np.full(2, 10.0)))
    game = BargainingGame(threats.players, threats, round_)
    coco = the_payoffs(game, "coco")
    prices = coco / coco.sum()  # the normal of a circle
    fight = prices[0] * threats.payoffs[0] - prices[1] * threats.payoffs[1]
    value = max(fight.min(axis=1).max(), fight.max(axis=0).min())
    assert np.linalg.norm(coco) == pytest.approx(10.0, rel=1e-12)
    assert prices @ (coco * [1, -1]) == pytest.approx(value, abs=1e-8)
    assert the_payoffs(game, "harsanyi") == pytest.approx(coco, rel=1e-9)


def test_curved_coalitions_scale() -> None:
    def game(scales: np.ndarray) -> CoalitionalGame:
        def round_(mask: int, radius: float) -> Menu:
            own = list(members(mask))
            return menu_of(Ellipsoid(np.zeros(len(own)), radius * scales[own]))

        menus = {mask: Menu(np.zeros((1, mask.bit_count()))) for mask in range(1, grand(3))}
        return CoalitionalGame(names(3), {**menus, 3: round_(3, 1.5), 7: round_(7, 2.0)})

    units = np.array([1.0, 1e4, 1e-2])
    for concept in ("coco", "harsanyi"):
        plain = the_payoffs(game(np.ones(3)), concept)
        assert plain[0] == pytest.approx(plain[1], rel=1e-9)
        assert plain[2] < plain[0]
        assert np.linalg.norm(plain) == pytest.approx(2.0, rel=1e-9)
        assert the_payoffs(game(units), concept) == pytest.approx(plain * units, rel=1e-6)


@pytest.mark.parametrize("concept", ["disarmed", "best-nash", "best-correlated", "shapley"])
def test_concepts_that_do_not_apply_say_why(concept: str) -> None:
    game = CoalitionalGame(names(2), {1: Menu([[0]]), 2: Menu([[0]]), 3: Menu([[1, 1]])})
    with pytest.raises(ConceptError, match=f"{concept} does not apply: .*coalitional form"):
        solve(game, concept)


def test_nobody_can_gain_on_a_curve() -> None:
    round_ = menu_of(Ellipsoid(np.zeros(2), np.ones(2)))
    game = BargainingGame(names(2), disagreement_at(names(2), np.array([0.6, 0.8]), round_), round_)
    assert the_payoffs(game, "coco") == pytest.approx([0.6, 0.8])
    assert solve(game, "nash").exists is None
