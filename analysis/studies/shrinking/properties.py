"""What a smaller game should still show: one function for each property, and a registry.

Takes a game and how it is negotiated; tells whether the game has the property.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from curnits.analysis.concepts import default_concept, solve, solve_all, verify_state
from curnits.analysis.judging.shortfalls import shortfalls
from curnits.analysis.solution import Candidate
from curnits.analysis.studies.axioms.registry import AXIOMS, try_axiom
from curnits.analysis.studies.leverage import leverage
from curnits.sim.errors import InputError
from curnits.sim.games.normal import NormalGame
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.registry import row_named
from curnits.sim.running import Run, simulate

_APART = 1e-4
"""Payoffs that differ by more, in shares of payoff range, are those of different answers."""

_GAIN = 1e-6
"""What a threat must be worth to pay, in shares of its owner's payoff range."""

_REGRET = 1e-3
"""Regret of threats at the end of a run that counts, in shares of payoff range."""


class PropertyError(InputError):
    """A property that does not exist, or that a game does not have."""


@dataclass(frozen=True)
class Setting:
    """What belongs to a property besides the game.

    Attributes
    ----------
    negotiation : NegotiationSettings
    run : RunSettings
    concept : str or None
        Whose answers are looked at; by default what a game is usually solved for.
    seed : int
        Of random changes of the game, where axioms are tried.
    """

    negotiation: NegotiationSettings
    run: RunSettings
    concept: str | None = None
    seed: int = 1

    def concept_of(self, game: NormalGame) -> str:
        """Return whose answers are looked at."""
        return self.concept or default_concept(game)


@dataclass(frozen=True)
class Property:
    """Something that games may show.

    Attributes
    ----------
    title : str
        For help and messages.
    shown : callable
        Tells whether a game shows it; games that cannot be solved do not.
    """

    title: str
    shown: Callable[[NormalGame, Setting], bool]


def _several(game: NormalGame, setting: Setting) -> bool:
    found = solve_all(game, setting.concept_of(game)).equilibria
    payoffs = [answer.payoffs / game.scales for answer in found]
    return any(np.abs(one - payoffs[0]).max() > _APART for one in payoffs[1:])


def _unsolved(game: NormalGame, setting: Setting) -> bool:
    return not solve(game, setting.concept_of(game)).equilibria


def _free(game: NormalGame, setting: Setting) -> bool:
    found = solve(game, setting.concept_of(game)).equilibria
    return any(bool((answer.candidate.prices == 0.0).any()) for answer in found)


def _threats_pay(game: NormalGame, setting: Setting) -> bool:
    concept = setting.concept_of(game)
    return any(
        gain.gain > _GAIN * game.scales[gain.player] for gain in leverage(game, [concept]).gains
    )


def _run(game: NormalGame, setting: Setting) -> Run:
    return simulate(game, setting.negotiation, setting.run)


def _unsettled(game: NormalGame, setting: Setting) -> bool:
    return not _run(game, setting).converged


def _regret(game: NormalGame, setting: Setting) -> bool:
    run = _run(game, setting)
    state = Candidate(run.prices, run.agreement, run.threats, np.zeros(game.n))
    books = verify_state(game, state, run.payoffs, default_concept(game))
    return shortfalls(game, books, run.credibility).regret > _REGRET


def _fails(axiom: str) -> Callable[[NormalGame, Setting], bool]:
    def shown(game: NormalGame, setting: Setting) -> bool:
        found = try_axiom(axiom, game, setting.concept_of(game), seed=setting.seed)
        return found.holds is False

    return shown


_OTHERS: Mapping[str, Property] = {
    "several-equilibria": Property("answers with different payoffs", _several),
    "not-solved": Property("no answer is found", _unsolved),
    "zero-price": Property("an answer with a price of 0", _free),
    "threats-pay": Property("somebody gains by actions that only harm", _threats_pay),
    "not-converged": Property("agents do not settle", _unsettled),
    "regret": Property("agents end with a threat that is regretted", _regret),
}

PROPERTIES: Mapping[str, Property] = {
    **_OTHERS,
    **{
        f"axiom:{name}": Property(f"it fails that {axiom.title}", _fails(name))
        for name, axiom in AXIOMS.items()
    },
}
"""All properties by name."""


def property_named(name: str) -> Property:
    """Return a property.

    Raises
    ------
    PropertyError
        If there is none of that name.
    """
    return row_named(PROPERTIES, name, "property", PropertyError)
