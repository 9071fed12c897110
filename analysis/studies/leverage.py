"""What harmful actions are worth under solutions that heed threats, and under some that do not."""

from dataclasses import dataclass

import numpy as np

from curnits.analysis.concepts import ConceptError, default_concept, solve
from curnits.analysis.solution import Vector
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import harmful_actions, strike
from curnits.sim.games.normal import NormalGame


@dataclass(frozen=True)
class Gain:
    """A player's payoff with and without its harmful actions under one solution, utilons.

    NaN where the solution does not exist or was not found.
    """

    solution: str
    player: int
    armed: float
    disarmed: float

    @property
    def gain(self) -> float:
        """What the harmful actions are worth to their owner: its leverage."""
        return self.armed - self.disarmed


def gains(game: NormalGame) -> tuple[Gain, ...]:
    """Return what every player with harmful actions gains by them, solution by solution.

    Compared are the solution with threats that is the default for the game; the Nash bargaining
    solution from the maximin levels (``nash``), where the others' harmful actions set the level;
    and those from the best Nash and the best correlated equilibrium, in which nobody plays a
    harmful action unless it costs nothing. Where a solution is not unique, the first one found is
    taken, so a gain may then be due to the choice.
    """
    found = []
    harmful = harmful_actions(game)
    for concept in (default_concept(game), "nash", "best-nash", "best-correlated"):
        armed = _payoffs(game, concept)
        for i, actions in harmful.items():
            without = _payoffs(strike(game, {i: actions}), concept)
            found.append(Gain(concept, i, float(armed[i]), float(without[i])))
    return tuple(found)


def _payoffs(game: Game, concept: str) -> Vector:
    try:
        solution = solve(game, concept)
    except ConceptError:
        return np.full(game.n, np.nan)
    return solution.equilibria[0].payoffs if solution.equilibria else np.full(game.n, np.nan)
