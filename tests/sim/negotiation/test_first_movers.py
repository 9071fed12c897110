"""Talks in which whoever threatens moves first: where they lead, and what they refuse."""

from dataclasses import replace

import numpy as np
import pytest

from curnits.analysis.judging.judge import Judgement, aim, judge
from curnits.analysis.judging.shortfalls import ENOUGH
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Simulation, simulate
from curnits.sim.scenario.loading import find, load


def moving_first(**stated: object) -> NegotiationSettings:
    return NegotiationSettings.model_validate({"protocol": "first-mover", **stated})


def judged(game: Game, settings: NegotiationSettings) -> Judgement:
    run = simulate(game, settings, RunSettings(ticks=6_000))
    return judge(game, run, aim(game, settings))


@pytest.mark.parametrize("money", [True, False])
@pytest.mark.parametrize("shape", [(3, 3), (2, 2, 2)])
def test_agents_find_mixed_commitments(shape: tuple[int, ...], money: bool) -> None:
    rng = np.random.default_rng(5)
    game = replace(from_payoffs(rng.normal(size=(len(shape), *shape))), money=money)
    judgement = judged(game, moving_first())
    assert judgement.concept == ("first-mover-value" if money else "first-mover")
    assert judgement.arrived
    assert judgement.missed.worst <= ENOUGH  # by the verifier, not by the agents' own books


def test_agents_pay_for_the_best_reply_and_not_only_for_a_good_one() -> None:
    """A rule that adapts one commitment only stops at 1/12 of the range from the value here."""
    payoffs = [[[6, 0, 3], [-2, 1, 0], [3, -6, -3]], [[-6, 6, 0], [0, 0, -6], [4, 4, -6]]]
    game = from_payoffs(payoffs, money=True)
    assert judged(game, moving_first()).payoff_distance < 1e-4


@pytest.mark.parametrize("rule", ["regret-matching", "extragradient"])
def test_other_rules_for_threats_get_there_too(rule: str) -> None:
    game = from_payoffs(np.random.default_rng(5).normal(size=(2, 2, 2)), money=True)
    assert judged(game, moving_first(threats=rule)).arrived


def test_nobody_invents_what_only_harms() -> None:
    entry = load(find("two-rung-arms-race"))
    climbed = {}
    for protocol in ("ticks", "first-mover"):
        talking = Simulation(
            entry.game_without_ladders,
            NegotiationSettings.model_validate({"protocol": protocol}),
            RunSettings(ticks=400),
            entry.ladder_list,
        )
        while not talking.over:
            talking.step()
        climbed[protocol] = len(talking.result().tables["inventions"])
    assert climbed["ticks"] > 0
    assert climbed["first-mover"] == 0


def test_a_game_grows_while_coalitions_plan() -> None:
    game = from_payoffs(np.random.default_rng(1).normal(size=(2, 2, 2)))
    talking = Simulation(game, moving_first(), RunSettings())
    for _ in range(20):
        talking.step()
    more = from_payoffs(np.concatenate([game.payoffs, game.payoffs[:, :1] - 1.0], axis=1))
    talking.model.grow(more, 0, 0)
    for _ in range(20):
        talking.step()
    model = talking.model
    pieces = model.conflicts.by_coalition(model.threats)
    assert [len(threat) for threat in pieces.values()] == [3, 2]


def test_what_does_not_go_together_is_refused() -> None:
    game = from_payoffs(np.zeros((2, 2, 2)))
    with pytest.raises(GameError, match=r"negotiation\.splitting: .*expected direct"):
        simulate(game, moving_first(splitting="delivered"))
    with pytest.raises(GameError, match="not worked out on curved frontiers"):
        simulate(load(find("ellipsoid")).build(), moving_first())
    with pytest.raises(GameError, match="too large for the protocol first-mover"):
        simulate(from_payoffs(np.zeros((6, *[3] * 6))), moving_first())
    with pytest.raises(ValueError, match="breakdown is for the protocol ticks"):
        moving_first(breakdown={"base": 0.1})
