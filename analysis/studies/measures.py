"""What can be found out about a run of a study, by name; a new measure is one class and one row.

A measure takes a :class:`curnits.analysis.studies.trials.Trial` and gives columns of the table
``runs``, and columns of the table ``agents``. Other packages offer measures by entry points in the
group ``curnits.measures``. Called by :mod:`curnits.analysis.studies.tasks` in whatever process does
a run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np

from curnits.analysis.judging.escalation import damage_of
from curnits.analysis.judging.judge import REACHED
from curnits.analysis.solution import Vector
from curnits.analysis.studies.trials import Trial
from curnits.sim.negotiation.rules.plugins import RuleError, offered, plugin
from curnits.sim.scenario.payoffs import FieldError

SAME = 1e-4
"""Payoffs closer than this, a share of payoff range, count as one answer."""

type Columns = Mapping[str, Any]
"""Values by name: numbers, truth values, text or None."""


@dataclass(frozen=True)
class Measure:
    """An entry of the registry.

    Attributes
    ----------
    about : str
        One line.
    runs : callable
        Columns of the run's row.
    agents : callable
        Columns with one value for each player, in the order of the game.
    series : bool
        Whether it may read tables of many ticks. Where no measure does, and none are to be kept,
        none are recorded.
    """

    about: str
    runs: Callable[[Trial], Columns] = field(default=lambda trial: {})
    agents: Callable[[Trial], Mapping[str, Sequence[Any] | Vector]] = field(
        default=lambda trial: {}
    )
    series: bool = True


def _outcome(trial: Trial) -> Columns:
    return {"settled": trial.run.converged, "ticks": trial.run.ticks}


def _outcomes(trial: Trial) -> Mapping[str, Vector]:
    return {"payoff": trial.run.payoffs, "price": trial.run.prices}


def _answer(trial: Trial) -> Columns:
    judged = trial.judgement
    return {
        "converged": judged.arrived,
        "verdict": judged.verdict,
        "concept": judged.concept,
        "answer": judged.number,
        "distance": judged.payoff_distance,
        "price_distance": judged.price_distance,
    }


def _answers(trial: Trial) -> Mapping[str, Vector]:
    nearest = trial.judgement.nearest
    if nearest is None:
        return {name: np.full(trial.game.n, np.nan) for name in ("analytic", "analytic_price")}
    return {"analytic": nearest.payoffs, "analytic_price": nearest.candidate.prices}


def _history(trial: Trial) -> Columns:
    talks, breakdowns = trial.run.tables["talks"], trial.run.tables["breakdowns"]
    endings = talks.groupby("talk")["ending"].first()
    return {
        "agreed": int((endings == "agreed").sum()),
        "broke_down": int((endings == "broke down").sum()),
        "carried_out": int(breakdowns["carried_out"].sum()),
    }


def _histories(trial: Trial) -> Mapping[str, Vector]:
    """Average payoff over talks that ended, and how far one is believed at the end."""
    talks = trial.run.tables["talks"]
    ended = talks[talks["ending"] != "unfinished"].groupby("player")["payoff"].mean()
    last = talks.groupby("player")["credibility"].last()
    players = list(trial.game.players)
    return {
        "average": ended.reindex(players).to_numpy(np.float64),
        "credibility": last.reindex(players).to_numpy(np.float64),
    }


def _threats(trial: Trial) -> Columns:
    harm, inventions = trial.escalation.damage, trial.run.tables["inventions"]
    return {
        "expected_destruction": harm.expected(1.0),
        "worst_destruction": float(harm.destruction.max()),
        "at_stake": trial.escalation.at_stake,
        "inventions": len(inventions),
    }


def _leverage(trial: Trial) -> Mapping[str, Vector]:
    return {"leverage": trial.escalation.leverage, "owed_to_threats": trial.escalation.owed}


def _transfers(trial: Trial) -> Columns:
    return {"transfers": float(trial.paid.clip(0.0).sum())}


def _paid(trial: Trial) -> Mapping[str, Vector]:
    return {"paid": trial.paid}


def _several(trial: Trial) -> Columns:
    """How many answers a game has, how far apart they are, and how far their threats are."""
    game, solution = trial.game, trial.solution
    points = [found.payoffs / game.scales for found in solution.equilibria]
    distinct: list[Vector] = []
    for point in points:
        if all(np.abs(point - other).max() > SAME for other in distinct):
            distinct.append(point)
    apart = [float(np.abs(p - q).max()) for p, q in combinations(distinct, 2)]
    return {
        "several": len(distinct) > 1,
        "answers": len(distinct),
        "equilibria": len(points),
        "complete": solution.complete,
        "widest": max(apart, default=0.0),
        "worst_threat": max(
            (float(damage_of(game, found).destruction.max()) for found in solution.equilibria),
            default=np.nan,
        ),
    }


def _reached(trial: Trial) -> Columns:
    """Which of several answers the agents get to; they negotiate only where there are several.

    ``reached`` is the place in the list of answers, 0 for none of them; ``fairest`` and
    ``least_threat`` tell whether that one has the highest lowest payoff (shares of range), and the
    smallest threat, of all.
    """
    game, found = trial.game, trial.solution.equilibria
    if _several(trial)["answers"] < 2:
        return {"reached": None, "fairest": None, "least_threat": None}
    gaps = [float((np.abs(trial.run.payoffs - e.payoffs) / game.scales).max()) for e in found]
    near = int(np.argmin(gaps))
    if not trial.run.converged or gaps[near] > REACHED:
        return {"reached": 0, "fairest": None, "least_threat": None}
    lowest = [float(((e.payoffs - game.low) / game.scales).min()) for e in found]
    threats = [float(damage_of(game, e).destruction.max()) for e in found]
    return {
        "reached": near + 1,
        "fairest": lowest[near] > max(lowest) - SAME,
        "least_threat": threats[near] < min(threats) * (1 + SAME),
    }


_measure = partial(Measure, series=False)

MEASURES: Mapping[str, Measure] = {
    "outcome": _measure("whether and when talks settled, payoffs and prices", _outcome, _outcomes),
    "answer": _measure("verdict and distance to the nearest analytic answer", _answer, _answers),
    "history": _measure("breakdowns, credibility, average over talks", _history, _histories),
    "threats": _measure("destruction threatened, inventions and leverage", _threats, _leverage),
    "payments": _measure("who would pay whom for the coco value, utilons", _transfers, _paid),
    "several": _measure("how many answers the game has, and how far apart", _several),
    "reached": _measure("which of several answers the agents get to", _reached),
}
"""Every measure of this package by the name that study files use."""


def measure_named(name: str) -> Measure:
    """Return a measure of this package, or one that another package offers.

    Raises
    ------
    FieldError
        If there is none of that name.
    RuleError
        If it cannot be imported, or is no :class:`Measure`.
    """
    if name in MEASURES:
        return MEASURES[name]
    found = plugin("measures", name)
    if found is None:
        known = ", ".join([*MEASURES, *offered("measures")])
        raise FieldError((), f"no measure {name!r} (expected some of {known})")
    if not isinstance(found, Measure):
        raise RuleError(f"the plug-in {name!r} is no curnits.analysis.studies.measures.Measure")
    return found


def check_measures(names: Sequence[str]) -> None:
    """Check that there are measures of these names.

    Raises
    ------
    FieldError
        If one is unknown or there twice, or there are none.
    """
    if not names:
        raise FieldError(("measures",), f"expected some of {', '.join(MEASURES)} (found none)")
    for k, name in enumerate(names):
        if name in names[:k]:
            raise FieldError(("measures", k), f"{name} is there twice")
        try:
            measure_named(name)
        except FieldError as error:
            raise FieldError(("measures", k), str(error)) from error
