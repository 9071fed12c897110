"""Fair splits of what fights deliver, in fractions: the books of a ``harsanyi`` equilibrium."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from curnits.analysis.certificates.certificate import Exact
from curnits.analysis.certificates.exact import ExactGame, Fractions, vector
from curnits.sim.games.coalitions import Mask, grand, members, size, subsets


@dataclass(frozen=True, eq=False)
class FairBooks:
    """What every coalition has, at given prices and threats; curnits.

    Attributes
    ----------
    fallbacks : dict from mask to ndarray of Fraction, shape (n,)
        ``a_i t_i^S`` of members, N included.
    dividends : dict from mask to Fraction
        ``d_S``, the least gain of a member; N left out.
    answers : dict from mask to ndarray of Fraction, shape (n, R)
        ``a_i U_i`` of every player and joint action of S against the threat of the complement.
    """

    fallbacks: dict[Mask, Fractions]
    dividends: dict[Mask, Fraction]
    answers: dict[Mask, Fractions]

    @classmethod
    def of(
        cls, game: ExactGame, prices: Fractions, threats: Mapping[Mask, Fractions]
    ) -> "FairBooks":
        """Draw up the books, the smallest coalitions first (Harsanyi 1963, sections 4 and 5)."""
        full = grand(game.n)
        fallbacks: dict[Mask, Fractions] = {}
        dividends: dict[Mask, Fraction] = {}
        answers: dict[Mask, Fractions] = {}
        for mask in sorted(range(1, full + 1), key=size):
            own = [[r for r in subsets(mask) if r != mask and r >> i & 1] for i in range(game.n)]
            owed = vector([sum((dividends[r] for r in some), Fraction(0)) for some in own])
            fallbacks[mask] = owed
            if mask != full:
                worths = game.conflict(mask) * prices[:, None, None]
                answers[mask] = worths @ threats[full ^ mask]
                gains = answers[mask] @ threats[mask] - owed
                dividends[mask] = min(gains[list(members(mask))])
        return cls(fallbacks, dividends, answers)

    def programme(self, mask: Mask) -> tuple[Fractions, Fractions]:
        """Return gains of members ``(|S|, R)``, and what others have ``(R,)``, by joint action."""
        inside = list(members(mask))
        others = [i for i in range(len(self.answers[mask])) if i not in inside]
        gains = self.answers[mask][inside] - self.fallbacks[mask][inside][:, None]
        harm = self.answers[mask][others].sum(axis=0)
        return gains, harm


def split_fairly(game: ExactGame, stated: Exact) -> Iterator[str]:
    """Say why an answer in fractions is not shown to be a ``harsanyi`` equilibrium.

    Every coalition S maximises ``|S| min_i g_i − Σ_{j∉S} a_j U_j``, ``g_i = a_i (U_i − t_i^S)``,
    given what its complement plays. Weights ``μ ≥ 0`` that add to ``|S|``, and at which no joint
    action is better than what S has, show that it does (duality of linear programs). N divides by
    the least gain too, ``a_i (g_i − d_N) = 0``: equally, since answers in which a price is 0, where
    more may be disposed of, are limits, and are not shown here.
    """
    full = grand(game.n)
    prices, payoffs = vector(list(stated.prices)), vector(list(stated.payoffs))
    if (prices <= 0).any():
        yield "prices are not positive"
        return
    plays = {
        mask: dense(threat, game.game.joint_actions(mask))
        for mask, threat in stated.threats.items()
    }
    books = FairBooks.of(game, prices, plays)
    for mask, play in plays.items():
        gains, harm = books.programme(mask)
        weights = vector([stated.internal.get(mask, {}).get(i, Fraction(0)) for i in members(mask)])
        has = size(mask) * books.dividends[mask] - harm @ play
        if (weights < 0).any() or weights.sum() != size(mask):
            yield f"the weights in coalition {mask} are none"
        elif (weights @ gains - harm).max() > has:
            yield f"coalition {mask} is not shown to do its best"
    gained = prices * payoffs - books.fallbacks[full]
    if len(set(gained)) > 1:
        yield "payoffs are not what the players are entitled to"
    played = dense(stated.agreement, len(game.outcomes)) @ game.outcomes
    if (played != payoffs).any():
        yield "payoffs are not those of the agreement"
    if played @ prices != (game.outcomes @ prices).max():
        yield "some outcome is worth more than the agreement"


def dense(weights: Mapping[int, Fraction], length: int) -> Fractions:
    """Return weights by number as an array of shape ``(length,)``."""
    result = np.array([Fraction(0)] * length, dtype=object)
    for k, weight in weights.items():
        result[k] = weight
    return result
