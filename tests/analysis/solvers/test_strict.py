"""The literal equilibrium: witnesses, proofs that there is none, and the conditions one by one."""

import numpy as np
import pytest

from curnits.analysis.concepts import solve
from curnits.analysis.solvers.coco import coco
from curnits.analysis.solvers.strict.relaxation import Conditions, PriceCell
from curnits.analysis.solvers.strict.strict import refute
from curnits.analysis.storage.solutions import SolutionRecord
from curnits.analysis.verification.literal import literal_conditions
from curnits.sim.games.normal import from_payoffs


def strategic_banker():
    payoffs = np.zeros((3, 3, 3, 3))
    payoffs[0, 0, 0, :] = 100
    payoffs[1, 1, 1, :] = [25, 100, 25]
    payoffs[2, 2, 2, 2] = 100
    return from_payoffs(payoffs)


def unanimity():
    """Anybody can refuse, with the last action."""
    payoffs = np.zeros((3, 3, 3, 3))
    payoffs[:, 0, 0, 0], payoffs[:, 1, 1, 1] = [3, 1, 1], [1, 4, 2]
    return from_payoffs(payoffs)


def random_game(seed):
    return from_payoffs(np.random.default_rng(seed).random((3, 2, 2, 2)))


def hot_dogs(*axes, money=False):
    payoffs = np.array([[[20, 40], [100, 50]], [[40, 200], [80, 100]]], dtype=float)
    if axes:
        payoffs = np.stack([*payoffs, np.zeros((2, 2))])[..., None]
    return from_payoffs(payoffs, money=money)


@pytest.mark.parametrize(
    "game",
    [
        hot_dogs(),
        hot_dogs(money=True),
        hot_dogs("bystander"),
        hot_dogs("bystander", money=True),
        from_payoffs(np.random.default_rng(0).normal(size=(2, 3, 4))),
        unanimity(),
        from_payoffs([[1, 2, 3]]),
        from_payoffs(np.ones((3, 2, 1, 2))),
    ],
)
def test_a_witness_is_found_and_accepted_where_theory_says_there_is_one(game):
    solution = solve(game, "strict")
    assert solution.exists is True
    found = solution.equilibria[0]
    assert found.accepted
    if not game.money:
        assert found.residuals.delivery < 1e-8
        assert all(c.holds for c in literal_conditions(game, found.candidate))


@pytest.mark.parametrize("game", [strategic_banker(), random_game(4)])
def test_it_is_proved_that_there_is_none(game):
    solution = solve(game, "strict")
    assert solution.exists is False
    assert solution.complete
    assert not solution.equilibria
    assert "cover" in solution.notes[0]


def test_it_is_said_how_far_the_banker_is_from_a_literal_equilibrium():
    game = strategic_banker()
    answer = solve(game, "strict")
    shortfall = answer.shortfall
    # its harsanyi equilibrium weighs the first pair 2/5 : 8/5 and disposes of nothing
    assert shortfall.weights == pytest.approx(0.6, abs=1e-6)
    assert shortfall.disposal == pytest.approx(0.0, abs=1e-6)
    assert shortfall.coalition == 0b011
    assert shortfall.violation > 0.0
    # and no prices do better, as far as a grid can tell
    conditions = Conditions(game)
    for first in np.linspace(0.05, 0.9, 6):
        for second in np.linspace(0.02, 0.95 - first, 6):
            prices = np.array([[first, second, 1 - first - second]])
            assert conditions.violation(PriceCell(prices)).least >= shortfall.violation - 1e-6
    record = SolutionRecord.of(game, "normal", answer).shortfall
    assert record.members == ["1", "2"]
    assert record.weights == shortfall.weights


def test_a_game_with_a_witness_falls_short_of_nothing():
    assert solve(unanimity(), "strict").shortfall is None


def test_the_proof_fails_where_there_is_a_witness():
    refutation = refute(Conditions(unanimity()))
    assert refutation.doubt is not None


def test_a_cell_is_never_worse_than_the_prices_in_it():
    rng = np.random.default_rng(5)
    conditions = Conditions(random_game(6))
    for _ in range(10):
        corners = rng.dirichlet(np.ones(3)) * 0.7 + 0.3 * rng.dirichlet(np.ones(3), size=3)
        inside = rng.dirichlet(np.ones(3)) @ corners
        bound = conditions.violation(PriceCell(corners)).least
        assert bound <= conditions.violation(PriceCell(inside[None])).least + 1e-9


def test_the_banker_violates_condition_4_alone_in_the_first_pair():
    game = strategic_banker()
    found = coco.solve(game).equilibria[0]
    literal = {c.coalition: c for c in literal_conditions(game, found.candidate)}
    assert [mask for mask, c in literal.items() if not c.holds] == [0b011, 0b111]
    pair = literal[0b011]
    assert pair.regret < 1e-9
    # all 100 go to the first player, at equal prices: 1/3 of a curnit instead of half of it
    assert pair.coco_split == pytest.approx(1 / 6)
    assert pair.harsanyi_split == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    "payoffs",
    [
        [[[[3], [-3], [-4]]], [[[3], [-4], [3]]], [[[-2], [2], [-1]]]],
        [[[[1, -1], [-2, 0]]], [[[1, 0], [1, -1]]], [[[0, -1], [-2, 0]]]],
    ],
)
def test_rounding_ends_in_no_error(payoffs):
    assert solve(from_payoffs(payoffs), "strict").notes
