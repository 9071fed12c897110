"""The ``harsanyi`` equilibrium: fair splits of what coalitions can really deliver to their members.

Universal weights are given up instead: a fighting coalition weighs its members as its own program
asks (Harsanyi 1963, in his manner; on coalitional games it is his NTU value).
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from analysis.equilibrium import floors, search
from analysis.equilibrium.disposal import System
from analysis.equilibrium.interior import Start, follow, start, start_anywhere, start_near
from analysis.solution import Candidate, Equilibrium, Solution, Vector
from analysis.verify_harsanyi import verify_harsanyi
from sim.games.coalitions import members
from sim.games.game import Game

METHOD = (
    "homotopy from a made-up equilibrium to the conditions, with Newton steps; restarts; "
    "a coco equilibrium; falling price floors for players who may be free"
)

_ATTEMPTS, _WIDE, _PATIENCE = 80, 20, 10
_MARGINS = (1e-3, 1e-2, 1e-1)
_SAME = 1e-5
_MOST_UNKNOWNS = 2000


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
        One equilibrium that :func:`analysis.verify_harsanyi.verify_harsanyi` accepts, or none with
        ``exists`` None.
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
    count = System(game.normalised).count
    if count > _MOST_UNKNOWNS:
        note = f"too large: {count:,} unknowns, at most {_MOST_UNKNOWNS:,} are tried"
    return Solution("harsanyi", None, (), False, METHOD, (note,))


def _different(game: Game, attempts: int, near: Candidate | None) -> Iterator[Equilibrium]:
    """Yield accepted equilibria with different payoffs."""
    known: list[Vector] = []
    for candidate in _candidates(game, attempts, near):
        payoffs = candidate.agreement @ game.outcomes
        if any(np.abs((payoffs - other) / game.scales).max() <= _SAME for other in known):
            continue
        found = verify_harsanyi(game, candidate)
        if found.accepted:
            known.append(payoffs)
            yield found


def _candidates(game: Game, attempts: int, near: Candidate | None) -> Iterator[Candidate]:
    """Yield possible equilibria; when patience is lost, special ones."""
    system = System(game.normalised, 1e-4)
    if system.count > _MOST_UNKNOWNS:
        return
    for attempt, begin in enumerate(_starts(game, system, attempts, near)):
        reached = follow(system, begin)
        if reached is None:
            continue
        yield from floors.candidates(game, system, reached)


def _special_candidates(game: Game) -> Iterator[Candidate]:
    """Yield answers that no path leads to, as conditions are degenerate there.

    A ``coco`` equilibrium, in case it delivers what is claimed, and equilibria with free players.
    """
    for claimed in islice(search.candidates(game), 1):
        still = {mask: np.zeros_like(threat) for mask, threat in claimed.threats.items()}
        yield replace(claimed, drift=still)
    for free in _free_players(game):
        yield from floors.candidates(game, free)


def _free_players(game: Game) -> Iterator[list[int]]:
    """Yield players whose prices may be 0: one at a time, the idle first, then all the idle."""
    varying = np.flatnonzero(game.ranges > 0.0).tolist()
    idle = [i for i in varying if game.joint_actions(1 << i) == 1]
    if len(varying) > 1:
        yield from ([i] for i in sorted(varying, key=lambda i: i not in idle))
    if 1 < len(idle) < len(varying):
        yield idle


def _starts(game: Game, system: System, attempts: int, near: Candidate | None) -> Iterator[Start]:
    if near is not None:
        prices = near.prices * game.scales
        prices = np.where(prices > 0.0, prices, prices.mean())
        accounts = verify_harsanyi(game, near).coalitions
        plays = {account.coalition: account.threat for account in accounts}
        weights = {
            mask: np.nan_to_num(account.weights[list(members(mask))], nan=1.0)
            for mask, account in zip(plays, accounts, strict=True)
        }
        for margin in _MARGINS:
            yield start_near(system, prices, plays, weights, margin)
    for attempt in range(attempts):
        rng = np.random.default_rng(attempt)
        if attempt >= _WIDE and attempt % 2:
            yield start_anywhere(system, rng)
        else:
            yield start(system, rng, 0.3 * attempt**0.5)


def _notes(game: Game) -> tuple[str, ...]:
    constant = [game.players[i] for i in np.flatnonzero(game.ranges == 0.0)]
    return (f"the price of {', '.join(constant)} is immaterial",) if constant else ()
