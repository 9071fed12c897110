"""What a solution concept must say of itself to be one: a row of the registry."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from curnits.analysis.certificates.proposition import Proposition
from curnits.analysis.solution import Candidate, Solution, Vector
from curnits.analysis.verification.curved import Verify
from curnits.sim.errors import InputError
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame

if TYPE_CHECKING:
    from curnits.analysis.solvers.sampling import Estimate

type Search = Callable[[Game, Vector | None], Solution]
"""Solves a game, from numbers of shape ``(n,)`` if they are given.

Those are a disagreement point, utilons, or how far each player is believed to carry out threats.
"""

type Reason = str
"""Why a concept does not apply, and what does instead."""


class ConceptError(InputError):
    """A concept that is unknown or does not apply to a game."""


def nothing(_: Game) -> None:
    """Return nothing, of every game."""


def always(_: Game) -> bool:
    """Say yes of every game."""
    return True


@dataclass(frozen=True, eq=False, kw_only=True)
class Concept:
    """One solution concept: what it applies to, how it is solved, listed, verified and certified.

    Attributes
    ----------
    name : str
        As users type it.
    title : str
        What it is, for help; it may end a sentence.
    answer : str
        What messages call its answers.
    solve, on_curves, with_money : callable or str
        How a game is solved that is without money and curved frontiers; that has curved frontiers;
        that has money. A text says why the concept does not apply there.
    verify : callable
        Tells, from what an answer says of itself, whether it is one. It shares no code with the
        above.
    applies : callable
        Says why the concept does not apply to a game; None if it does.
    solve_all : callable, optional
        Looks for all answers of a game without money and curved frontiers, if there may be several.
    solve_near : callable, optional
        Looks for another answer near a state of such a game, in which players are believed so far.
    bargains : bool
        Whether a disagreement point may be given; answers then have none of the threats of
        coalitions.
    doubts : bool
        Whether it must be said how far each player is believed to carry out threats.
    threats : bool
        Whether answers have threats of coalitions.
    instead : str
        What is asked of those in place of the literal conditions, if these mean little for them.
    zero_sum : bool
        Whether threats are optimal in zero-sum conflict games at the prices of an answer.
    pays : bool
        Whether players pay each other, as if every game had money.
    proof : callable
        What certificates of answers to a game prove; None where there are none.
    unique_for_two : bool
        Whether answers of two players at positive prices all have the same payoffs (Nash 1953).
    estimate : callable, optional
        Estimates the answer from so many conflicts, drawn at random, of a game with too many.
    quick : callable
        Whether a game is solved in seconds, so that it can be done by the way.
    """

    name: str
    title: str
    answer: str
    solve: Search
    on_curves: Search | Reason
    with_money: Search | Reason
    verify: Verify
    applies: Callable[[Game], Reason | None] = nothing
    solve_all: Search | None = None
    solve_near: Callable[[Game, Candidate, Vector | None], Solution] | None = None
    bargains: bool = False
    doubts: bool = False
    threats: bool = False
    instead: str = ""
    zero_sum: bool = False
    unique_for_two: bool = False
    pays: bool = False
    proof: Callable[[Game], Proposition | None] = nothing
    estimate: "Callable[[Game, int, np.random.Generator], Estimate] | None" = None
    quick: Callable[[Game], bool] = always

    def played(self, game: Game) -> Game:
        """Return the game with money, if the concept has it that players pay each other."""
        return replace(game, money=True) if self.pays else game

    def search(self, game: Game) -> Search:
        """Return how a game is solved.

        Raises
        ------
        ConceptError
            If the concept does not apply to it.
        """
        way = self.with_money if game.money else self.on_curves if game.curved else self.solve
        reason = self.applies(game) or way
        if isinstance(reason, str):
            raise ConceptError(f"{self.name} does not apply: {reason}")
        return reason


def by_actions(game: Game) -> Reason | None:
    """Say why a concept about actions of single players does not apply."""
    if isinstance(game, NormalGame):
        return None
    return (
        "it asks what players do by actions of their own "
        f"(expected a game in normal form, found {game.kind})"
    )


NO_CURVES: Reason = "it asks for a game in normal form, which has no curved frontiers"
