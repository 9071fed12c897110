"""What a summary says besides its state and its answers, counted again from state and tables.

``check`` asks for the figures that are not as they are said to be: escalation, history, rate.
"""

from collections.abc import Iterator, Mapping
from math import isclose, isfinite
from typing import Any

import pandas as pd

from curnits.analysis.judging.escalation import measure
from curnits.analysis.judging.judge import convergence_rate
from curnits.analysis.solution import Equilibrium, Vector
from curnits.analysis.storage.runs import EscalationRecord, HistoryRecord, Summary
from curnits.sim.games.game import Game

_FIGURE_MISS = 1e-6
"""By how much a figure may differ, as a share of itself or of the largest payoff range."""


def recounted(
    game: Game,
    summary: Summary,
    state: Equilibrium,
    answer: Equilibrium | None,
    reached: Vector | None,
    tables: Mapping[str, pd.DataFrame],
    credibility: Vector | None = None,
) -> list[str]:
    """Return the keys of a summary whose figures are not those found now.

    Parameters
    ----------
    game : Game
    summary : Summary
    state : Equilibrium
        The last state, as it was verified.
    answer : Equilibrium or None
        The answer nearest to it, if it is one that the game is usually solved for.
    reached : ndarray, shape (n,), or None
        The payoffs of the answer nearest to it, of whatever concept.
    tables : mapping from str to DataFrame
        Of the run folder.
    credibility : ndarray, shape (n,), optional
        How far players are believed in the answer; by default entirely.
    """
    rate = None
    if reached is not None:
        found = convergence_rate(game, tables["negotiators"], reached)
        rate = found if isfinite(found) else None
    said = summary.model_dump(include={"rate", "escalation", "history"})
    due = {
        "rate": rate,
        "escalation": EscalationRecord.of(
            game, measure(game, state, answer, credibility), tables["inventions"]
        ).model_dump(),
        "history": HistoryRecord.of(tables["talks"], tables["breakdowns"]).model_dump(),
    }
    unit = float(max(1.0, game.ranges.max()))
    return list(misstated_keys(said, due, unit))


def misstated_keys(said: Any, due: Any, unit: float) -> Iterator[str]:
    """Yield the keys, dotted, at which plain data differ from what is due by more than rounding.

    Figures are compared as shares of themselves, or of ``unit``.
    """
    return map(".".join, _different(said, due, (), unit))


def _different(
    said: Any, due: Any, place: tuple[str, ...], unit: float
) -> Iterator[tuple[str, ...]]:
    if isinstance(due, dict) and isinstance(said, dict) and said.keys() == due.keys():
        for key in due:
            yield from _different(said[key], due[key], (*place, str(key)), unit)
    elif isinstance(due, list) and isinstance(said, list) and len(said) == len(due):
        for k, (one, other) in enumerate(zip(said, due, strict=True)):
            yield from _different(one, other, (*place, str(k)), unit)
    elif not (said == due or (_is_number(said) and _is_number(due) and _close(said, due, unit))):
        yield place


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _close(said: float, due: float, unit: float) -> bool:
    return isclose(said, due, rel_tol=_FIGURE_MISS, abs_tol=_FIGURE_MISS * unit)
