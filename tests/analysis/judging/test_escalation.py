"""Harmful actions and what they are worth."""

import numpy as np
import pytest

from curnits.analysis.concepts import default_concept, solve
from curnits.analysis.judging.escalation import measure
from curnits.sim.games.families import FAMILIES
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import disarmed, harmful_actions, without
from curnits.sim.games.normal import from_payoffs
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load


def named(name: str) -> Game:
    return load(find(name)).build()


def measured(game: Game):
    (found,) = solve(game, default_concept(game)).equilibria
    return measure(game, found, found)


def burning(harm: float, cost: float, *, money: bool = True) -> Game:
    """Two players share 10, all to one or all to the other; the first can burn things as well."""
    share = [[10.0, 0.0], [0.0, 0.0]]
    rest = [[0.0, 0.0], [0.0, 10.0]]
    first = np.array([*share, [-cost, -cost]])
    second = np.array([*rest, [-harm, -harm]])
    return from_payoffs([first, second], money=money)


@pytest.mark.parametrize("name", ["prisoners-dilemma", "hot-dog-stands", "public-goods"])
def test_selfish_actions_are_not_harmful(name: str) -> None:
    assert harmful_actions(named(name)) == {}


def test_a_saboteur_lives_on_its_threat() -> None:
    game = named("producers-and-saboteur")
    assert harmful_actions(game) == {2: (1,)}
    found = measured(game)
    np.testing.assert_allclose(found.leverage, [0, 0, 5 / 3], atol=1e-9)
    np.testing.assert_allclose(found.owed, [-5 / 6, -5 / 6, 5 / 3], atol=1e-9)


def test_equal_or_only_self_destructive_actions_are_not_harmful() -> None:
    assert harmful_actions(from_payoffs([[[1, 1], [1, 1]], [[2, 2], [2, 2]]])) == {}
    assert harmful_actions(from_payoffs([[[1, 1], [0, 0]], [[2, 2], [2, 2]]])) == {}


def test_one_of_equally_harmful_actions_remains_if_none_is_better() -> None:
    game = from_payoffs([[[0], [0], [0]], [[-1], [-2], [-2]]])
    assert harmful_actions(game) == {0: (1, 2)}
    assert disarmed(game).actions[0] == ("0",)


def test_strike_keeps_the_rest() -> None:
    game = named("producers-and-saboteur")
    struck = without(game, {0: (0, 2), 2: (1,)})
    assert struck.actions == (("keep",), game.actions[1], ("refrain",))
    np.testing.assert_array_equal(struck.payoffs, game.payoffs[:, 1:2, :, :1])


def test_burning_pays_half_of_harm_less_cost() -> None:
    """The conflict is worth cost − harm more to the victim; the 10 are split around it."""
    for harm, cost in ((4.0, 1.0), (4.0, 3.9), (1.0, 0.0)):
        found = measured(burning(harm, cost))
        np.testing.assert_allclose(found.leverage, [(harm - cost) / 2, 0], atol=1e-9)
        np.testing.assert_allclose(found.owed, np.array([1, -1]) * (harm - cost) / 2, atol=1e-9)


@pytest.mark.parametrize("money", [True, False])
def test_a_rung_that_costs_more_than_it_harms_changes_nothing(money: bool) -> None:
    found = measured(burning(2.0, 3.0, money=money))
    assert found.harmful == {0: (2,)}
    np.testing.assert_allclose(found.leverage, 0, atol=1e-9)


def test_symmetric_arms_leave_the_agreement_and_raise_the_stakes() -> None:
    rng = np.random.default_rng(0)
    destruction = []
    for danger in (0.5, 1.0, 2.0):
        game = FAMILIES["arms-race"](players=2, levels=3, danger=danger).build(rng)
        (found,) = solve(game, "coco").equilibria
        np.testing.assert_allclose(found.payoffs, 0, atol=1e-9)
        destruction.append(measure(game, found, found).damage.expected(0.1))
    assert destruction == sorted(destruction)
    assert destruction[0] > 0


def test_without_an_answer_there_is_no_leverage() -> None:
    game = named("producers-and-saboteur")
    (found,) = solve(game, "coco").equilibria
    blank = measure(game, found, None)
    assert np.isnan(blank.leverage).all()
    assert blank.damage.destruction.max() > 0
