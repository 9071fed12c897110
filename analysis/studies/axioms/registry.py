"""All axioms by name, and how they are tried on a game."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from curnits.analysis.studies.axioms.axiom import Answered, Axiom, Trial
from curnits.analysis.studies.axioms.standing import Efficiency, EqualTreatment, MaximinDominance
from curnits.analysis.studies.axioms.theory import known
from curnits.analysis.studies.axioms.transforming import (
    Additivity,
    Anonymity,
    DestructionButtons,
    NoThreats,
    NullPlayer,
    ScaleAndShift,
)
from curnits.sim.errors import InputError
from curnits.sim.games.game import Game
from curnits.sim.registry import row_named

_ALL: Sequence[Axiom] = (
    Efficiency(),
    Anonymity(),
    EqualTreatment(),
    NullPlayer(),
    Additivity(),
    ScaleAndShift(),
    NoThreats(),
    DestructionButtons(),
    MaximinDominance(),
)

AXIOMS: Mapping[str, Axiom] = {axiom.name: axiom for axiom in _ALL}
"""In the order in which they are shown."""


class AxiomError(InputError):
    """An axiom that does not exist, or answers that there are none of."""


@dataclass(frozen=True)
class Finding:
    """What was found about one axiom.

    Attributes
    ----------
    axiom, title : str
    holds : bool or None
        On this game: False if some trial fails, None if none does and not all are decided.
    decided, trials : int
        How many trials were decided, of how many.
    gap : float
        The largest by which a trial misses it, in shares of payoff range; if some fail, of those.
    what : str
        What was tried there; empty if it is not missed.
    in_general : bool or None
        For this concept on all such games; None: not known here.
    why : str
    """

    axiom: str
    title: str
    holds: bool | None
    decided: int
    trials: int
    gap: float
    what: str
    in_general: bool | None
    why: str


def axiom_named(name: str) -> Axiom:
    """Return an axiom.

    Raises
    ------
    AxiomError
        If there is none of that name.
    """
    return row_named(AXIOMS, name, "axiom", AxiomError)


def examine(
    game: Game,
    concept: str,
    *,
    seed: int = 1,
    count: int = 5,
    tick: Callable[[int], None] = lambda _: None,
) -> tuple[Finding, ...]:
    """Try every axiom on the answers of a concept to a game.

    Parameters
    ----------
    game : Game
    concept : str
    seed : int
        Of random changes of the game; an axiom's trials do not depend on the others.
    count : int
        Changes that are tried for each axiom.
    tick : callable
        Called with how many axioms have been tried.

    Raises
    ------
    AxiomError
        If the concept has no answer to the game.
    curnits.analysis.concepts.ConceptError
        If it does not apply.
    """
    asked = answered(game, concept)
    found = []
    for name in AXIOMS:
        found.append(_tried(name, asked, seed, count))
        tick(len(found))
    return tuple(found)


def try_axiom(name: str, game: Game, concept: str, *, seed: int = 1, count: int = 5) -> Finding:
    """Try one axiom; parameters and errors as for :func:`examine`."""
    axiom_named(name)
    return _tried(name, answered(game, concept), seed, count)


def _tried(name: str, asked: Answered, seed: int, count: int) -> Finding:
    rng = np.random.default_rng([seed, *name.encode()])
    return _finding(AXIOMS[name], asked, list(AXIOMS[name].trials(asked, rng, count)))


def answered(game: Game, concept: str) -> Answered:
    """Return a game with an answer of a concept.

    Raises
    ------
    AxiomError
        If there is none.
    curnits.analysis.concepts.ConceptError
        If the concept is unknown or does not apply.
    """
    from_concept = Answered.of(game, concept)
    if not from_concept.payoffs():
        raise AxiomError(f"no answer of {concept} was found, so there is nothing to examine")
    return from_concept


def _finding(axiom: Axiom, asked: Answered, trials: Sequence[Trial]) -> Finding:
    worst = max(trials, key=lambda trial: (trial.holds is False, trial.gap), default=None)
    general = known(axiom.name, asked.concept, asked.game)
    holds = None
    if worst is not None and worst.holds is False:
        holds = False
    elif trials and all(trial.holds for trial in trials):
        holds = True
    return Finding(
        axiom.name,
        axiom.title,
        holds,
        sum(trial.holds is not None for trial in trials),
        len(trials),
        worst.gap if worst else 0.0,
        worst.what if worst and not worst.holds else "",
        general.holds if general else None,
        general.why if general else "",
    )
