"""Many runs of one game with different seeds: together where rules allow, else one by one.

Takes scenarios, gives runs: the same bytes as alone. Called by studies.
"""

from collections.abc import Sequence

import numpy as np

from curnits.sim.negotiation.events.stopping import talks
from curnits.sim.negotiation.replicas import Replicas, regular
from curnits.sim.recording.observing import look, traded
from curnits.sim.running import Run, Simulation, pursue
from curnits.sim.scenario.scenario import Scenario


def simulate_all(scenarios: Sequence[Scenario]) -> list[Run]:
    """Let the players of each scenario negotiate.

    Parameters
    ----------
    scenarios : sequence of Scenario
        All alike but for the seed, or else they go one by one.

    Raises
    ------
    GameError
        If the game has too many conflicts to be negotiated.
    """
    simulations = [Simulation.of(scenario) for scenario in scenarios]
    if len(scenarios) < 2 or not in_step(scenarios):
        return [pursue(simulation) for simulation in simulations]
    return _together(simulations, scenarios[0])


def in_step(scenarios: Sequence[Scenario]) -> bool:
    """Tell whether scenarios differ by their seed only, and go on in step whatever it is."""
    first = scenarios[0]
    alike = all(_without_seed(other) == _without_seed(first) for other in scenarios)
    return alike and regular(first.negotiation) and not (first.climbed or first.arrivals)


def _without_seed(scenario: Scenario) -> Scenario:
    return scenario.model_copy(update={"run": scenario.run.model_copy(update={"seed": 0})})


def _together(simulations: Sequence[Simulation], scenario: Scenario) -> list[Run]:
    model = Replicas([simulation.model for simulation in simulations])
    recorders = [simulation.recorder for simulation in simulations]
    trades = np.array([recorder.trades for recorder in recorders])
    ending, runs = talks(scenario.run), dict[int, Run]()
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
            if settled[k] or model.ticks >= scenario.run.ticks:
                model.release(k)
                recorders[k].trades = trades[k]
                simulations[k].converged = bool(settled[k])
                runs[k] = simulations[k].result()
    return [runs[k] for k in range(len(simulations))]
