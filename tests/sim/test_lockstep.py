from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from curnits.sim import load
from curnits.sim.errors import InputError
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.lockstep import in_step, simulate_seeds
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.replicas import Replicas
from curnits.sim.negotiation.settings import NegotiationSettings
from curnits.sim.running import Run, simulate
from curnits.sim.scenario.scenario import Scenario


def changed(scenario: Scenario, **run: object) -> Scenario:
    return scenario.model_copy(update={"run": scenario.run.model_copy(update=run)})


def assert_each_as_alone(scenario: Scenario, seeds: Sequence[int]) -> list[Run]:
    runs = simulate_seeds(scenario, seeds)
    for seed, run in zip(seeds, runs, strict=True):
        assert_same(simulate(changed(scenario, seed=seed)), run)
    return runs


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
    quick = changed(load(name), ticks=230, window=40, tolerance=0.02, record_every=7)
    assert in_step(quick)
    assert_each_as_alone(quick, [1, 5, 12])


def test_replicas_end_when_they_would_alone() -> None:
    loose = load("hot-dog-stands")
    shaken = loose.negotiation.model_copy(update={"tremble": 1.0, "sanding_pace": 1.0})
    loose = loose.model_copy(update={"negotiation": shaken})
    loose = changed(loose, ticks=300, window=8, tolerance=0.002)
    runs = assert_each_as_alone(loose, range(6))
    assert len({run.ticks for run in runs}) > 1


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
    payoffs = np.random.default_rng(players).normal(size=(players, *shape))
    if players == 4:
        payoffs[0] = 0.0  # nobody can pay that player
    return from_payoffs(payoffs)


def test_sanding_falls_in_replicas_as_it_does_alone() -> None:
    game, settings = random_game(2), NegotiationSettings(sanding_pace=1000.0)
    together = Replicas([Negotiation(game, settings, 0)])
    alone = Negotiation(game, settings, 0)
    for _ in range(4000):
        together.sand()
        alone.sand()
        assert together.sanding[0, 0] == alone.sanding


def test_what_is_not_usual_goes_one_by_one() -> None:
    usual = changed(load("hot-dog-stands"), ticks=30)
    random = usual.negotiation.model_copy(update={"activation": "random"})
    other = usual.model_copy(update={"negotiation": random})
    assert in_step(usual)
    assert not in_step(other)
    assert_each_as_alone(other, [1, 2])


def test_negative_seeds_are_refused() -> None:
    with pytest.raises(InputError, match="seed"):
        simulate_seeds(load("hot-dog-stands"), [-1])
