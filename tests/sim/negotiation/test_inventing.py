"""Threats are invented when they pay, and the game grows while talks go on."""

from dataclasses import replace

import numpy as np
import pytest

from curnits.sim.games.game import Game
from curnits.sim.games.ladders import Ladder, Rung, climb
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.events.inventing import Workshop, expected_gain
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Run, simulate

FIGHT = from_payoffs(
    [[[0, 0], [10, 0]], [[0, 10], [0, 0]]],
    players=["bully", "victim"],
    actions=[["yield", "insist"]] * 2,
)
"""Whoever yields alone leaves 10 to the other; if talks fail, both insist."""


def ladder(*steps: tuple[float, float], player: int = 0, **settings: float) -> Ladder:
    """A ladder of (harm, cost) on insisting, of which nothing is known."""
    rungs = [
        Rung(f"rung {k}", np.array([cost, harm] if player == 0 else [harm, cost]))
        for k, (harm, cost) in enumerate(steps, start=1)
    ]
    return Ladder(player, 1, tuple(rungs), 0, **settings)


def invented(run: Run) -> list[tuple[str, str]]:
    table = run.tables["inventions"]
    return list(zip(table["player"], table["action"], strict=True))


@pytest.mark.parametrize("rule", ["optimistic", "regret-matching", "fictitious-play", "logit"])
def test_rungs_that_pay_are_invented_and_end_where_they_had_been_known(rule: str) -> None:
    steps = ladder((1, 0), (4, 1))
    run = simulate(FIGHT, NegotiationSettings.model_validate({"threats": rule}), ladders=[steps])
    assert run.converged
    assert invented(run) == [("bully", "rung 1"), ("bully", "rung 2")]
    known = simulate(FIGHT, ladders=[replace(steps, known=2)])
    np.testing.assert_allclose(run.payoffs, [6.5, 3.5], atol=0.02)
    np.testing.assert_allclose(run.payoffs, known.payoffs, atol=0.02)
    assert run.threats[1][-1] > 0.99


def test_inventors_expect_what_they_get() -> None:
    """In the fight a harm of h at a cost of c moves both payoffs by (h − c)/2."""
    run = simulate(FIGHT, ladders=[ladder((1, 0), (4, 1))])
    np.testing.assert_allclose(run.tables["inventions"]["expected"], [0.5, 1.0], atol=0.01)


def test_research_is_paid_for() -> None:
    free, paid = (
        simulate(FIGHT, ladders=[ladder((4, 1), research=research)]) for research in (0.0, 0.5)
    )
    assert len(paid.tables["inventions"]) == 1
    np.testing.assert_allclose(paid.payoffs, free.payoffs - [0.5, 0.0], atol=1e-9)


@pytest.mark.parametrize(
    ("steps", "settings", "count"),
    [
        (((2.0, 3.0),), {}, 0),
        (((2.0, 2.0),), {}, 0),
        (((2.0, 1.0),), {"research": 0.4}, 1),
        (((2.0, 1.0),), {"research": 0.6}, 0),
        (((2.0, 0.0), (4.0, 0.0), (6.0, 0.0)), {"research": 0.5, "budget": 1.2}, 2),
        (((2.0, 0.0), (2.0, 1.0), (6.0, 0.0)), {}, 1),
    ],
)
def test_the_threshold(
    steps: tuple[tuple[float, float], ...], settings: dict[str, float], count: int
) -> None:
    """Worth it if (harm − cost)/2 exceeds the research; a rung that is not blocks those above."""
    run = simulate(FIGHT, ladders=[ladder(*steps, **settings)])
    assert run.converged
    assert len(invented(run)) == count
    harms = [harm - cost for harm, cost in steps[:count]]
    bonus = harms[-1] / 2 if harms else 0.0
    spent = count * settings.get("research", 0.0)
    np.testing.assert_allclose(run.payoffs, [5 + bonus - spent, 5 - bonus], atol=0.02)
    assert run.agreement.shape == (2 * (2 + len(steps)),)


def test_rivals_respond_and_a_symmetric_race_changes_nothing() -> None:
    steps = [(float(k), 0.5 * k) for k in range(1, 6)]
    run = simulate(FIGHT, ladders=[ladder(*steps), ladder(*steps, player=1)])
    assert run.converged
    assert len(invented(run)) == 10
    np.testing.assert_allclose(run.payoffs, [5, 5], atol=0.02)
    lost = run.tables["ticks"].set_index("tick")["destruction"]
    assert lost.iloc[-1] > 1.4 * lost.loc[100]


