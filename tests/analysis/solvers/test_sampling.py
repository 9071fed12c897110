"""Estimated coco values: exact when all is drawn, unbiased, with intervals that hold."""

import numpy as np
import pytest

from curnits.analysis.solvers.conflict import values, values_of
from curnits.analysis.solvers.functions import PayoffFunction
from curnits.analysis.solvers.sampling import SampleError, estimate
from curnits.analysis.solvers.values import coco_value, value_of
from curnits.sim.games.families import FAMILIES
from curnits.sim.games.families.climate import ClimateClub
from curnits.sim.games.families.data import read_rows
from curnits.sim.games.game import GameError
from curnits.sim.games.normal import from_payoffs

REGIONS = [row["region"] for row in read_rows("climate-club.csv")]


def random_game(n, seed, actions=2):
    return from_payoffs(np.random.default_rng(seed).normal(size=(n, *[actions] * n)))


def from_table(game):
    """Return the value of N, and conflict values looked up in a table of all of them."""
    table = values(game, np.ones(game.n))
    return table[-1], lambda masks: table[masks]


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_all_conflicts_give_the_value_itself(n):
    game = random_game(n, n)
    found = estimate(n, *from_table(game), 1 << n, np.random.default_rng(0))
    assert found.conflicts == found.of == (1 << n - 1) - 1
    np.testing.assert_allclose(found.payoffs, coco_value(game).payoffs, atol=1e-12)
    np.testing.assert_array_equal(found.margins, 0.0)


def test_estimates_are_unbiased_and_intervals_hold():
    game = random_game(8, 1)
    exact, (best, solve) = coco_value(game).payoffs, from_table(game)
    found = [estimate(8, best, solve, 40, np.random.default_rng(k)) for k in range(200)]
    errors = np.array([one.payoffs - exact for one in found])
    inside = np.array([np.abs(one.payoffs - exact) <= one.margins for one in found])
    np.testing.assert_allclose(errors.sum(axis=1), 0.0, atol=1e-12)  # efficient every time
    bias = errors.mean(axis=0) / (errors.std(axis=0) / np.sqrt(len(errors)))
    assert np.abs(bias).max() < 3.5
    assert 0.93 < inside.mean() < 0.98


def test_halves_of_equal_size_are_drawn_once_a_pair():
    """With four players, {1, 2} and {3, 4} are one conflict, not two."""
    game = random_game(4, 2)
    seen = []

    def solve(masks):
        seen.extend(masks.tolist())
        return values_of(game, masks)

    estimate(4, 0.0, solve, 7, np.random.default_rng(0))
    assert len({min(mask, 15 - mask) for mask in seen}) == len(seen) == 7


@pytest.mark.parametrize("shape", [(2, 3, 2), (1, 2, 2), (3, 1, 2, 2)])
def test_payoffs_by_rule_and_by_table_agree(shape):
    game = from_payoffs(np.random.default_rng(3).integers(0, 4, size=(len(shape), *shape)))
    rule = PayoffFunction(shape, lambda actions: game.payoffs[:, *actions])
    masks = np.arange(1, (1 << game.n) - 1)
    assert rule.best() == game.outcomes.sum(axis=1).max()
    np.testing.assert_allclose(rule.values(masks), values_of(game, masks), atol=1e-12)
    np.testing.assert_allclose(values_of(game, masks), values(game, np.ones(game.n))[masks])


def test_seventeen_players_need_no_table():
    """Where every action adds to payoffs, each side of a fight decides on each action alone."""
    n = 17
    effects = np.random.default_rng(0).normal(size=(n, n))  # on whom, by whom
    rule = PayoffFunction((2,) * n, lambda actions: effects @ actions)
    sides = 2.0 * (np.arange(1 << n)[:, None] >> np.arange(n) & 1) - 1.0
    table = (sides * np.maximum(sides * (sides @ effects), 0.0)).sum(axis=1)
    masks = np.random.default_rng(1).integers(1, (1 << n) - 1, size=5)
    np.testing.assert_allclose(rule.values(masks), table[masks], atol=1e-12)
    assert rule.best() == pytest.approx(table[-1])
    exact = value_of(from_payoffs(np.zeros((n, *[1] * n))), "coco-value", table).payoffs
    found = estimate(n, rule.best(), lambda masks: table[masks], 2000, np.random.default_rng(0))
    assert found.of == (1 << 16) - 1
    assert np.mean(np.abs(found.payoffs - exact) <= found.margins) > 0.8
    assert np.abs(found.payoffs - exact).max() < 0.02 * np.ptp(exact)


