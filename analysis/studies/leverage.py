"""What harmful actions are worth under solutions that heed threats, and under some that do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from curnits.analysis.concepts import CONCEPTS, ConceptError, default_concept, solve
from curnits.analysis.solution import Vector
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import harmful_actions, without
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


@dataclass(frozen=True, eq=False)
class Worth:
    """What one harmful action is worth to its owner, utilons, by solution; NaN as in `Gain`.

    It is the owner's payoff less what it gets without that action, everything else being left to
    everybody. An action beside another one just as harmful is worth nothing.
    """

    player: int
    action: int
    by_solution: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Leverage:
    """What harmful actions are worth: all that a player has together, and each by itself."""

    gains: tuple[Gain, ...]
    worths: tuple[Worth, ...]


_BESIDE: Mapping[bool, tuple[str, ...]] = {
    False: ("first-mover", "nash", "best-nash", "best-correlated", "pareto-meet"),
    True: ("first-mover-value", "nash", "best-nash", "best-correlated"),
}
"""What the usual solution is compared with where there is no money, and where there is."""


def leverage(game: NormalGame, concepts: Sequence[str] | None = None) -> Leverage:
    """Return what harmful actions are worth to their owners, solution by solution.

    Unless concepts are given, compared are the solution with threats that is the default for the
    game; the one under first-mover surplus, where threats must leave others their best reply; the
    Nash bargaining solution from the maximin levels (``nash``), where the others' harmful actions
    set the level; those from the best Nash and the best correlated equilibrium, in which nobody
    plays a harmful action unless it costs nothing; and that from the Pareto meet minimum, which no
    threat enters. Where a solution is not unique, the first one found is taken, so a gain may then
    be due to the choice.
    """
    harmful = harmful_actions(game)
    gains, worths = list[Gain](), {(i, k): dict[str, float]() for i in harmful for k in harmful[i]}
    quick = [name for name in _BESIDE[game.money] if CONCEPTS[name].quick(game)]
    for concept in concepts or (default_concept(game), *quick):
        armed = _payoffs(game, concept)
        for i, actions in harmful.items():
            left = _payoffs(without(game, {i: actions}), concept)
            gains.append(Gain(concept, i, float(armed[i]), float(left[i])))
            for k in actions:
                one = left if len(actions) == 1 else _payoffs(without(game, {i: [k]}), concept)
                worths[i, k][concept] = float(armed[i] - one[i])
    return Leverage(tuple(gains), tuple(Worth(i, k, found) for (i, k), found in worths.items()))


def _payoffs(game: Game, concept: str) -> Vector:
    try:
        solution = solve(game, concept)
    except ConceptError:
        return np.full(game.n, np.nan)
    return solution.equilibria[0].payoffs if solution.equilibria else np.full(game.n, np.nan)
