"""Checks bargaining solutions in fractions, without any solver."""

from collections.abc import Callable, Iterator

from curnits.analysis.certificates.certificate import Exact
from curnits.analysis.certificates.exact import ExactGame, Fractions, vector

type Measure = Callable[[Fractions, Fractions], Fractions]
"""What must be equal, of gains in utilons and prices, each of shape ``(n,)``."""


def in_curnits(gains: Fractions, prices: Fractions) -> Fractions:
    """Return gains in curnits.

    Where they are equal at prices that support the payoffs, the product of gains is largest: these
    are its first-order conditions (Nash 1950), of a concave problem.
    """
    return gains * prices


def in_utilons(gains: Fractions, _: Fractions) -> Fractions:
    """Return gains as they are (Kalai 1977).

    Where they are equal and positive weights support the payoffs, no agreement gives the worst-off
    more, nor anybody else.
    """
    return gains


def bargained(measure: Measure, game: ExactGame, stated: Exact) -> Iterator[str]:
    """Say why an answer is not shown to be a bargaining solution from its disagreement point.

    Everybody must gain, and equally in some measure. With money that is an equal share of the
    surplus.
    """
    if len(stated.disagreement) != game.n:
        yield "the disagreement point is missing"
        return
    prices, payoffs = vector(list(stated.prices)), vector(list(stated.payoffs))
    gains = payoffs - vector(list(stated.disagreement))
    if (gains <= 0).any():
        yield "somebody does not gain"
    if (prices <= 0).any():
        yield "prices are not positive"
    worths = game.outcomes @ prices
    played = sum(weight * game.outcomes[k] for k, weight in stated.agreement.items())
    if game.game.money:
        if len(set(stated.prices)) > 1:
            yield "with money all prices are equal"
        if payoffs.sum() != played.sum():
            yield "payoffs are not shares of the agreement"
    elif (played != payoffs).any():
        yield "payoffs are not those of the agreement"
    if played @ prices != worths.max():
        yield "some outcome is worth more than the agreement"
    if len(set(measure(gains, prices))) > 1:
        yield "gains are not equal"