GROSS = [(25, 0.0, 16.35), (25, 0.01, 9.50), (50, 0.05, 28.88)]
"""Dollars a tonne, the club's tariff, and billions that change hands; those of all regions."""


@pytest.mark.parametrize(("carbon_price", "tariff", "gross"), GROSS)
def test_the_climate_club_of_all_regions_is_met_from_samples(carbon_price, tariff, gross):
    club = ClimateClub(tariff=tariff, carbon_price=carbon_price, regions=REGIONS)
    rule = PayoffFunction((2,) * 15, club.payoffs)
    found = estimate(15, rule.best(), rule.values, 800, np.random.default_rng(1))
    assert found.of == 16_383
    joined = club.payoffs(np.ones((15, 1), dtype=np.int64))[:, 0]
    transfers = np.maximum(found.payoffs - joined, 0.0).sum()
    assert transfers == pytest.approx(gross, abs=2.0 * np.sqrt((found.errors**2).sum()))


def test_the_coco_value_of_eleven_regions_is_exact():
    """From a table of the game, and from a rule that tells payoffs conflict by conflict."""
    club = ClimateClub(tariff=0.05, carbon_price=50.0, regions=REGIONS[:11])
    exact = coco_value(club.build(np.random.default_rng(0))).payoffs
    rule = PayoffFunction((2,) * 11, club.payoffs)
    found = estimate(11, rule.best(), rule.values, 1 << 11, np.random.default_rng(1))
    np.testing.assert_allclose(found.payoffs, exact, atol=1e-9 * np.ptp(exact))


def test_too_little_or_too_much_is_refused():
    with pytest.raises(SampleError, match="at least 28 for so many players"):
        estimate(15, 0.0, lambda masks: 0.0 * masks, 27, np.random.default_rng(0))
    with pytest.raises(SampleError, match="one player"):
        estimate(1, 0.0, lambda masks: 0.0 * masks, 27, np.random.default_rng(0))
    with pytest.raises(GameError, match="too many outcomes: 1,073,741,824"):
        PayoffFunction((2,) * 30, lambda actions: actions)


def test_the_command_estimates(curnits, tmp_path):
    path = tmp_path / "game.yaml"
    path.write_text(
        "title: goods\ngame: {form: family, family: public-goods, parameters: {players: 9}}\n"
    )
    words = ("solve", path, "--concept", "coco-value", "--sample", 40, "--json")
    first, again, other = (curnits(*words, "--seed", seed) for seed in (1, 1, 2))
    assert first.status == 0
    assert first.out == again.out != other.out
    found = first.json
    assert (found["conflicts"], found["of"]) == (40, 255)
    game = FAMILIES["public-goods"](players=9).build(np.random.default_rng(0))
    exact = coco_value(game).payoffs
    for value, payoff, margin in zip(
        exact, found["payoffs"].values(), found["margins"].values(), strict=True
    ):
        assert abs(payoff - value) <= max(1.5 * margin, 1e-9)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--concept", "coco", "--sample", 9), "cannot be estimated from a sample"),
        (("--concept", "coco-value", "--sample", 9, "--all"), "--sample goes with neither"),
        (("--concept", "coco-value", "--sample", 0), "--sample"),
    ],
)
def test_bad_requests_are_refused(curnits, words, message):
    result = curnits("solve", "hot-dog-stands", *words)
    assert result.status == 2
    assert message in result.err
