"""Axioms about the answers themselves: no other game is solved."""

from collections.abc import Iterator
from typing import override

import numpy as np

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.values import maximin_levels
from curnits.analysis.studies.axioms.axiom import Answered, Axiom, Trial, bounded
from curnits.analysis.verification.frontier import pareto_gap
from curnits.analysis.verification.measures import money_unit, units
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame


class Efficiency(Axiom):
    """Nobody can gain without a loss to others."""

    name, title = "efficiency", "nobody can gain without a loss to others"

    @override
    def trials(self, asked: Answered, rng: np.random.Generator, count: int) -> Iterator[Trial]:
        game = asked.game
        if game.curved:
            return
        for payoffs in asked.payoffs():
            yield bounded(_wasted(game, payoffs), "the answer")


class MaximinDominance(Axiom):
    """Everybody gets at least what it can secure alone."""

    name, title = "maximin", "everybody gets at least what it can secure alone"

    @override
    def trials(self, asked: Answered, rng: np.random.Generator, count: int) -> Iterator[Trial]:
        game = asked.game
        if game.curved:
            return
        levels = maximin_levels(game)
        for payoffs in asked.payoffs():
            missed = (levels - payoffs) / units(game)
            worst = int(missed.argmax())
            yield bounded(
                float(missed[worst]),
                f"{game.players[worst]} gets {payoffs[worst]:.6g}, secure is {levels[worst]:.6g}",
            )


class EqualTreatment(Axiom):
    """Players who can be exchanged without changing the game get the same."""

    name, title = "equal-treatment", "players who can be exchanged get the same"

    @override
    def trials(self, asked: Answered, rng: np.random.Generator, count: int) -> Iterator[Trial]:
        game = asked.game
        if not isinstance(game, NormalGame):
            return
        for i in range(game.n):
            for j in range(i):
                if _exchangeable(game, i, j):
                    yield self._trial(asked, i, j)

    def _trial(self, asked: Answered, i: int, j: int) -> Trial:
        (payoffs, *_), unit = asked.payoffs(), units(asked.game)
        gap = abs(float(payoffs[i] - payoffs[j])) / float(unit[i])
        what = f"{asked.game.players[j]} and {asked.game.players[i]}"
        return bounded(gap, what)


def _wasted(game: Game, payoffs: Vector) -> float:
    if game.money:
        best = float(game.outcomes.sum(axis=1).max())
        return abs(best - float(payoffs.sum())) / money_unit(game)
    return pareto_gap(game.normalised.outcomes, (payoffs - game.low) / game.scales)


def _exchangeable(game: NormalGame, i: int, j: int) -> bool:
    """Tell whether two players, with actions in the same order, can change places."""
    if game.shape[i] != game.shape[j]:
        return False
    order = np.arange(game.n)
    order[[i, j]] = j, i
    swapped = game.payoffs[order].swapaxes(i + 1, j + 1)
    return bool(np.abs(swapped - game.payoffs).max() <= 1e-12 * game.scales.max())
