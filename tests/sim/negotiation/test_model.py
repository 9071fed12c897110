from itertools import product

import numpy as np
import pytest

from curnits.sim.games.coalitions import grand
from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.agents import ACTIVATIONS, Coalition, Negotiator
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.rules.splitting import SPLITS
from curnits.sim.negotiation.rules.threats import THREATS
from curnits.sim.negotiation.rules.trading import TRADES
from curnits.sim.negotiation.settings import NegotiationSettings

COMBINATIONS = list(product(THREATS, SPLITS, TRADES, ACTIVATIONS))


def random_game(seed: int = 0, shape: tuple[int, ...] = (2, 2, 2)) -> Game:
    return from_payoffs(np.random.default_rng(seed).normal(size=(len(shape), *shape)))


@pytest.mark.parametrize("rules", COMBINATIONS, ids="-".join)
def test_every_mixture_of_rules_runs_and_conserves_curnits(rules: tuple[str, ...]) -> None:
    names = dict(zip(("threats", "splitting", "trading", "activation"), rules, strict=True))
    game = random_game(sum(map(len, rules)))
    model = Negotiation(game, NegotiationSettings.model_validate(names), seed=4)
    redeemed = np.zeros(game.n)
    for _ in range(25):
        held = model.purses.copy()
        model.step()
        paid = model.flows.sum(axis=0) - model.flows.sum(axis=1)
        redeemed += held + paid - model.purses
        assert model.flows.min() >= 0.0
        assert paid.sum() == pytest.approx(0.0, abs=1e-14)
        assert model.purses.sum() == pytest.approx(0.0, abs=1e-14)
        assert model.gaps.sum() == pytest.approx(0.0, abs=1e-10)  # Walras' law
    assert redeemed.sum() == pytest.approx(0.0, abs=1e-13)
    balance = model.ledger.sum(axis=0) - model.ledger.sum(axis=1)
    assert balance == pytest.approx(model.purses + redeemed, abs=1e-13)
    assert model.ledger.any()


def test_one_tick_by_hand() -> None:
    """Everybody threatens evenly at first, at equal prices on a very rough frontier."""
    game = from_payoffs([[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [1.0, 0.0]]])
    settings = NegotiationSettings(sanding_start=1e9, tremble=0.0)
    model = Negotiation(game, settings, seed=1)
    model.step()
    assert model.quote.payoffs == pytest.approx([0.5, 0.5])
    assert model.entitlements == pytest.approx([0.5, 0.5])
    assert model.shares == pytest.approx(np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5], [0.0, 0.0]]))
    assert not model.flows.any()


def test_agents_are_views_on_the_books() -> None:
    game = from_payoffs(
        np.random.default_rng(1).normal(size=(3, 2, 2, 2)) * 5.0 + 3.0,
        players=["Ada", "Bob", "Cy"],
    )
    model = Negotiation(game, NegotiationSettings(trading="pairs"), seed=1)
    for _ in range(10):
        model.step()
    negotiators = list(model.agents_by_type[Negotiator])
    assert [agent.name for agent in negotiators] == ["Ada", "Bob", "Cy"]
    assert sum(agent.purse for agent in negotiators) == pytest.approx(0.0, abs=1e-14)
    assert [agent.payoff for agent in negotiators] == pytest.approx(model.payoffs)
    assert [agent.price / agent.scale for agent in negotiators] == pytest.approx(
        model.prices * (model.quote.prices / game.scales).sum()
    )
    for agent in negotiators:
        assert agent.takes.sum() == pytest.approx(agent.entitlement)
        for other in negotiators:
            assert agent.ledger[other.player] == pytest.approx(-other.ledger[agent.player])
    coalitions = {agent.coalition: agent for agent in model.agents_by_type[Coalition]}
    assert sorted(coalitions) == list(range(1, grand(3)))
    assert coalitions[0b101].name == "Ada+Cy"
    assert coalitions[0b101].threat.shape == (4,)
    assert coalitions[0b101].delivered[1] == 0.0
    total = sum(agent.dividend * len(agent.members) for agent in coalitions.values())
    assert total + model.shares[-1].sum() == pytest.approx(model.entitlements.sum())


def test_taking_turns_uses_what_stands_by_then() -> None:
    """In a staged tick the pairs reply to the lone players' new threats, not to their old ones."""
    game = random_game(2)
    model = Negotiation(
        game, NegotiationSettings(threats="best-response", activation="staged"), seed=1
    )
    model.step()
    threats = model.conflicts.by_coalition(model.threats)
    for pair in (0b011, 0b101, 0b110):
        payoffs = game.normalised.conflict(pair) @ threats[0b111 ^ pair]
        inside = np.array([pair >> i & 1 for i in range(3)])
        assert threats[pair][((2 * inside - 1) @ payoffs).argmax()] == 1.0


def test_credible_threats_are_the_less_regretted_ones() -> None:
    model = Negotiation(random_game(3), NegotiationSettings(threats="best-response"), seed=1)
    for _ in range(400):
        model.step()
    threats, regrets = model.credible()
    standing = model.conflicts.segments.regrets(
        model.threats, model.conflicts.fight(model.threats, model.quote.prices)[0]
    )
    assert regrets[:-1].sum() <= standing.sum() + 1e-12
    by_coalition = model.conflicts.by_coalition(threats)
    for mask in model.conflicts.coalitions.tolist():
        inside = np.array([mask >> i & 1 for i in range(3)])
        signed = (2 * inside - 1) * model.quote.prices
        fight = np.tensordot(signed, model.game.normalised.conflict(mask), 1)
        against_others = fight @ by_coalition[0b111 ^ mask]
        regret = against_others.max() - by_coalition[mask] @ against_others
        assert regrets[mask] == pytest.approx(regret, abs=1e-12)
