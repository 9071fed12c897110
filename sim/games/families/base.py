"""What all families share: the shape of a family, checks of parameters, and tabulation."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.game import MAX_PAYOFF, GameError
from curnits.sim.games.normal import NormalGame, check_names
from curnits.sim.games.parameters import is_finite_number

type Profiles = NDArray[np.int64]
type Payoffs = NDArray[np.float64]


class FamilyError(GameError):
    """Parameters for which a family has no game."""


class Family(ABC):
    """A recipe for games; its parameters are the fields of the subclass."""

    @abstractmethod
    def build(self, rng: np.random.Generator) -> NormalGame:
        """Return one game of the family.

        Parameters
        ----------
        rng : numpy.random.Generator
            Source of all chance; families without chance leave it alone.

        Raises
        ------
        GameError
            If the game would be too big.
        """


def require(condition: bool, message: str) -> None:
    """Raise `FamilyError` with ``message`` unless the condition holds."""
    if not condition:
        raise FamilyError(message)


def check_count(name: str, value: int, low: int, high: int) -> None:
    """Raise `FamilyError` unless ``value`` is an integer from ``low`` to ``high``."""
    require(
        isinstance(value, int) and not isinstance(value, bool) and low <= value <= high,
        f"{name} must be an integer from {low} to {high}, found {value!r}",
    )


def check_numbers(**values: float) -> None:
    """Raise `FamilyError` unless every value is a number of a size that payoffs may have."""
    for name, value in values.items():
        require(is_finite_number(value), f"{name} must be a finite number, found {value!r}")
        most = f"{name} must be at most {MAX_PAYOFF:g} in size, found {value!r}"
        require(abs(value) <= MAX_PAYOFF, most)


def numbered(n: int) -> tuple[str, ...]:
    """Return the names ``1`` to ``n``."""
    return tuple(str(i + 1) for i in range(n))


def tabulate(
    title: str,
    players: Sequence[str],
    actions: Sequence[Sequence[str]],
    payoff: Callable[[Profiles], Payoffs],
) -> NormalGame:
    """Build a game from a payoff rule.

    Parameters
    ----------
    title : str
    players, actions : sequences of names
    payoff : callable
        Takes the action number of each player by outcome, shape ``(n, m_1, …, m_n)``, and returns
        the payoffs in the same shape, in utilons.

    Raises
    ------
    GameError
        If the game would be too big; checked before the rule is called.
    """
    check_names(players, actions)
    profiles = np.indices([len(own) for own in actions])
    return NormalGame(
        tuple(players), tuple(tuple(own) for own in actions), payoff(profiles), title=title
    )
