"""The ``coco`` equilibrium: prices at which the fair money solution says "stay where you are".

Shapley's λ-transfer value with optimal threats (Shapley 1969; Harsanyi 1963): at prices ``a`` every
player's Harsanyi–Shapley value of the game in curnits is exactly what the agreement is worth to it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice

import numpy as np

from curnits.analysis.solution import Candidate, Equilibrium, Solution, Vector
from curnits.analysis.solvers.coco.bystanders import participants
from curnits.analysis.solvers.coco.neighbours import repriced, without_noise
from curnits.analysis.solvers.coco.search import candidates, near
from curnits.analysis.solvers.rules.minimax import MINIMAX
from curnits.analysis.solvers.rules.rule import ConflictRule
from curnits.analysis.verification.coco import verify
from curnits.sim.games.coalitions import membership
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame

METHOD = "piecewise linear path following, then Newton steps on the active face"

EXACT = 1e-11
"""Largest residual, a share of payoff range, of an answer that is not improved any further."""

_MORE = 12
"""So many candidates more are verified in search of something better than an accepted answer."""

_TOGETHER, _DEARER = 2, 8.0
"""Players whose prices are raised together where other answers are looked for, and how far."""

_EARLY = 1e-6
"""Relative rate below which a price is meant to be 0 before others vanish, and by which it is."""

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
    of the game without noise (:func:`curnits.analysis.solvers.coco.neighbours.without_noise`), or,
    if residuals are sensitive to so much noise, of the game with more of it
    (:func:`curnits.analysis.solvers.coco.near_ties.followed`).
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
        simple = without_noise(game)
        if simple is None or not isinstance(game, NormalGame):
            return self._best(game, candidates(game, start, self.rule))
        return self._found_despite_noise(game, simple, start)

    def _found_despite_noise(
        self, game: NormalGame, simple: NormalGame, start: Vector | None
    ) -> Equilibrium | None:
        """Return an answer of a game in which noise is all that breaks ties.

        Where the noise is too small to matter, the game without it leads the way; where it is
        larger, the game with more of it. Bystanders are left out.
        """
        if rest := participants(game):
            alone = self._found(rest.game, None if start is None else start[list(rest.kept)])
            beside = [] if alone is None else [rest.beside(alone.candidate)]
            if accepted := self._best(game, iter(beside)):
                return accepted
        begin = None if start is None else start * game.scales
        groups = self._beside(game, simple, begin)
        nearest = islice(groups, 1)
        lowered = [self._lowered(game, simple, begin)]
        matters = np.abs(game.normalised.payoffs - simple.payoffs).max() > EXACT
        found = []
        for group in chain(lowered, nearest) if matters else chain(nearest, lowered):
            found.append(self._best(game, group))
            if _is_exact(found[-1]):
                return found[-1]
        for group in chain(groups, [candidates(game, start, self.rule)]):
            if any(found):
                break
            found.append(self._best(game, group))
        return min(filter(None, found), key=_worst, default=None)

    def _beside(
        self, game: Game, simple: Game, start: Vector | None
    ) -> Iterator[Iterator[Candidate]]:
        """Yield groups of candidates near an equilibrium of the game without noise."""
        lead = self._found(simple, start)
        if lead is not None:
            yield from near(game, repriced(lead.candidate, game.scales), self.rule)

    def _lowered(
        self, game: NormalGame, simple: NormalGame, start: Vector | None
    ) -> Iterator[Candidate]:
        """Yield equilibria of the game with more noise, followed as that shrinks."""
        from curnits.analysis.solvers.coco.near_ties import followed

        if self.rule.zero_sum:
            yield from followed(game, simple, partial(self._plainly, start=start))

    def _plainly(self, game: Game, start: Vector | None) -> Candidate | None:
        found = self._best(game, candidates(game, start, self.rule))
        return None if found is None else found.candidate

    def _best(self, game: Game, group: Iterator[Candidate]) -> Equilibrium | None:
        return min(self._accepted(game, group), key=_worst, default=None)

    def _accepted(self, game: Game, group: Iterator[Candidate]) -> list[Equilibrium]:
        """Return accepted candidates of a group up to the first that is exact, but not many."""
        accepted: list[Equilibrium] = []
        tries = 0
        for candidate in group:
            equilibrium = self.verify(game, candidate)
            if equilibrium.accepted:
                accepted.append(self._crisp(game, equilibrium))
                if _is_exact(accepted[-1]):
                    break
            tries += bool(accepted)
            if tries > _MORE:
                break
        return accepted

    def _crisp(self, game: Game, found: Equilibrium) -> Equilibrium:
        """Let a price that vanishes before others do so even earlier if that is more exact."""
        rates = found.candidate.vanishing * game.scales
        early = (found.candidate.prices == 0.0) & (rates < _EARLY * rates.max())
        if _is_exact(found) or not early.any():
            return found
        vanishing = np.where(early, _EARLY, 1.0) * found.candidate.vanishing
        earlier = self.verify(game, replace(found.candidate, vanishing=vanishing))
        return min(found, earlier, key=_worst) if earlier.accepted else found


COCO = ClearingSolver("coco", MINIMAX, verify)


def _alike(game: Game, one: Equilibrium, other: Equilibrium) -> bool:
    return bool((np.abs(one.payoffs - other.payoffs) <= _SAME * game.scales).all())


def _is_exact(equilibrium: Equilibrium | None) -> bool:
    return equilibrium is not None and _worst(equilibrium) <= EXACT


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
