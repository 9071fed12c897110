"""The ``coco`` equilibrium: prices at which the fair money solution says "stay where you are".

Shapley's λ-transfer value with optimal threats (Shapley 1969; Harsanyi 1963): at prices ``a`` every
player's Harsanyi–Shapley value of the game in curnits is exactly what the agreement is worth to it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from curnits.analysis.solution import Candidate, Equilibrium, Solution, Vector
from curnits.analysis.solvers.coco.neighbours import repriced, without_noise
from curnits.analysis.solvers.coco.search import candidates, near
from curnits.analysis.solvers.rules.minimax import MINIMAX
from curnits.analysis.solvers.rules.rule import ConflictRule
from curnits.analysis.verification.coco import verify
from curnits.sim.games.coalitions import membership
from curnits.sim.games.game import Game

METHOD = "piecewise linear path following, then Newton steps on the active face"

EXACT = 1e-11
"""Largest residual, a share of payoff range, of an answer that is not improved any further."""

_MORE = 12
"""So many candidates more are verified in search of something better than an accepted answer."""

_TOGETHER, _DEARER = 2, 8.0
"""Players whose prices are raised together where other answers are looked for, and how far."""

_SAME = 1e-6
"""Answers whose payoffs differ by no more, in shares of payoff range, are one."""


def solve(game: Game, *, start: Vector | None = None) -> Solution:
    """Find one ``coco`` equilibrium of a finite game.

    Parameters
    ----------
    game : Game
        Played without transfers, whatever ``game.money`` says.
    start : ndarray, shape (n,), optional
        Prices (curnits per utilon) near which to look first; equal normalised prices by default.

    Returns
    -------
    Solution
        One equilibrium that :func:`curnits.analysis.verification.coco.verify` accepts, or none
        with ``exists`` None:
        an equilibrium always exists as a limit of positive prices (Kakutani 1941), but the search
        may fail to find it.

    Notes
    -----
    Which equilibrium comes first follows from the game alone. It is the first exact one (residuals
    up to :data:`EXACT`) on a path that begins at equal normalised prices, or failing that the most
    exact of those accepted. The path runs over players sorted by their normalised payoffs, then by
    the payoffs of all others along with them, rounded; so neither units, nor the order of players
    and actions, nor copies of actions matter. Only players who are alike in all this are taken in
    the order in which the game lists them: of equilibria that differ just by exchanging such
    players, it is the listing that decides. Where noise is all that breaks ties, the path is that
    of the game without noise (:func:`curnits.analysis.solvers.coco.neighbours.without_noise`).
    """
    return COCO.solve(game, start)


@dataclass(frozen=True)
class ClearingSolver:
    """What finds prices that clear under a conflict rule, and what such an answer must stand.

    Attributes
    ----------
    concept : str
    rule : ConflictRule
        What fights are worth.
    verify : callable
        Tells whether a candidate is an answer.
    """

    concept: str
    rule: ConflictRule
    verify: Callable[[Game, Candidate], Equilibrium]

    def solve(self, game: Game, start: Vector | None = None) -> Solution:
        """Find one answer; see :func:`solve`."""
        found = self._found(game, start)
        if found is None:
            note = "no equilibrium was found"
            return Solution(self.concept, None, (), False, METHOD, (note,))
        said = notes(game, found.candidate)
        if _worst(found) > EXACT:
            figure = f"{_worst(found):.1g} of payoff range"
            said += (f"residuals up to {figure}: nothing better was found",)
        return Solution(self.concept, True, (found,), False, METHOD, said)

    def solve_widely(self, game: Game) -> Solution:
        """Look for several answers, from prices all over the simplex."""
        sides = membership(game.n)[1:]
        starts = sides[sides.sum(axis=1) <= _TOGETHER] * _DEARER + 1.0
        found: list[Equilibrium] = []
        for start in [None, *(starts / game.scales)]:
            answer = self._found(game, start)
            if answer is not None and not any(_alike(game, answer, other) for other in found):
                found.append(answer)
        said = notes(game, found[0].candidate) if found else ("no equilibrium was found",)
        method = f"{METHOD}; from {len(starts) + 1} starting prices"
        return Solution(self.concept, bool(found) or None, tuple(found), False, method, said)

    def _found(self, game: Game, start: Vector | None) -> Equilibrium | None:
        for group in self._promising(game, start):
            accepted = self._accepted(game, group)
            if accepted:
                return min(accepted, key=_worst)
        return None

    def _promising(self, game: Game, start: Vector | None) -> Iterator[Iterator[Candidate]]:
        """Yield groups of candidates, the most promising first.

        If noise is all that breaks ties, an equilibrium of the game without it leads the way.
        """
        simple = without_noise(game)
        if simple is not None:
            lead = self._found(simple, None if start is None else start * game.scales)
            if lead is not None:
                yield from near(game, repriced(lead.candidate, game.scales), self.rule)
        yield candidates(game, start, self.rule)

    def _accepted(self, game: Game, group: Iterator[Candidate]) -> list[Equilibrium]:
        """Return accepted candidates of a group up to the first that is exact, but not many."""
        accepted: list[Equilibrium] = []
        tries = 0
        for candidate in group:
            equilibrium = self.verify(game, candidate)
            if equilibrium.accepted:
                accepted.append(equilibrium)
                if _worst(equilibrium) <= EXACT:
                    break
            tries += bool(accepted)
            if tries > _MORE:
                break
        return accepted


COCO = ClearingSolver("coco", MINIMAX, verify)


def _alike(game: Game, one: Equilibrium, other: Equilibrium) -> bool:
    return bool((np.abs(one.payoffs - other.payoffs) <= _SAME * game.scales).all())


def _worst(equilibrium: Equilibrium) -> float:
    """Return the largest residual that is demanded, a share of payoff range."""
    found = equilibrium.residuals
    return max(found.pareto, found.support, found.regret, found.split, found.clearing)


def notes(game: Game, candidate: Candidate) -> tuple[str, ...]:
    """Say in words which prices are zero, and what that means."""
    free = [game.players[i] for i in np.flatnonzero(candidate.prices == 0.0)]
    if not free:
        return ()
    return (
        f"the price of {', '.join(free)} is exactly 0, the limit of ever lower prices: "
        "served with at least what could be claimed, at no cost to those whose price is positive",
    )
