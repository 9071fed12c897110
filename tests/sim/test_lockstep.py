import numpy as np
import pandas as pd
import pytest

from curnits.sim import load
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.lockstep import in_step, simulate_all
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.replicas import Replicas
from curnits.sim.negotiation.settings import NegotiationSettings
from curnits.sim.running import Run, simulate
from curnits.sim.scenario.scenario import Scenario


def seeded(scenario: Scenario, seed: int, **run: object) -> Scenario:
    given = scenario.run.model_copy(update={"seed": seed, **run})
    return scenario.model_copy(update={"run": given})


def assert_same(one: Run, other: Run) -> None:
    assert (one.converged, one.ticks, one.seed) == (other.converged, other.ticks, other.seed)
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, other.tables[name], check_exact=True)
    for name in ("prices", "payoffs", "agreement"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    assert one.threats.keys() == other.threats.keys()
    for mask, threat in one.threats.items():
        assert threat.tobytes() == other.threats[mask].tobytes()


@pytest.mark.parametrize("name", ["hot-dog-stands", "hot-dog-stands-with-money", "three-partners"])
def test_replicas_leave_the_bytes_that_they_leave_alone(name: str) -> None:
    quick = {"ticks": 230, "window": 40, "tolerance": 0.02, "record_every": 7}
    scenarios = [seeded(load(name), seed, **quick) for seed in (1, 5, 12)]
    assert in_step(scenarios)
    for scenario, run in zip(scenarios, simulate_all(scenarios), strict=True):
        assert_same(simulate(scenario), run)


def test_replicas_end_when_they_would_alone() -> None:
    loose = load("hot-dog-stands")
    negotiation = loose.negotiation.model_copy(update={"tremble": 1.0, "sanding_pace": 1.0})
    loose = loose.model_copy(update={"negotiation": negotiation})
    quick = {"ticks": 300, "window": 8, "tolerance": 0.002}
    scenarios = [seeded(loose, seed, **quick) for seed in range(6)]
    runs = simulate_all(scenarios)
    assert len({run.ticks for run in runs}) > 1
    for scenario, run in zip(scenarios, runs, strict=True):
        assert_same(simulate(scenario), run)


@pytest.mark.parametrize("players", [1, 2, 4, 5])
def test_replicas_of_any_size_move_as_alone(players: int) -> None:
    game = random_game(players)
    settings = NegotiationSettings()
    together = Replicas([Negotiation(game, settings, seed) for seed in range(3)])
    alone = [Negotiation(game, settings, seed) for seed in range(3)]
    for _ in range(40):
        together.step()
        for model in alone:
            model.step()
    for seed, model in enumerate(alone):
        together.release(seed)
        other = together.models[seed]
        for name in ("threats", "reputations", "purses", "ledger", "shares", "payoffs", "prices"):
            assert getattr(model, name).tobytes() == getattr(other, name).tobytes()
        assert (model.sanding, model.regret) == (other.sanding, other.regret)


def random_game(players: int) -> NormalGame:
    shape = tuple(2 + player % 2 for player in range(players))
    return from_payoffs(np.random.default_rng(players).normal(size=(players, *shape)))


def test_what_is_not_alike_or_not_usual_goes_one_by_one() -> None:
    usual = load("hot-dog-stands")
    pair = [seeded(usual, 1, ticks=30), seeded(usual, 2, ticks=30)]
    assert in_step(pair)
    assert not in_step([pair[0], seeded(usual, 2, ticks=31)])
    random = usual.negotiation.model_copy(update={"activation": "random"})
    others = [scenario.model_copy(update={"negotiation": random}) for scenario in pair]
    assert not in_step(others)
    for scenario, run in zip(others, simulate_all(others), strict=True):
        assert_same(simulate(scenario), run)
