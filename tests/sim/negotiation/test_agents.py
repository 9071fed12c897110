"""Agents act: without one, or with another in its place, a run goes another way."""

from collections.abc import Callable
from typing import override

import numpy as np
import pytest

from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.agents import Coalition, Negotiator
from curnits.sim.negotiation.events.stopping import talks
from curnits.sim.negotiation.meetings.meeting import Meeting
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.policies import POLICIES, Policy
from curnits.sim.negotiation.policies.threatening import Bully
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.rules.splitting import Concession
from curnits.sim.negotiation.rules.trading import Pairs
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import simulate


def random_game(seed: int = 0, shape: tuple[int, ...] = (2, 2, 2)) -> Game:
    return from_payoffs(np.random.default_rng(seed).normal(size=(len(shape), *shape)))


def pie() -> Game:
    """Ten to divide, if not both insist."""
    actions = [["yield", "insist"]] * 2
    payoffs = [[[0, 0], [10, 0]], [[0, 10], [0, 0]]]
    return from_payoffs(payoffs, players=["Ada", "Bo"], actions=actions)


def negotiation(game: Game, **settings: object) -> Negotiation:
    return Negotiation(game, NegotiationSettings.model_validate(settings), 1)


def after(model: Negotiation, ticks: int) -> bytes:
    for _ in range(ticks):
        model.step()
    return model.threats.tobytes() + model.quote.prices.tobytes() + model.payoffs.tobytes()


class Greedy(Negotiator):
    """Asks for nine tenths of its best payoff."""

    @override
    def claim(self, now: Meeting) -> np.ndarray:
        return np.full(len(now.players), 0.9)


class Stubborn(Coalition):
    """Always threatens with its first joint action."""

    @override
    def choose(self) -> np.ndarray:
        return np.eye(1, len(self.threat)).ravel()


CHANGES: dict[str, Callable[[Negotiation], object]] = {
    "no negotiator": lambda model: model.negotiators[1].remove(),
    "no coalition": lambda model: next(iter(model.coalitions)).remove(),
    "another negotiator": lambda model: Greedy(model, 1),
    "another policy": lambda model: Negotiator(model, 1, Bully()),
    "another coalition": lambda model: Stubborn(model, 0b011),
}


@pytest.mark.parametrize("activation", ["simultaneous", "random", "staged"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_agent_matters(change: Callable[[Negotiation], object], activation: str) -> None:
    usual, changed = (negotiation(random_game(), activation=activation) for _ in range(2))
    change(changed)
    assert after(changed, 60) != after(usual, 60)
    assert np.isfinite(changed.payoffs).all()
    assert changed.purses.sum() == pytest.approx(0.0, abs=1e-12)


def test_deleting_all_agents_stops_everything() -> None:
    model = negotiation(random_game())
    model.remove_all_agents()
    threats = model.threats.copy()
    after(model, 30)
    assert model.threats == pytest.approx(threats)
    assert not model.ledger.any()


def test_an_agent_takes_the_place_of_another() -> None:
    model = negotiation(random_game())
    agent = Greedy(model, 2)
    assert model.negotiators[2] is agent
    assert len(model.agents.select(agent_type=Negotiator)) == 3
    Coalition(model, 0b101)
    assert len(model.agents.select(agent_type=Coalition)) == 6


def test_a_negotiator_knows_itself() -> None:
    game = pie()
    model = negotiation(game, policies={"Ada": {"misreport": {"bend": 2}}, "Bo": "uninformed"})
    ada, bo = model.negotiators
    np.testing.assert_array_equal(ada.utility, game.outcomes[:, 0])
    assert (bo.announcement == bo.utility).all()
    assert ada.beliefs.tolist() == [1.0, 1.0]
    assert bo.beliefs.tolist() == [0.5, 0.5]
    assert type(ada.policy) is POLICIES["misreport"]


def test_players_with_one_policy_answer_together() -> None:
    asked: list[int] = []

    class Asked(Policy):
        def claim(self, now: Meeting) -> float:
            asked.append(len(now.players))
            return -np.inf

    game, settings = random_game(), NegotiationSettings()
    rules = Rules.of(game, settings, policies={"1": Asked, "3": Asked()})
    model = Negotiation(game, settings, 1, rules)
    after(model, 11)
    assert asked == [2, 2]


@pytest.mark.parametrize("activation", ["random", "staged"])
def test_negotiators_step_in_turn(activation: str) -> None:
    insists = {"unyielding": {"reservation": 8}}
    model = negotiation(pie(), activation=activation, policies={"Ada": insists, "Bo": insists})
    after(model, 1)
    assert model.claims.tolist() == [0.8, 0.8]
    assert model.stalled


def test_mesa_can_run_it() -> None:
    over = talks(RunSettings(tolerance=0.01)).over
    model = Negotiation(pie(), NegotiationSettings(), 1, over=over)
    model.run_model()
    assert not model.running
    assert model.payoffs == pytest.approx([5, 5], abs=0.05)


@pytest.mark.parametrize("deciding", ["appointed", "most-affected", "rotating"])
def test_who_decides_matters_if_deciders_mind_only_themselves(deciding: str) -> None:
    """Section 5 of the theory: with members who mind payoffs in curnits it does not."""
    game = random_game(3)
    plain = {rule: after(negotiation(game, deciding=rule), 40) for rule in ("alike", deciding)}
    assert plain["alike"] == plain[deciding]
    selfish = {"policies": {"1": "selfish"}}
    changed = after(negotiation(game, deciding=deciding, **selfish), 40)
    assert changed not in (plain["alike"], after(negotiation(game, **selfish), 40))


def test_rules_can_be_objects_or_classes() -> None:
    game, settings = random_game(), NegotiationSettings()
    rules = Rules.of(game, settings, trading=Pairs, splitting=Concession())
    named = NegotiationSettings(trading="pairs", splitting="concession")
    run = RunSettings(ticks=30)
    given = simulate(game, settings, run, rules=rules)
    assert given.payoffs.tobytes() == simulate(game, named, run).payoffs.tobytes()
