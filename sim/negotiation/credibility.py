"""How far threats are believed: players who do not carry theirs out are believed less.

Takes who carried out threats and who did not, gives probabilities and, for each conflict, how much
of it counts. Kept by the books (:mod:`curnits.sim.negotiation.books`), and told by talks and by
what happens when they fail.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import membership
from curnits.sim.games.game import Game, GameError
from curnits.sim.negotiation.conflicts import Conflicts, Segments, Vector
from curnits.sim.negotiation.rules.threats import recency
from curnits.sim.negotiation.settings import CredibilitySettings

_TIE = 1e-12
"""Gains, in shares of payoff range, below which two threats are equally good."""


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
        Probability with which each is believed to, by those who have no beliefs of their own.
    private : dict from int to ndarray, shape (n,)
        What those think who have.
    noise : dict from int to float
        Probability with which they mistake what they see in a fight.
    forbidden : ndarray of bool, shape (L,), or None
        What cannot be played, not even in a retreat.
    """

    settings: CredibilitySettings
    resolve: Vector
    levels: Vector
    private: dict[int, Vector] = field(default_factory=dict)
    noise: dict[int, float] = field(default_factory=dict)
    forbidden: NDArray[np.bool_] | None = None
    _retreats: Vector = field(default_factory=lambda: np.zeros(0))
    _age: int = 0
    _full: bool = field(init=False)  # asked for in every tick, as is what follows
    _heard: Vector = field(init=False)  # how far joint actions are believed, shape (L,)

    def __post_init__(self) -> None:
        self._renew()

    def doubt(self, player: int, prior: float, noise: float) -> None:
        """Give a player beliefs of its own about the others."""
        self.private[player] = np.full(len(self.levels), prior)
        self.noise[player] = noise
        self._renew()

    def recall(self, levels: Vector) -> None:
        """Let everybody be believed as far as is known from elsewhere, shape ``(n,)``."""
        self.levels[:] = levels
        self._renew()

    @property
    def least(self) -> Vector:
        """How far each is believed by whoever doubts it most, shape ``(n,)``."""
        views = np.array([self.beliefs(i) for i in range(len(self.levels))])
        np.fill_diagonal(views, np.inf)
        return np.asarray(np.minimum(views.min(axis=0), 1.0))

    def show(self, player: int) -> None:
        """Learn from a strike that its player is ready to carry out its threat."""
        self.levels[player] += self.settings.gain * (1.0 - self.levels[player])
        for believer, beliefs in self.private.items():
            noise = self.noise[believer]
            sure = beliefs[player] * (1.0 - noise)
            if sure > 0.0:
                beliefs[player] = sure / (sure + (1.0 - beliefs[player]) * noise)
        self._renew()

    def trust(self, player: int) -> None:
        """Let everybody be sure that a player carries out its threats."""
        for levels in (self.levels, *self.private.values()):
            levels[player] = 1.0
        self._renew()

    def beliefs(self, player: int) -> Vector:
        """Return how likely a player thinks each is to carry out threats, shape ``(n,)``."""
        return self.private.get(player, self.levels)

    def back_down(self, player: int) -> None:
        """Believe a player less, who took back its threat."""
        self.levels[player] *= 1.0 - self.settings.loss
        self._renew()

    def _renew(self) -> None:
        """Take note that beliefs have changed."""
        self._full = bool((self.levels >= 1.0).all()) and not self.private
        self._heard = np.zeros(0)

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
            self._retreats, self._age = self._retreat(conflicts, threats, prices), 0
        if len(self._heard) != len(threats):
            self._heard = self._coalitions[conflicts.coalitions][conflicts.segments.owner]
        return np.asarray(self._heard * threats + (1.0 - self._heard) * self._retreats)

    def retreat(self, conflicts: Conflicts, threats: Vector, prices: Vector) -> None:
        """Let everybody reconsider how coalitions would retreat, by fictitious play (Brown 1951).

        Parameters as for :meth:`believed`.
        """
        if not self._full:
            expected = self.believed(conflicts, threats, prices)
            latest = self._retreat(conflicts, expected, prices)
            self._retreats += recency(self._age) * (latest - self._retreats)
            self._age += 1

    def _retreat(self, conflicts: Conflicts, threats: Vector, prices: Vector) -> Vector:
        return retreats(conflicts, threats, prices, self.forbidden)

    def observe(self, firm: NDArray[np.bool_]) -> None:
        """Learn from a fight who was ready to carry out its threat, shape ``(n,)``."""
        self.levels[firm] += self.settings.gain * (1.0 - self.levels[firm])
        self.levels[~firm] *= 1.0 - self.settings.loss
        self._renew()

    def interpret(self, firm: NDArray[np.bool_], rng: np.random.Generator) -> None:
        """Let those with beliefs of their own see a fight, through noise, and update by Bayes.

        A player either always carries out its threats or never does.
        """
        for player, beliefs in self.private.items():
            noise = self.noise[player]
            seen = firm ^ (rng.random(len(firm)) < noise)
            likely = np.where(seen, 1.0 - noise, noise)
            joint, total = beliefs * likely, beliefs * likely + (1.0 - beliefs) * (1.0 - likely)
            np.divide(joint, total, out=beliefs, where=total > 0.0)
        self._renew()

    @property
    def _coalitions(self) -> Vector:
        """How far each coalition is believed, by its opponents, shape ``(2**n,)``."""
        everyone = membership(len(self.levels))
        inside = everyone > 0.0
        public = np.where(inside, self.levels, 1.0).min(axis=1)
        if not self.private:
            return public
        views = [np.where(inside, self.beliefs(i), 1.0).min(axis=1) for i in range(len(inside[0]))]
        outside = everyone[::-1]
        heard = (np.transpose(views) * outside).sum(axis=1) / np.maximum(outside.sum(axis=1), 1.0)
        return np.where(outside.any(axis=1), heard, public)


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


def retreats(
    conflicts: Conflicts,
    threats: Vector,
    prices: Vector,
    forbidden: NDArray[np.bool_] | None = None,
) -> Vector:
    """Return what is best for each coalition's own members against threats, ties evenly.

    Parameters and result as for :meth:`Credibility.believed`; ``forbidden`` says what cannot be
    played, shape ``(L,)``.
    """
    segments: Segments = conflicts.segments
    own = membership(conflicts.n) * prices
    gains, _ = conflicts.fight(threats, own)
    if forbidden is not None:
        gains = np.where(forbidden, -np.inf, gains)
    best = gains >= segments.maxima(gains)[segments.owner] - _TIE
    return segments.normalise(best.astype(np.float64))
