"""Axioms about how answers change with the game: another game is made, solved and compared."""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple, override

import numpy as np

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.bargaining import equal_surplus, nash
from curnits.analysis.studies.axioms.axiom import SAME, Answered, Axiom, Trial, within
from curnits.sim.games.normal import NormalGame, from_payoffs

_MOST_OUTCOMES = 4_000
"""Outcomes of the largest game that is made up."""

_FEW_ACTIONS = 2
"""Actions of each player in an unrelated game."""


class Changed(NamedTuple):
    """A game made from another one.

    Attributes
    ----------
    game : NormalGame
    expected : callable
        The payoffs that go with an answer to the game it was made from.
    what : str
        What was changed, for readers.
    """

    game: NormalGame
    expected: Callable[[Vector], Vector]
    what: str


class Transforming(Axiom):
    """An axiom that says which answers to another game go with those to a game."""

    @abstractmethod
    def change(self, game: NormalGame, concept: str, rng: np.random.Generator) -> Changed | None:
        """Return another game; None if it would be too large."""

    @override
    def trials(self, asked: Answered, rng: np.random.Generator, count: int) -> Iterator[Trial]:
        if not isinstance(asked.game, NormalGame):
            return
        for _ in range(count):
            changed = self.change(asked.game, asked.concept, rng)
            if changed is not None:
                yield _compared(asked, changed)


class Anonymity(Transforming):
    """Names and order of players and actions do not matter."""

    name, title = "symmetry", "names and order of players and actions do not matter"

    @override
    def change(self, game: NormalGame, concept: str, rng: np.random.Generator) -> Changed:
        order = rng.permutation(game.n)
        payoffs = game.payoffs
        for i, count in enumerate(game.shape):
            payoffs = payoffs.take(rng.permutation(count), axis=i + 1)
        payoffs = payoffs[order].transpose(0, *(order + 1))
        other = from_payoffs(payoffs, money=game.money)
        listed = ", ".join(game.players[i] for i in order)
        return Changed(other, lambda found: found[order], f"players in the order {listed}")


class ScaleAndShift(Transforming):
    """Units and zeros of utilities do not matter; with money, one unit for all."""

    name, title = "scale-and-shift", "units and zeros of utilities do not matter"

    @override
    def change(self, game: NormalGame, concept: str, rng: np.random.Generator) -> Changed:
        scales = np.exp(rng.uniform(-2, 2, game.n))
        if game.money:
            scales[:] = scales[0]
        shifts = rng.uniform(-2, 2, game.n) * game.scales * scales
        axes = (-1, *[1] * game.n)
        payoffs = scales.reshape(axes) * game.payoffs + shifts.reshape(axes)
        stated = ", ".join(f"{scale:.3g}" for scale in scales)
        return Changed(
            replace(game, payoffs=payoffs),
            lambda found: scales * found + shifts,
            f"units times {stated}",
        )


class NullPlayer(Transforming):
    """Whoever gets nothing and changes nothing gets nothing and changes nothing."""

    name, title = "null-player", "somebody with no stake and no influence changes nothing"

    @override
    def change(self, game: NormalGame, concept: str, rng: np.random.Generator) -> Changed | None:
        if 2 * len(game.outcomes) > _MOST_OUTCOMES:
            return None
        copied = np.stack([game.payoffs] * 2, axis=-1)
        payoffs = np.concatenate([copied, np.zeros((1, *copied.shape[1:]))])
        return Changed(
            from_payoffs(payoffs, money=game.money),
            lambda found: np.append(found, 0.0),
            "one player more",
        )


