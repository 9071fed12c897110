"""What is remembered of talks one after the other: offers, breakdowns, and how each talk ended.

Written by protocols, talks and failures as they happen; read by
:mod:`curnits.sim.recording.events`, which makes tables of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from curnits.sim.negotiation.conflicts import Vector


class OfferEntry(NamedTuple):
    """What one player was offered in a round, in its own utilons.

    ``demand`` is the least it would accept (of the proposer: what it expects of the talks).
    """

    tick: int
    talk: int
    proposer: str
    player: str
    offer: float
    demand: float
    accepted: bool


class BreakdownEntry(NamedTuple):
    """A failure of talks.

    ``side`` is the coalition that formed against the others (names joined by ``+``), ``gap`` the
    curnits that demands exceeded what there was, as a share of what is at stake, ``failure`` the
    probability of failing at that tick. ``carried_out`` and ``answered`` say whether the side and
    its opponents carried out their threats.
    """

    tick: int
    talk: int
    side: str
    gap: float
    failure: float
    carried_out: bool
    answered: bool


class ActEntry(NamedTuple):
    """What one player did at a meeting, when that is worth noting.

    ``act`` is ``claims`` (insists on something else than before), ``yields``, ``backs down``,
    ``settles`` (for what a mediator proposes), ``strikes`` (carries out a part of its
    threat), ``walks out``, ``refuses`` (to sign), ``binds
    itself`` or ``gives up waiting``; ``claim`` is
    what it insists on by then, in its own announced utilons, NaN for nothing.
    """

    tick: int
    talk: int
    player: str
    act: str
    claim: float


class TalkEntry(NamedTuple):
    """What one player got from one negotiation that began and ended at these ticks, in utilons.

    ``credibility`` is the probability with which the player is then believed to carry out threats.
    ``ending`` is ``agreed``, ``broke down`` or, for the last of a run, ``unfinished``: payoffs are
    then those of the agreement on the table.
    """

    talk: int
    began: int
    ended: int
    ending: str
    player: str
    payoff: float
    credibility: float


@dataclass
class Journal:
    """The history of a run, talk after talk.

    Attributes
    ----------
    players : sequence of str
    credibility : ndarray, shape (n,)
        How far players are believed to carry out threats; shared with who changes it.
    offers : list of OfferEntry
    breakdowns : list of BreakdownEntry
    talks : list of TalkEntry
    acts : list of ActEntry
    talk : int
        Number of the talk that is under way, from 1.
    began : int
        Tick at which it began.
    """

    players: Sequence[str]
    credibility: Vector
    offers: list[OfferEntry] = field(default_factory=list)
    breakdowns: list[BreakdownEntry] = field(default_factory=list)
    talks: list[TalkEntry] = field(default_factory=list)
    acts: list[ActEntry] = field(default_factory=list)
    talk: int = 1
    began: int = 0

    def close(self, tick: int, ending: str, payoffs: Vector) -> None:
        """Note how the present talk ended, payoffs in utilons, and begin the next."""
        self.talks += self.ended(tick, ending, payoffs)
        self.talk, self.began = self.talk + 1, tick

    def ended(self, tick: int, ending: str, payoffs: Vector) -> list[TalkEntry]:
        """Return the entries for a present talk that ended now."""
        return [
            TalkEntry(self.talk, self.began, tick, ending, player, float(payoff), float(level))
            for player, payoff, level in zip(self.players, payoffs, self.credibility, strict=True)
        ]

    def name(self, inside: Sequence[int]) -> str:
        """Return the name of a coalition, its members given by number."""
        return "+".join(self.players[i] for i in inside)
