"""Checks bargaining solutions in fractions, without any solver."""

from collections.abc import Iterator

from analysis.certificates.certificate import Exact
from analysis.certificates.exact import ExactGame, vector


def bargained(game: ExactGame, concept: str, stated: Exact) -> Iterator[str]:
    """Say why an answer is not shown to be a bargaining solution from its disagreement point.

    Everybody must gain. For ``nash`` the gains in curnits are equal at prices that support the
    payoffs: the first-order conditions for the largest product of gains (Nash 1950), a concave
    problem. For ``egalitarian`` (Kalai 1977) gains in utilons are equal and positive weights
    support the payoffs; then no agreement gives the worst-off more, nor anybody else. With money
    both are equal shares of the surplus.
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
    shares = gains * prices if concept == "nash" else gains
    if len(set(shares)) > 1:
        yield "gains are not equal"