class Additivity(Transforming):
    """Two unrelated games played at once come to the sum of their answers."""

    name, title = "additivity", "two unrelated games at once come to the sum of both"

    @override
    def change(self, game: NormalGame, concept: str, rng: np.random.Generator) -> Changed | None:
        n = game.n
        if len(game.outcomes) * _FEW_ACTIONS**n > _MOST_OUTCOMES:
            return None
        units = game.scales.reshape(-1, *[1] * n)
        shape = (n, *[_FEW_ACTIONS] * n)
        beside = from_payoffs(units * rng.integers(0, 4, shape) / 3, money=game.money)
        there = Answered(beside, concept)
        found = there.payoffs(every=there.searchable)
        if len(found) != 1:
            return None
        extended = game.payoffs.reshape(n, *(m for own in game.shape for m in (own, 1)))
        added = beside.payoffs.reshape(n, *[1, _FEW_ACTIONS] * n)
        both = (extended + added).reshape(n, *(m * _FEW_ACTIONS for m in game.shape))
        return Changed(
            from_payoffs(both, money=game.money),
            lambda own: own + found[0],
            "beside a game of random payoffs",
        )


class DestructionButtons(Transforming):
    """An action that also harms all others, at a cost to its owner or none, changes nothing."""

    name, title = "buttons", "a button that harms all others, and its owner or not, changes nothing"

    @override
    def change(self, game: NormalGame, concept: str, rng: np.random.Generator) -> Changed | None:
        player = int(rng.integers(game.n))
        if len(game.outcomes) * (1 + 1 / game.shape[player]) > _MOST_OUTCOMES:
            return None
        base = int(rng.integers(game.shape[player]))
        harm, cost = rng.uniform(0.1, 1.0), rng.choice([0.0, rng.uniform(0.0, 0.3)])
        losses = harm * game.scales
        losses[player] = cost * game.scales[player]
        button = game.payoffs.take([base], axis=player + 1)
        button = button - losses.reshape(-1, *[1] * game.n)
        payoffs = np.concatenate([game.payoffs, button], axis=player + 1)
        return Changed(
            from_payoffs(payoffs, money=game.money),
            lambda found: found,
            f"{game.players[player]} can harm the others by {harm:.0%} of their ranges "
            f"at a cost of {cost:.0%} of its own",
        )


class NoThreats(Transforming):
    """Where no side can gain by fighting, everybody gains alike.

    Everybody is given an action by which all get their worst, so that ``d(S) = 0`` for all S. With
    money the surplus is then shared equally, without it so that gains are worth the same (Nash).
    """

    name, title = "no-threats", "where anybody can only break off, everybody gains alike"

    @override
    def trials(self, asked: Answered, rng: np.random.Generator, count: int) -> Iterator[Trial]:
        yield from super().trials(asked, rng, min(count, 1))

    @override
    def change(self, game: NormalGame, concept: str, rng: np.random.Generator) -> Changed | None:
        shape = tuple(m + 1 for m in game.shape)
        if np.prod(shape) > _MOST_OUTCOMES:
            return None
        low = game.low.reshape(-1, *[1] * game.n)
        payoffs = np.zeros((game.n, *shape))
        payoffs[(slice(None), *(slice(m) for m in game.shape))] = game.payoffs - low
        other, nothing = from_payoffs(payoffs, money=game.money), np.zeros(game.n)
        fair = equal_surplus(concept, other.outcomes, nothing).payoffs
        if not game.money:
            fair = nash(other.outcomes, nothing).payoffs
        return Changed(other, lambda _: fair, "everybody can break off")


def _compared(asked: Answered, changed: Changed) -> Trial:
    """Solve the other game; if its answer goes with none that is known, look for all of those."""
    other = Answered(changed.game, asked.concept)
    if not other.payoffs():
        return Trial(None, 0.0, f"no answer was found: {changed.what}")
    gap = _gap(asked, other, changed, every=False)
    if gap > SAME and not asked.complete and asked.searchable:
        gap = _gap(asked, other, changed, every=True)
    if gap <= SAME:
        return Trial(True, gap, changed.what)
    return Trial(False if asked.complete else None, gap, changed.what)


def _gap(asked: Answered, other: Answered, changed: Changed, *, every: bool) -> float:
    """Return how far the answer to the other game is from the nearest that is expected."""
    found = other.payoffs()[0]
    known = [*asked.payoffs(), *(asked.payoffs(every=True) if every else ())]
    return min(within(changed.game, found, changed.expected(payoffs)) for payoffs in known)
