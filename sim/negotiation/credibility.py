"""How far threats are believed: players who do not carry theirs out are believed less."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.games.coalitions import membership
from sim.games.game import Game, GameError
from sim.negotiation.conflicts import Conflicts, Segments, Vector
from sim.negotiation.settings import CredibilitySettings
from sim.negotiation.threats import recency

_TIE = 1e-12


@dataclass
class Credibility:
    """What everybody thinks will be done when it comes to a fight.

    A coalition is believed as far as its least credible member. To that extent it is expected to do
    what it threatens with, and otherwise to retreat: to reply as is best for its own members.

    Attributes
    ----------
    settings : CredibilitySettings
    resolve : ndarray, shape (n,)
        Probability with which each player does carry out its threats.
    levels : ndarray, shape (n,)
        Probability with which each is believed to.
    """

    settings: CredibilitySettings
    resolve: Vector
    levels: Vector
    _retreats: Vector = field(default_factory=lambda: np.zeros(0))
    _age: int = 0
    _full: bool = field(init=False)  # asked for in every tick

    def __post_init__(self) -> None:
        self._full = bool((self.levels >= 1.0).all())

    def believed(self, conflicts: Conflicts, threats: Vector, prices: Vector) -> Vector:
        """Return what is expected of coalitions that threaten, shape ``(L,)``.

        Parameters
        ----------
        conflicts : Conflicts
        threats : ndarray, shape (L,)
        prices : ndarray, shape (n,)
            Curnits per utilon.
        """
        if self._full:
            return threats
        if len(self._retreats) != len(threats):
            self._retreats, self._age = retreats(conflicts, threats, prices), 0
        share = self._coalitions[conflicts.coalitions][conflicts.segments.owner]
        return np.asarray(share * threats + (1.0 - share) * self._retreats)

    def retreat(self, conflicts: Conflicts, threats: Vector, prices: Vector) -> None:
        """Let everybody reconsider how coalitions would retreat, by fictitious play (Brown 1951).

        Parameters as for :meth:`believed`.
        """
        if not self._full:
            expected = self.believed(conflicts, threats, prices)
            latest = retreats(conflicts, expected, prices)
            self._retreats += recency(self._age) * (latest - self._retreats)
            self._age += 1

    def observe(self, firm: NDArray[np.bool_]) -> None:
        """Learn from a fight who was ready to carry out its threat, shape ``(n,)``."""
        self.levels[firm] += self.settings.gain * (1.0 - self.levels[firm])
        self.levels[~firm] *= 1.0 - self.settings.loss
        self._full = bool((self.levels >= 1.0).all())

    @property
    def _coalitions(self) -> Vector:
        inside = membership(len(self.levels)) > 0.0
        return np.where(inside, self.levels, 1.0).min(axis=1)


def credibility_of(game: Game, settings: CredibilitySettings) -> Credibility:
    """Return how far players are believed at first.

    Raises
    ------
    GameError
        If the settings name somebody who does not play.
    """
    stated = settings.resolve
    given = stated if isinstance(stated, dict) else dict.fromkeys(game.players, stated)
    for player in given:
        if player not in game.players:
            expected = ", ".join(game.players)
            raise GameError(
                f"negotiation.credibility.resolve: expected some of {expected} (found {player!r})"
            )
    resolve = np.array([given.get(player, 1.0) for player in game.players])
    return Credibility(settings, resolve, np.full(game.n, settings.start))


def retreats(conflicts: Conflicts, threats: Vector, prices: Vector) -> Vector:
    """Return what is best for each coalition's own members against threats, ties evenly.

    Parameters and result as for :meth:`Credibility.believed`.
    """
    segments: Segments = conflicts.segments
    own = membership(conflicts.n) * prices
    gains, _ = conflicts.fight(threats, own)
    best = gains >= segments.maxima(gains)[segments.owner] - _TIE
    return segments.normalise(best.astype(np.float64))
