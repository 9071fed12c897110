from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textbook import textbook_game

from curnits.analysis.concepts import solve_all
from curnits.analysis.solvers import conflict
from curnits.analysis.solvers.coco import coco
from curnits.analysis.solvers.exhaustive import everywhere
from curnits.analysis.solvers.exhaustive.everywhere import CONTINUUM, WITHIN
from curnits.analysis.solvers.exhaustive.fan import fan
from curnits.analysis.solvers.exhaustive.fights import PricedConflicts, optimal, pairs
from curnits.analysis.solvers.exhaustive.subdivision import Cells, _zero, _zoomed
from curnits.sim.games.coalitions import shapley_weights
from curnits.sim.games.families import FAMILIES
from curnits.sim.games.normal import from_payoffs

SEEDS = st.integers(0, 2**32 - 1)


def random_game(seed, shape=(2, 2, 2), kind="random-uniform", **parameters):
    return FAMILIES[kind](shape=shape, **parameters).build(np.random.default_rng(seed))


@given(SEEDS, st.integers(2, 5), st.booleans())
@settings(max_examples=60)
def test_closed_forms_are_optimal_strategies(seed, width, integers):
    rng = np.random.default_rng(seed)
    games = rng.integers(-2, 3, (20, 2, width)) if integers else rng.normal(size=(20, 2, width))
    rows, columns = optimal(games.astype(float))
    assert rows.min() >= 0
    assert columns.min() >= 0
    assert rows.sum(axis=1) == pytest.approx(np.ones(20))
    assert columns.sum(axis=1) == pytest.approx(np.ones(20))
    floors = (rows[:, None] @ games)[:, 0].min(axis=1)
    ceilings = (games @ columns[..., None])[..., 0].max(axis=1)
    assert floors == pytest.approx(ceilings, abs=1e-12)


@given(
    SEEDS, st.sampled_from([(2, 2, 2), (3, 2, 2), (2, 3), (2, 1, 3), (2, 2, 2, 2)]), st.booleans()
)
@settings(max_examples=40)
def test_claims_lie_between_their_bounds(seed, shape, integers):
    """At any prices between the corners, against linear programs."""
    kind = "random-integer" if integers else "random-normal"
    game = random_game(seed, shape, kind).normalised
    rng = np.random.default_rng(seed)
    fights = PricedConflicts(game)
    corners = rng.dirichlet(np.ones(game.n), 3)
    corners = corners[0] + rng.choice([1.0, 0.1]) * (corners - corners[0])
    lower, upper = fights.bounds(fights.add(corners)[None])
    weights = rng.dirichlet(np.ones(3))
    basis = [(2 - (i == j)) * weights[i] * weights[j] for i, j in pairs(3)]
    values = conflict.values(game, weights @ corners)
    claims = np.zeros(game.n)
    for mask, i in product(range(1, len(values) - 1), range(game.n)):
        if mask >> i & 1:
            claims[i] += shapley_weights(game.n)[mask] * values[mask]
    for side, sign in ((lower, 1), (upper, -1)):
        other = upper if side is lower else lower
        shares = fights.shares
        bound = np.asarray(basis) @ (
            side[0] @ np.maximum(shares, 0) + other[0] @ np.minimum(shares, 0)
        )
        assert (sign * (claims - bound) >= -1e-9).all()


@given(SEEDS, st.sampled_from([(2, 2, 2), (3, 3, 2)]), st.booleans())
@settings(max_examples=30)
def test_the_fan_leaves_no_prices_out(seed, shape, integers):
    kind = "random-integer" if integers else "random-normal"
    game = random_game(seed, shape, kind).normalised
    outcomes = np.unique(game.outcomes, axis=0)
    cells = fan(outcomes, np.eye(3)[game.ranges > 0])
    for cell in cells:  # everything listed is worth most at all corners
        gaps = (outcomes @ cell.prices.T).max(axis=0) - cell.goods @ cell.prices.T
        assert gaps == pytest.approx(np.zeros_like(gaps), abs=1e-10)
    if (game.ranges > 0).all():
        triangles = np.array([cell.prices for cell in cells if len(cell.prices) == 3])
        assert np.abs(np.linalg.det(triangles)).sum() == pytest.approx(1.0)


@pytest.mark.parametrize("at", [(0.2, 0.3, 0.5), (0.0, 0.4, 0.6), (0.0, 0.0, 1.0)])
def test_zooming_leaves_nothing_of_a_triangle_out(at):
    fights = PricedConflicts(
        from_payoffs(np.random.default_rng(1).normal(size=(3, 2, 2, 2))).normalised
    )
    corners = fights.add(np.random.default_rng(2).dirichlet(np.ones(3), 3))
    cell = Cells(corners[None], np.zeros((1, 1, 3)), np.zeros(1, dtype=np.int64))
    parts = _zoomed(fights, cell, np.array(at), np.ones(1))
    whole, areas = (np.abs(np.linalg.det(fights.prices[c.corners])) for c in (cell, parts))
    assert areas.sum() == pytest.approx(whole[0])
    assert areas[0] == pytest.approx(whole[0] / 32**2)


