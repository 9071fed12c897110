"""Who owes what to threats: what they would destroy, and what players gain by them."""

from dataclasses import dataclass

import numpy as np

from curnits.analysis import concepts
from curnits.analysis.solution import Equilibrium, OpenThreat, Vector
from curnits.analysis.solvers.coco import coco
from curnits.sim.games.coalitions import Mask
from curnits.sim.games.damage import Damage, damage, fights, fought_with
from curnits.sim.games.feasible.frontier import support
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import harmful_actions, without
from curnits.sim.games.normal import NormalGame


@dataclass(frozen=True, eq=False)
class Escalation:
    """What threats do in an agreement.

    Attributes
    ----------
    damage : Damage
        Of every coalition's threat, curnits.
    at_stake : float
        Curnits: the payoff ranges of all players at the prices of the agreement.
    fought_with : tuple of ndarray
        How often each player plays each action if talks fail;
        :func:`curnits.sim.games.damage.fought_with`.
    harmful : dict from int to tuple of int
        Actions by player that only harm, see
        :func:`curnits.analysis.verification.disarmed.harmful_actions`; players without any left
        out.
    leverage : ndarray, shape (n,)
        Utilons that each player gains by its own harmful actions: what it gets, less what it would
        get if they were struck. NaN where no answer was found to the game without them.
    owed : ndarray, shape (n,)
        Utilons each player owes to threats: what it gets, less what it would get if the harmful
        actions of all players were struck. Negative for victims.
    open : dict from mask to OpenThreat
        What optimal threats do in that answer, of the conflicts for which it was worked out.
    off : dict from mask to float
        By how much more or less the threats of the state deliver, a share of payoff range.
    """

    damage: Damage
    at_stake: float
    fought_with: tuple[Vector, ...]
    harmful: dict[int, tuple[int, ...]]
    leverage: Vector
    owed: Vector
    open: dict[Mask, OpenThreat]
    off: dict[Mask, float]


def damage_of(game: Game, state: Equilibrium) -> Damage:
    """Return what the threats of an answer, or of a simulated state judged like one, would do."""
    prices = state.candidate.prices
    fought = fights(game, state.candidate.threats, state.payoffs)
    return damage(prices, state.payoffs, fought, support(game.outcomes, prices))


def measure(
    game: Game, state: Equilibrium, answer: Equilibrium | None, credibility: Vector | None = None
) -> Escalation:
    """Measure the threats of a state, and what they are worth in the analytic answer.

    Parameters
    ----------
    game : Game
    state : Equilibrium
        Prices, agreement and threats, such as those a simulation ended with.
    answer : Equilibrium or None
        The analytic answer that leverage is measured in; without one it is NaN.
    credibility : ndarray, shape (n,), optional
        How far players are believed in that answer; by default entirely.
    """
    harmful = harmful_actions(game)
    leverage, owed = np.full(game.n, np.nan), np.full(game.n, np.nan)
    if answer is not None:
        leverage = np.zeros(game.n)
        owed = np.zeros(game.n)
        if harmful and isinstance(game, NormalGame):
            for i, actions in harmful.items():
                struck = without(game, {i: actions})
                leverage[i] = answer.payoffs[i] - _payoffs(struck, answer, credibility)[i]
            owed = answer.payoffs - _payoffs(without(game, harmful), answer, credibility)
    at_stake = float(state.candidate.prices @ game.ranges)
    played = fought_with(game, state.candidate.threats)
    opened = open_threats(answer)
    off = {mask: beyond(game, state, mask, threat) for mask, threat in opened.items()}
    harm = damage_of(game, state)
    return Escalation(harm, at_stake, played, harmful, leverage, owed, opened, off)


def open_threats(answer: Equilibrium | None) -> dict[Mask, OpenThreat]:
    """Return what optimal threats of proper coalitions do in an answer, where that is known."""
    accounts = () if answer is None else answer.coalitions
    return {account.coalition: account.open for account in accounts if account.open is not None}


def beyond(game: Game, state: Equilibrium, mask: Mask, threat: OpenThreat) -> float:
    """Return by how much a coalition's fight delivers more or less than optimal threats may.

    Returns
    -------
    float
        The most for any member, a share of its payoff range; 0 for anything in between.
    """
    delivered = state.coalitions[mask - 1].delivered
    gaps = np.maximum(threat.least - delivered, delivered - threat.most) / game.scales
    return float(max(0.0, np.nanmax(gaps)))


def _payoffs(game: Game, near: Equilibrium, credibility: Vector | None) -> Vector:
    """Return the payoffs of the answer to a smaller game that is found from given prices."""
    if game.money:
        solution = concepts.solve(game, "coco-value")
    elif credibility is not None:
        concept = concepts.doubted_concept(game)
        solution = concepts.solve(game, concept, credibility=credibility)
    else:
        solution = coco.solve(game, start=near.candidate.prices)
    return solution.equilibria[0].payoffs if solution.equilibria else np.full(game.n, np.nan)
