"""The usual way: say what one wants, claim what one is entitled to, and sign."""

from curnits.sim.negotiation.policies.policy import Policy


class Truthful(Policy):
    """Announce true payoffs, and accept what the threats of all coalitions entitle one to.

    It insists on nothing. If others do, it yields as long as what is left is worth a failure of
    talks. It knows announcements, quoted prices and standing threats, and its own payoffs.
    """