def test_zooming_leaves_nothing_of_an_edge_out():
    fights = PricedConflicts(
        from_payoffs(np.random.default_rng(1).normal(size=(3, 2, 2, 2))).normalised
    )
    rng = np.random.default_rng(3)
    corners, goods = fights.add(rng.dirichlet(np.ones(3), 2)), rng.random((1, 2, 3))
    cell = Cells(corners[None], goods, np.zeros(1, dtype=np.int64))
    parts = _zoomed(fights, cell, np.array([0.3, 0.7]), np.array([0.9, 0.1]))
    sides = fights.prices[parts.corners]
    lengths = np.linalg.norm(sides[:, 0] - sides[:, 1], axis=1)
    widths = np.linalg.norm(parts.goods[:, 0] - parts.goods[:, 1], axis=1)
    whole = np.linalg.norm(np.subtract(*fights.prices[corners])) * np.linalg.norm(
        np.subtract(*goods[0])
    )
    assert lengths @ widths == pytest.approx(whole)


def test_zeros_of_what_is_linear_at_corners_are_guessed():
    rng = np.random.default_rng(4)
    for corners, goods in ((3, 1), (2, 2)):
        weights = rng.dirichlet(np.ones(corners)), rng.dirichlet(np.ones(goods))
        images = rng.normal(size=(corners, 1, 3)) + rng.normal(size=(1, goods, 3))
        images -= np.einsum("k,m,kmn->n", *weights, images)
        for found, known in zip(_zero(images), weights, strict=True):
            np.testing.assert_allclose(found, known, atol=1e-9)


def test_three_solutions_exactly():
    solution = everywhere.solve(textbook_game("three solutions"))
    assert solution.complete
    payoffs = sorted(found.payoffs.tolist() for found in solution.equilibria)
    expected = [[5 / 6, 5 / 6, 5 / 3], [5 / 6, 5 / 3, 5 / 6], [1, 1, 1]]
    assert payoffs == pytest.approx(np.array(expected), abs=1e-7)


@given(SEEDS, st.sampled_from(["random-uniform", "random-integer"]))
@settings(max_examples=12)
def test_no_start_leads_to_an_equilibrium_that_is_not_listed(seed, kind):
    game = random_game(seed, kind=kind)
    solution = everywhere.solve(game)
    assert solution.exists
    if not solution.complete:
        return
    for start in np.random.default_rng(seed).dirichlet(np.ones(3), 2):
        for found in coco.solve(game, start=start).equilibria:
            gaps = [
                np.abs((found.payoffs - e.payoffs) / game.scales).max() for e in solution.equilibria
            ]
            assert min(gaps) < 2 * WITHIN


@given(SEEDS)
@settings(max_examples=6)
def test_units_and_the_order_of_players_do_not_matter(seed):
    game = random_game(seed)
    factors = np.array([1e-3, 1.0, 1e3]).reshape(-1, 1, 1, 1)
    order = [2, 0, 1]
    other = from_payoffs(
        (factors * (game.payoffs + 7))[order].transpose(0, *[1 + i for i in order])
    )
    mine, theirs = everywhere.solve(game), everywhere.solve(other)
    assert mine.complete
    assert theirs.complete
    expected = sorted((e.payoffs[order] + 7).tolist() for e in mine.equilibria)
    found = sorted((e.payoffs / factors.ravel()[order]).tolist() for e in theirs.equilibria)
    assert found == pytest.approx(np.array(expected), rel=1e-5)


def test_a_continuum_of_prices_is_told_and_one_is_listed():
    solution = everywhere.solve(textbook_game("strategic Banker"))
    assert solution.complete
    assert CONTINUUM in solution.notes
    (found,) = solution.equilibria
    assert found.payoffs == pytest.approx([50, 50, 0], abs=1e-6)


@pytest.mark.parametrize(
    "payoffs",
    [
        [[1, 2, 3]],  # one player
        [[[0, 0]], [[1, 2]]],  # one action, and a player whose payoffs do not vary
        [[[3, 3], [3, 3]], [[1, 1], [1, 1]]],  # nobody's vary
        np.zeros((3, 2, 2, 2)),
        [[[1, 0], [0, 1]], [[-1, 0], [0, -1]]],  # zero-sum
        [[[1e6, 0], [0, 1]], [[1e-6, 0], [0, 1]]],
    ],
)
def test_degenerate_games_have_complete_lists(payoffs):
    solution = everywhere.solve(from_payoffs(np.array(payoffs, dtype=float)))
    assert solution.exists
    assert solution.complete


def test_a_judge_without_a_stake_leaves_doubts():
    """Next to the price of one who cannot be paid but can do harm, all others vanish."""
    two = np.array([[[5, 0], [0, 3]], [[3, -4], [0, 6]]])
    game = from_payoffs(
        np.stack([np.stack([two, -two], axis=-1)[i] for i in (0, 1)] + [np.ones((2, 2, 2))])
    )
    solution = everywhere.solve(game)
    assert solution.exists
    assert not solution.complete
    assert any("do not vary" in note for note in solution.notes)


def test_more_players_are_searched_widely_and_the_list_is_not_called_complete():
    solution = everywhere.solve(FAMILIES["public-goods"](players=4).build(np.random.default_rng(1)))
    assert solution.exists
    assert not solution.complete
    assert "not exhaustive" in solution.method


def test_other_concepts_say_what_they_know():
    game = textbook_game("three solutions")
    assert solve_all(game, "coco-value").complete
    assert solve_all(game, "nash").complete
    disarmed = solve_all(game, "disarmed")
    assert len(disarmed.equilibria) == 3
