"""Ways of arming: with a view to the answer, or as an answer alone."""

from typing import override

from curnits.sim.negotiation.meetings.meeting import Idea
from curnits.sim.negotiation.policies.policy import Policy


class Foresighted(Policy):
    """Invent a harsher threat only if it gains more than the others' answers would take.

    It looks one answer ahead: those who would gain by their next rungs invent them (the security
    dilemma, Jervis 1978, is what others fail to see). It knows the others' ladders.
    """

    @override
    def invents(self, idea: Idea) -> bool:
        return idea.gain - idea.answer() > idea.cost


class Retaliating(Policy):
    """Invent a harsher threat only after somebody else has invented more of them.

    Tit for tat (Axelrod 1984) on ladders of threats: never first, and never behind for long. It
    knows how far the others have climbed.
    """

    @override
    def invents(self, idea: Idea) -> bool:
        return idea.others > idea.own and super().invents(idea)