def test_errors_are_drawn_from_the_seed() -> None:
    steps = [(2.0, 1.9)] * 6
    noisy = NegotiationSettings(inventing_noise=0.1)
    runs = [
        simulate(FIGHT, noisy, RunSettings(seed=seed), ladders=[ladder(*steps)])
        for seed in (1, 1, 2, 3)
    ]
    tables = [run.tables["inventions"] for run in runs]
    assert tables[0].equals(tables[1])
    assert any(not tables[0].equals(other) for other in tables[2:])
    assert any((table["expected"] > 0.2).any() for table in tables)


def test_growth_moves_no_price_and_no_purse() -> None:
    rng = np.random.default_rng(3)
    game = from_payoffs(rng.normal(size=(3, 2, 3, 2)) * np.array([1, 50, 1e3])[:, None, None, None])
    losses = np.array([40.0, 60.0, 5e3])
    taller = climb(game, [Ladder(1, 2, (Rung("new", losses),), 0)], [1])
    model = Negotiation(game, NegotiationSettings(), 0)
    for _ in range(50):
        model.step()

    def unit(model: Negotiation) -> float:
        return float(1.0 / (model.quote.prices / model.game.scales).sum())

    prices, purses = model.prices, model.purses * unit(model)
    before = model.conflicts.by_coalition(model.threats)
    model.grow(taller, 1, 2)
    np.testing.assert_allclose(model.prices, prices)
    np.testing.assert_allclose(model.purses * unit(model), purses)
    assert model.quote.prices.mean() == pytest.approx(1.0)
    after = model.conflicts.by_coalition(model.threats)
    for mask, threat in before.items():
        grown = after[mask]
        assert grown.sum() == pytest.approx(1.0)
        shape = [taller.shape[i] for i in range(3) if mask >> i & 1]
        if mask & 2:
            axis = (mask & 1 == 1) * 1
            kept = grown.reshape(shape).take([0, 1, 2], axis=axis).ravel()
            np.testing.assert_array_equal(kept, threat)
        else:
            np.testing.assert_array_equal(grown, threat)
    for _ in range(50):
        model.step()
    assert np.isfinite(model.payoffs).all()


@pytest.mark.parametrize("activation", ["simultaneous", "random", "staged"])
@pytest.mark.parametrize("money", [True, False])
def test_three_players_grow_and_settle(activation: str, money: bool) -> None:
    rng = np.random.default_rng(5)
    game = from_payoffs(rng.random((3, 2, 2, 2)), money=money)
    rung = Rung("burn", np.array([0.1, 0.9, 0.9]))
    settings = NegotiationSettings.model_validate({"activation": activation})
    run = simulate(game, settings, ladders=[Ladder(0, 0, (rung,), 0)])
    known = simulate(game, settings, ladders=[Ladder(0, 0, (rung,), 1)])
    assert run.converged
    assert known.converged
    assert len(run.tables["inventions"]) == 1
    np.testing.assert_allclose(run.payoffs, known.payoffs, atol=5e-3)


def test_without_ladders_nothing_is_different() -> None:
    plain = simulate(FIGHT)
    assert plain.tables["inventions"].empty
    assert plain.tables["inventions"].dtypes["tick"] == np.int64


def test_an_estimate_looks_at_the_own_coalitions_alone() -> None:
    model = Negotiation(FIGHT, NegotiationSettings(), 0)
    for _ in range(200):
        model.step()
    assert expected_gain(model, 0, 1, np.array([0.0, 4.0])) == pytest.approx(2.0, abs=0.05)
    assert expected_gain(model, 0, 0, np.array([0.0, 4.0])) == pytest.approx(0.0, abs=0.05)
    assert expected_gain(model, 0, 1, np.array([-4.0, 0.0])) == pytest.approx(2.0, abs=0.05)


def test_workshop_knows_what_it_knows() -> None:
    workshop = Workshop(FIGHT, [replace(ladder((1, 0), (2, 0)), known=1)], 10, 0.0)
    known: Game = workshop.known
    assert known.actions[0] == ("yield", "insist", "rung 1")
