"""Many runs of one scenario with different seeds: together where rules allow, else one by one.

Takes a scenario and seeds, gives runs, each with the bytes that it leaves alone. Called by
:mod:`curnits.analysis.studies.trials` and :mod:`curnits.analysis.studies.basins` for a batch.
"""

from collections.abc import Iterable, Sequence
from itertools import batched

import numpy as np

from curnits.sim.negotiation.events.stopping import talks
from curnits.sim.negotiation.replicas import Replicas, regular
from curnits.sim.negotiation.settings import RunSettings
from curnits.sim.recording.observing import look, traded
from curnits.sim.running import Run, Simulation, pursue
from curnits.sim.scenario.scenario import Scenario

_MOST = 64
"""Runs that take their ticks together: more are hardly quicker, and need more memory."""


def simulate_seeds(scenario: Scenario, seeds: Iterable[int]) -> list[Run]:
    """Let the players of a scenario negotiate once for each seed.

    Where players and rules are the usual ones, all runs take their ticks together, which is several
    times as fast as one by one. Either way each is the same as alone, to the last bit.

    Parameters
    ----------
    scenario : Scenario
    seeds : iterable of int
        Non-negative.

    Raises
    ------
    GameError
        If the game has too many conflicts to be negotiated.
    ScenarioError
        If a seed is negative.

    Examples
    --------
    >>> from curnits.sim import load, simulate_seeds
    >>> [run.seed for run in simulate_seeds(load("hot-dog-stands"), [3, 4])]
    [3, 4]
    """
    return simulate_alike([scenario.with_run(seed=seed) for seed in seeds])


def simulate_alike(scenarios: Sequence[Scenario]) -> list[Run]:
    """Let the players of scenarios negotiate that differ in seeds and starting prices only.

    Errors as for :func:`simulate_seeds`, which says when they take their ticks together.
    """
    if not scenarios:
        return []
    first = scenarios[0]
    game = first.game_without_ladders
    ladders, newcomers = first.ladder_list, first.newcomer_list
    simulations = [
        Simulation(game, one.negotiation, one.run, ladders, newcomers) for one in scenarios
    ]
    if len(simulations) == 1 or not in_step(first):
        return [pursue(simulation) for simulation in simulations]
    return [run for some in batched(simulations, _MOST) for run in _together(some, first.run)]


def in_step(scenario: Scenario) -> bool:
    """Tell whether runs of a scenario can take their ticks together, whatever their seeds are."""
    return regular(scenario.negotiation) and not (scenario.ladder_list or scenario.newcomer_list)


def _together(simulations: Sequence[Simulation], settings: RunSettings) -> list[Run]:
    model = Replicas([simulation.model for simulation in simulations])
    recorders = [simulation.recorder for simulation in simulations]
    trades = np.array([recorder.trades for recorder in recorders])
    ending, runs = talks(settings), dict[int, Run]()
    while len(runs) < len(simulations):
        going = [k for k in range(len(simulations)) if k not in runs]
        model.step()
        trades += traded(model)
        if model.ticks % recorders[going[0]].every == 0:
            seen = look(model, trades)
            for k in going:
                recorders[k].note(seen.of(k))
                trades[k] = recorders[k].trades
        settled = np.broadcast_to(ending.over(model), (len(simulations), 1))[:, 0]
        for k in going:
            if settled[k] or model.ticks >= settings.ticks:
                model.release(k)
                recorders[k].trades = trades[k]
                simulations[k].converged = bool(settled[k])
                runs[k] = simulations[k].result()
    return [runs[k] for k in range(len(simulations))]
