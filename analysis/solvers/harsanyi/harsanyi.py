"""The ``harsanyi`` equilibrium: fair splits of what coalitions can really deliver to their members.

Universal weights are given up instead: a fighting coalition weighs its members as its own program
asks (Harsanyi 1963, in his manner; on coalitional games it is his NTU value).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from curnits.analysis.solution import Candidate, Equilibrium, Solution, Vector
from curnits.analysis.solvers.coco import search
from curnits.analysis.solvers.coco.neighbours import repriced, without_noise
from curnits.analysis.solvers.harsanyi import zero_prices
from curnits.analysis.solvers.harsanyi.conditions import HarsanyiConditions
from curnits.analysis.solvers.harsanyi.interior_point import (
    Start,
    follow,
    start,
    start_anywhere,
    start_disordered,
    start_near,
)
from curnits.analysis.verification.candidates import CandidateError
from curnits.analysis.verification.harsanyi import verify_harsanyi
from curnits.sim.games.coalitions import members
from curnits.sim.games.game import Game

type Begin = Callable[[], Start]
"""What makes a start, once it is needed."""

METHOD = (
    "homotopy from uniform threats at equal prices to the conditions with low price floors, "
    "followed to 0; a coco equilibrium; restarts"
)

_FLOORS = (1e-2, 1e-4, 1e-7)
"""Lowest prices, of a mean of 1; the first one tells best which prices vanish, if it can."""

_CRISP = 1e-11
"""Residuals, shares of payoff range, of an answer that is exact but for rounding."""

_MORE = 24
"""So many candidates more are looked at once an answer is accepted that is not exact."""

_SLACKS = (1.0, 0.1, 10.0)
"""How far off the conditions are where the first paths begin."""

_ATTEMPTS, _WIDE = 24, 30
_MARGINS = (1e-3, 1e-2, 1e-1)
_SAME = 1e-5
"""Payoffs, in shares of range, that differ by no more are one answer."""

_MOST_UNKNOWNS = 2000
"""Unknowns of a system whose dense equations are solved in a fraction of a second."""


def solve(game: Game, near: Candidate | None = None) -> Solution:
    """Find one ``harsanyi`` equilibrium of a finite game.

    Parameters
    ----------
    game : Game
        Played without transfers, whatever ``game.money`` says.
    near : Candidate, optional
        Where to look first; players whose payoffs vary have positive prices there.

    Returns
    -------
    Solution
        One equilibrium that :func:`curnits.analysis.verification.harsanyi.verify_harsanyi`
        accepts, or none with ``exists`` None.
    """
    return _solution(game, tuple(islice(_different(game, _ATTEMPTS, near), 1)))


def solve_widely(game: Game, near: Candidate | None = None) -> Solution:
    """Find several ``harsanyi`` equilibria with different payoffs; games often have more than one.

    Like :func:`solve`, but does not stop at the first. The list need not be complete.
    """
    return _solution(game, tuple(_different(game, _WIDE, near)))


def _solution(game: Game, equilibria: tuple[Equilibrium, ...]) -> Solution:
    if equilibria:
        return Solution("harsanyi", True, equilibria, False, METHOD, _notes(game))
    note = "no equilibrium was found"
    count = HarsanyiConditions(game.normalised).count
    if count > _MOST_UNKNOWNS:
        note = f"too large: {count:,} unknowns, at most {_MOST_UNKNOWNS:,} are tried"
    return Solution("harsanyi", None, (), False, METHOD, (note,))


def _different(game: Game, attempts: int, near: Candidate | None) -> Iterator[Equilibrium]:
    """Yield accepted equilibria with different payoffs, those that are crisp before any others."""
    known: list[Vector] = []
    coarse: list[Equilibrium] = []
    tries = 0
    for candidate in _candidates(game, attempts, near):
        tries += bool(coarse)
        if tries > _MORE:
            break
        payoffs = candidate.agreement @ game.outcomes
        if _among(payoffs, known, game):
            continue
        try:
            found = verify_harsanyi(game, candidate)
        except CandidateError:  # rounding was too much for it to be an answer at all
            continue
        if not found.accepted:
            continue
        if _worst(found) > _CRISP:
            coarse.append(found)
            continue
        known.append(payoffs)
        yield found
    for found in sorted(coarse, key=_worst):
        if not _among(found.payoffs, known, game):
            known.append(found.payoffs)
            yield found


def _among(payoffs: Vector, known: list[Vector], game: Game) -> bool:
    return any(np.abs((payoffs - other) / game.scales).max() <= _SAME for other in known)


def _worst(found: Equilibrium) -> float:
    figures = found.residuals
    return max(figures.pareto, figures.support, figures.regret, figures.split, figures.clearing)


def _candidates(game: Game, attempts: int, near: Candidate | None) -> Iterator[Candidate]:
    """Yield possible equilibria, none of them verified.

    First those near a given one, or near that of the game without noise if noise breaks ties; then
    where paths from uniform threats at equal prices lead, which depends on nothing but the game; a
    ``coco`` equilibrium, in case it delivers what is claimed; and where other paths lead.
    """
    conditions = HarsanyiConditions(game.normalised)
    if conditions.count > _MOST_UNKNOWNS:
        return
    systems = [conditions.at(floor) for floor in _FLOORS]
    lead = _without_noise(game) if near is None else verify_harsanyi(game, near)
    if lead is not None:
        yield lead.candidate
        yield from _from(game, systems, _beside(game, lead))
    yield from _from(game, systems, _plain)
    for claimed in islice(search.candidates(game), 1):
        still = {mask: np.zeros_like(threat) for mask, threat in claimed.threats.items()}
        yield replace(claimed, drift=still)
    for seed in range(attempts):
        system = systems[seed % len(systems)]
        yield from _from(game, [system], partial(_elsewhere, seed=seed))


def _without_noise(game: Game) -> Equilibrium | None:
    """Return an equilibrium of the game without noise, if noise is all that breaks ties."""
    simple = without_noise(game)
    found = () if simple is None else solve(simple).equilibria
    if not found:
        return None
    return replace(found[0], candidate=repriced(found[0].candidate, game.scales))


def _from(
    game: Game,
    systems: list[HarsanyiConditions],
    starts: Callable[[HarsanyiConditions], Iterable[Begin]],
) -> Iterator[Candidate]:
    """Yield where paths lead, start by start: to the highest floor first, and on from there."""
    for begins in zip(*(starts(system) for system in systems), strict=True):
        higher: tuple[HarsanyiConditions, Vector] | None = None
        for system, begin in zip(systems, begins, strict=True):
            reached = follow(system, begin() if higher is None else _resumed(system, *higher))
            if reached is None:
                continue
            higher = system, reached.unknowns
            yield from zero_prices.candidates(game, system, reached)


def _resumed(system: HarsanyiConditions, higher: HarsanyiConditions, x: Vector) -> Start:
    """Return a start beside an answer at a higher floor."""
    return start_near(system, higher.prices(x), higher.plays(x), higher.weights(x), _MARGINS[1])


def _plain(system: HarsanyiConditions) -> Iterator[Begin]:
    """Yield starts that treat all players and actions alike."""
    yield from (partial(start, system, slack) for slack in _SLACKS)


def _elsewhere(system: HarsanyiConditions, seed: int) -> Iterator[Begin]:
    """Yield two random starts."""
    yield partial(start_disordered, system, np.random.default_rng(seed))
    yield partial(start_anywhere, system, np.random.default_rng(seed))


def _beside(game: Game, lead: Equilibrium) -> Callable[[HarsanyiConditions], Iterator[Begin]]:
    """Return what yields starts beside a given answer, nearest first."""
    prices = lead.candidate.prices * game.scales
    prices = np.where(prices > 0.0, prices, prices.mean())
    plays = {account.coalition: account.threat for account in lead.coalitions}
    weights = {
        account.coalition: np.nan_to_num(account.weights[list(members(account.coalition))], nan=1.0)
        for account in lead.coalitions
    }
    return lambda system: (
        partial(start_near, system, prices, plays, weights, margin) for margin in _MARGINS
    )


def _notes(game: Game) -> tuple[str, ...]:
    constant = [game.players[i] for i in np.flatnonzero(game.ranges == 0.0)]
    return (f"the price of {', '.join(constant)} is immaterial",) if constant else ()
