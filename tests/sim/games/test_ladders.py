"""Rungs are built on an action, one below the other."""

import numpy as np
import pytest

from curnits.sim.games.game import GameError
from curnits.sim.games.ladders import Ladder, Rung, among_all, climb
from curnits.sim.games.normal import from_payoffs

GAME = from_payoffs(np.arange(12.0).reshape(2, 2, 3))
FIRST = Ladder(0, 1, (Rung("a", np.array([1.0, 2.0])), Rung("b", np.array([3.0, 4.0]))), 0)
SECOND = Ladder(1, 0, (Rung("c", np.array([10.0, 20.0])),), 1)


def test_climb_by_hand() -> None:
    game = climb(GAME, [FIRST, SECOND], [2, 1])
    assert game.actions == (("0", "1", "a", "b"), ("0", "1", "2", "c"))
    np.testing.assert_array_equal(game.payoffs[:, :2, :3], GAME.payoffs)
    np.testing.assert_array_equal(game.payoffs[0, 2, :3], GAME.payoffs[0, 1] - 1)
    np.testing.assert_array_equal(game.payoffs[1, 3, :3], GAME.payoffs[1, 1] - 4)
    np.testing.assert_array_equal(game.payoffs[:, 0, 3], GAME.payoffs[:, 0, 0] - [10, 20])
    np.testing.assert_array_equal(game.payoffs[:, 3, 3], GAME.payoffs[:, 1, 0] - [13, 24])


def test_nothing_known_nothing_changed() -> None:
    game = climb(GAME, [FIRST, SECOND], [0, 0])
    assert game.actions == GAME.actions
    np.testing.assert_array_equal(game.payoffs, GAME.payoffs)


def test_among_all() -> None:
    small, tall = (climb(GAME, [FIRST, SECOND], heights) for heights in ([1, 0], [2, 1]))
    weights = np.random.default_rng(0).dirichlet(np.ones(9))
    whole = among_all(small, tall, 3, weights)
    np.testing.assert_allclose(whole @ tall.outcomes, weights @ small.outcomes)
    np.testing.assert_array_equal(among_all(small, tall, 2, np.ones(3) / 3), [1 / 3] * 3 + [0])


def test_names_and_counts_are_checked() -> None:
    with pytest.raises(GameError, match="duplicate action"):
        climb(GAME, [Ladder(0, 0, (Rung("1", np.zeros(2)),), 0)], [1])
    with pytest.raises(GameError, match="at most 1"):
        Ladder(0, 0, (Rung("a", np.zeros(2)),), 2)
