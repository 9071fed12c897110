"""What ways of negotiating gained and lost: a run with policies against several measures.

Takes a scenario and its run; gives what everybody got, which measure that is near, what each player
gained by its policy compared with being truthful (same seed, everything else the same), and how
much was destroyed. ``curnits run`` prints it where a scenario has policies.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curnits.analysis import concepts
from curnits.analysis.solution import Vector
from curnits.analysis.solvers.references import REFERENCES as SELFISH
from curnits.analysis.solvers.references import NoReferenceError
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame
from curnits.sim.negotiation.meetings.claims import shortfall
from curnits.sim.negotiation.policies import policy_name
from curnits.sim.negotiation.references import REFERENCES, reference
from curnits.sim.negotiation.rules.rulebook import Rules, announced
from curnits.sim.running import Run, Simulation, pursue
from curnits.sim.scenario.scenario import Scenario

NEAR = 0.01
"""Distance in payoffs, a share of payoff range, within which an outcome is near a measure."""

_NOTHING = 1e-4
"""Gains below this share of payoff range are not worth a number."""

TRUE, TOLD = "equilibrium", "announced equilibrium"
"""What the measures are called that rest on the analytic solution."""


@dataclass(frozen=True, eq=False)
class PolicyJudgement:
    """What the policies of a run did.

    Attributes
    ----------
    policies : dict from str to str
        The name of each policy that was stated, by player.
    payoffs : ndarray, shape (n,)
        True payoffs, utilons; the average over talks that agreed or broke down.
    measures : dict from str to ndarray
        Payoffs, utilons, by what they are: the equilibria of the true and of the announced game
        (at true payoffs), and references that owe nothing to threats. Those that are not known
        are left out.
    near : str or None
        The measure nearest to the payoffs, if it is within :data:`NEAR`.
    gained : dict from str to float
        What each player who is not truthful gained by its policy, utilons.
    destroyed : float
        What was lost to everybody together, as a share of what is at stake at equilibrium prices.
    verdict : str
        The same in plain words.
    """

    policies: Mapping[str, str]
    payoffs: Vector
    measures: Mapping[str, Vector]
    near: str | None
    gained: Mapping[str, float]
    destroyed: float
    verdict: str


def impossible(scenario: Scenario) -> str | None:
    """Say why no agreement can be signed, before anything is run; None if one may be.

    Reservations are compared with what can be agreed on in the game as announced.
    """
    policies = Rules.of(scenario.game_without_ladders, scenario.negotiation).policies
    game = announced(scenario.build(), policies)
    least = np.array([policy.least(game, i) for i, policy in enumerate(policies)])
    if game.money and not np.isfinite(least).all():
        return None
    over = shortfall(game, least)
    if over <= NEAR:
        return None
    named = [
        f"{player} {game.low[i] + game.scales[i] * least[i]:.4g}"
        for i, player in enumerate(game.players)
        if np.isfinite(least[i])
    ]
    return (
        f"No agreement can be signed: {', '.join(named)} are insisted on, "
        f"{100 * over:.2g} % of payoff range more than there is."
    )


def judge_policies(scenario: Scenario, run: Run) -> PolicyJudgement | None:
    """Judge what policies did in a run; None if everybody is truthful, or it was interrupted."""
    stated = scenario.negotiation.policies
    if not stated or run.interrupted:
        return None
    game = scenario.build()
    measures = _measures(scenario)
    payoffs = achieved(game, run)
    gained = {}
    for player in stated:
        others = {name: policy for name, policy in stated.items() if name != player}
        truthful = pursue(Simulation.of(scenario.with_negotiation(policies=others)))
        i = game.players.index(player)
        gained[player] = float(payoffs[i] - achieved(game, truthful)[i])
    near = _nearest(game, payoffs, measures)
    destroyed = _destroyed(game, payoffs, run)
    verdict = _verdict(game, near, gained, destroyed)
    names = {player: policy_name(policy) for player, policy in stated.items()}
    return PolicyJudgement(names, payoffs, measures, near, gained, destroyed, verdict)


def achieved(game: Game, run: Run) -> Vector:
    """Return what everybody got on average over talks that ended, utilons, shape ``(n,)``."""
    talks = run.tables["talks"]
    ended = talks[talks["ending"] != "unfinished"]
    if ended.empty:
        return run.payoffs
    mean = ended.groupby("player")["payoff"].mean()
    return mean[list(game.players)].to_numpy(dtype=np.float64)


def _measures(scenario: Scenario) -> dict[str, Vector]:
    game = scenario.build()
    policies = Rules.of(scenario.game_without_ladders, scenario.negotiation).policies
    told = announced(game, policies)
    measures: dict[str, Vector] = {}
    for found in concepts.solve(game, concepts.default_concept(game)).equilibria[:1]:
        measures[TRUE] = found.payoffs
    if told is not game:
        for found in concepts.solve(told, concepts.default_concept(told)).equilibria[:1]:
            agreement = found.candidate.agreement
            paid = found.payoffs - agreement @ told.outcomes  # where there is no money, nothing
            measures[TOLD] = agreement @ game.outcomes + (paid if game.money else 0.0)
    for name in REFERENCES:
        measures[name] = game.low + game.scales * reference(game, name)
    for name, found_by in SELFISH.items():
        if isinstance(game, NormalGame):
            try:
                measures[name] = found_by(game).payoffs
            except NoReferenceError:
                continue
    return measures


def _nearest(game: Game, payoffs: Vector, measures: Mapping[str, Vector]) -> str | None:
    units = concepts.units(game)
    gaps = {name: float(np.abs((payoffs - at) / units).max()) for name, at in measures.items()}
    best = min(gaps, key=lambda name: gaps[name])
    return best if gaps[best] <= NEAR else None


def _destroyed(game: Game, payoffs: Vector, run: Run) -> float:
    prices = np.ones(game.n) if game.money else run.prices
    lost = float((game.outcomes @ prices).max() - payoffs @ prices)
    return lost / float(prices @ game.scales)


def _verdict(game: Game, near: str | None, gained: Mapping[str, float], destroyed: float) -> str:
    where = f"near what is called {near}" if near else "near none of the measures"
    said = f"On average the outcome is {where}."
    for player, gain in gained.items():
        share = gain / float(game.scales[game.players.index(player)])
        if abs(share) < _NOTHING:
            said += f" {player} gained nothing by its policy."
            continue
        word = "gained" if gain > 0.0 else "lost"
        amount = f"{abs(gain):.4g} by its policy ({100 * abs(share):.2g} % of range)"
        said += f" {player} {word} {amount}."
    return f"{said} Destroyed: {100 * destroyed:.2g} % of what is at stake."
