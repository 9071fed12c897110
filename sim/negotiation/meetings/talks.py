"""Meetings: players claim, wait, yield, strike or walk out, sign or refuse, and learn.

Every few ticks those meet whose policies have anything to say. Claims that cannot be met together
stall the talk. With truthful players nobody claims anything, and there are no meetings.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask
from curnits.sim.games.feasible.linear import Vector
from curnits.sim.games.game import Game
from curnits.sim.negotiation.agents import Actor, Mediator, Negotiator, actor
from curnits.sim.negotiation.credibility import retreats
from curnits.sim.negotiation.journal import ActEntry
from curnits.sim.negotiation.meetings.claims import shortfall
from curnits.sim.negotiation.meetings.meeting import Act, Meeting
from curnits.sim.negotiation.rules.rulebook import acts, answer
from curnits.sim.negotiation.seating import Seating

_WORDS = {
    Act.YIELD: "yields",
    Act.BACK_DOWN: "backs down",
    Act.FIGHT: "walks out",
    Act.STRIKE: "strikes",
}

_NEWS = 0.01
"""By how much a claim must change to be noted, in shares of payoff range."""

_FAR = 1e6
"""What is claimed at most, or at least, in payoff ranges: as good as more than there ever is."""


class Meetings(Seating):
    """Agents at the table, who talk to each other.

    Parameters, errors and attributes as for :class:`Seating`.
    """

    _short: tuple[Game, Vector, float] | None = None  # what was looked for last, and found

    def close(self, ending: str, payoffs: Vector) -> None:
        """Let the present talk end with these payoffs, utilons, and players learn from it."""
        self.journal.close(self.ticks, ending, payoffs)
        if not self._quiet:
            shares = (payoffs - self.true.low) / self.true.scales
            for speaker, players in self._actors:
                speaker.learn(self._meeting(speaker, players), shares)

    def meet(self) -> None:
        """Every few ticks, let players say what they insist on, and act if talks are stalled."""
        if self._quiet or self.ticks % self.settings.impasse.every:
            return
        if self.settings.activation == "simultaneous":
            heard = [(self._meeting(who, players), who) for who, players in self._actors]
            self._hear(heard)
        else:
            self._activate_negotiators()
        self._met += 1
        mediator = self.settings.impasse.mediator
        if self.stalled and mediator is not None and self.waited >= mediator:
            self.agents.select(agent_type=Mediator).do("step")
        if self.stalled:
            self.waited += 1
            if self.waited >= self.settings.impasse.patience:
                self.leaving = (1 << self.game.n) - 1
                for player in range(self.game.n):
                    self._note(player, "gives up waiting")

    def hear(self, agent: Negotiator, players: NDArray[np.int64]) -> None:
        """Let one player say what it insists on, and act if talks are stalled."""
        speaker = actor(agent)
        self._hear([(self._meeting(speaker, players), speaker)])

    def mediate(self, mediator: Mediator) -> None:
        """Let everybody answer what a mediator proposes; if all settle for it, they claim that."""
        proposal = mediator.propose(self._least, self.gap)
        for speaker, players in self._actors:
            now = self._meeting(speaker, players)
            heeding = answer(speaker.heed(now, proposal), len(players), speaker)
            if not heeding.all():
                return
        self.claims, self.yielded[:] = proposal, True
        self.gap = self._apart()
        for player in range(self.game.n):
            self._note(player, "settles")

    def refusing(self) -> Mask:
        """Ask everybody to sign what is agreed on; return the mask of those who do not."""
        if self._quiet:
            return 0
        refusing = 0
        for speaker, players in self._actors:
            now = self._meeting(speaker, players)
            chances = answer(speaker.accept(now), len(players), speaker)
            for player, chance in zip(map(int, players), chances, strict=True):
                if chance < 1.0 and self.rng.random() >= chance:
                    refusing |= 1 << player
                    self._note(player, "refuses")
        return refusing

    def resolve(self) -> Vector:
        """Return how likely each player carries out its threat now, shape ``(n,)``."""
        chances = self.credibility.resolve.copy()
        for speaker, players in () if self._quiet else self._actors:
            said = answer(speaker.resolve(self._meeting(speaker, players)), len(players), speaker)
            chances[players] = said
        return chances

    def _activate_negotiators(self) -> None:
        order = self.agents.select(agent_type=Negotiator)
        if self.settings.activation == "random":
            order.shuffle_do("step")
        else:
            order.do("step")

    def _hear(self, heard: Sequence[tuple[Meeting, Actor]]) -> None:
        for now, speaker in heard:
            claims = _within_reach(answer(speaker.claim(now), len(now.players), speaker))
            for player, claim in zip(map(int, now.players), claims, strict=True):
                if not self.yielded[player]:
                    before, self.claims[player] = self.claims[player], claim
                    if claim > -np.inf and not abs(claim - before) <= _NEWS:
                        self._note(player, "claims")
        self.gap = self._apart()
        if not self.stalled:
            return
        for now, speaker in [(self._meeting(who, now.players), who) for now, who in heard]:
            done = acts(speaker.act(now), len(now.players), speaker)
            for player, act in zip(map(int, now.players), done, strict=True):
                self._do(player, act)
        if self.yielded.any():
            self.gap = self._apart()

    def _do(self, player: int, act: Act) -> None:
        if act == Act.WAIT or self.yielded[player]:
            return
        self._note(player, _WORDS[act])
        if act == Act.FIGHT:
            self.leaving |= 1 << player
            return
        if act == Act.STRIKE:
            self._strike(player)
            return
        self.yielded[player] = True
        self.claims[player] = -np.inf
        if act == Act.BACK_DOWN:
            self.penalties[player] += self.rules.audience[player] * self.waited
            self.credibility.back_down(player)

    def _strike(self, player: int) -> None:
        """Let a player carry out a part of its threat; the others do what is best for them."""
        if self.game.n < 2:
            return
        threats, prices = self.threats.copy(), self.quote.prices
        own = self.places[1 << player].own
        replies = retreats(self.conflicts, threats, prices, self.forbidden)
        replies[own] = threats[own]
        fought = self.outcome_of_fight(replies, 1 << player) + self.penalties
        spared = self.quote.agreement @ self.true.outcomes
        self.penalties += self.settings.impasse.strike * (spared - fought)
        self.credibility.show(player)

    @property
    def _least(self) -> Vector:
        """What players insist on, or else would rather fail than have less of, ``(n,)``."""
        return np.where(np.isfinite(self.claims), self.claims, self.fallbacks)

    def _apart(self) -> float:
        """Return by how much claims exceed what there is, nobody yielding more than a failure."""
        if not np.isfinite(self.claims).any():
            return 0.0
        least = self._least
        offered = self.market.payoffs(self.quote, self.purses)
        if (offered >= least).all():
            return 0.0
        known = self._short
        if known is None or known[0] is not self.game or not np.array_equal(known[1], least):
            known = self._short = (self.game, least, max(0.0, shortfall(self.game, least)))
        return known[2]

    def _meeting(self, speaker: Actor, players: NDArray[np.int64]) -> Meeting:
        notes = [self._notes[i] for i in map(int, players)]
        memory = np.array(notes)
        for k, i in enumerate(map(int, players)):
            self._notes[i] = memory[k]  # so that what policies write down is kept
        prices, purses = self.quote.prices, self.purses
        return Meeting(
            players,
            self.game,
            self.ticks,
            self._met,
            self.journal.talk,
            self.market.payoffs(self.quote, purses),
            self.dues / prices,
            self.fallbacks,
            self.claims.copy(),
            self.gap,
            self.waited,
            self.rules.discounts,
            self.rules.audience,
            np.array([self.credibility.beliefs(i) for i in map(int, players)]),
            self.credibility.least,
            self.credibility.resolve[players],
            memory,
            self.rng,
        )

    def _note(self, player: int, act: str) -> None:
        claim, game = self.claims[player], self.game
        utilons = game.low[player] + game.scales[player] * claim if claim > -np.inf else np.nan
        entry = (self.ticks, self.journal.talk, game.players[player], act, float(utilons))
        self.journal.acts.append(ActEntry(*entry))


def _within_reach(claims: Vector) -> Vector:
    """Return claims, −inf for none, of a size that programs can take."""
    return np.where(np.isneginf(claims), claims, claims.clip(-_FAR, _FAR))
