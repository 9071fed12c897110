"""What the proposer-commitment procedure leads to as proposers rarely drop out.

Takes a game in normal form, gives expected payoffs; called by the concept ``proposer-commitment``
and by what judges its runs.

In the procedure of Hart & Mas-Colell (2010, "Bargaining and cooperation in strategic form games")
a random proposer names an action that it will be committed to if it is rejected and drops out;
those who are left know it, and reply. See
:class:`curnits.sim.negotiation.protocols.commitment.ProposerCommitment`.
"""

from dataclasses import replace
from math import prod

import numpy as np

from curnits.analysis.solution import Point, Vector
from curnits.analysis.solvers import bargaining
from curnits.analysis.solvers.bargaining import DisagreementError
from curnits.sim.errors import InputError
from curnits.sim.games.game import Game
from curnits.sim.games.normal import NormalGame, normal_form
from curnits.sim.games.rounding import SAME_PAYOFF

CONCEPT = "proposer-commitment"

_MOST_SITUATIONS = 3_000
"""Sets of commitments solved one by one: about a minute."""


class NoLimitError(InputError):
    """A game for which it is not known what the procedure leads to."""


def commitment_value(game: Game) -> Point:
    """Return what players expect of the procedure.

    With money, whatever the risk of dropping out: of a table S after commitments c player i expects
    ``a_i(S, c) = (W(S, c) − W(S∖i, c, t_i) + Σ_{j∈S∖i} a_i(S∖j, c, t_j)) / |S|``, where W is the
    largest joint payoff of S and ``t_j`` the action of j that leaves the others least (equals being
    drawn evenly). This is the Shapley value where ``W(S, c)`` does not depend on who left first.
    What a threat costs its owner does not matter.

    Without money, for two players, the limit as the risk vanishes: the Nash bargaining solution
    from what each can get in reply to the other's most harmful action.

    Raises
    ------
    NoLimitError
        For three or more players without money, or two who cannot both get that much.
    GameError
        If the game is not in normal form.
    """
    form = normal_form(game, CONCEPT)
    if game.money:
        if prod(1 + m for m in form.shape) > _MOST_SITUATIONS:
            raise NoLimitError(f"the game has more than {_MOST_SITUATIONS:,} sets of commitments")
        agreement = np.zeros(len(game.outcomes))
        agreement[game.outcomes.sum(axis=1).argmax()] = 1.0
        payoffs = _expected(form, {}, {})
        return Point(
            CONCEPT, payoffs, np.full(game.n, 1.0 / game.n), agreement, np.full(game.n, np.nan)
        )
    if game.n != 2:
        raise NoLimitError("its limit is known for two players, or with money")
    replies = np.array([form.payoffs[0].max(axis=0).min(), form.payoffs[1].max(axis=1).min()])
    try:
        point = bargaining.nash(game.outcomes, replies)
    except DisagreementError as error:
        raise NoLimitError(
            f"the players cannot both get what they could in reply to a threat: {error}"
        ) from error
    return replace(point, concept=CONCEPT)


def _expected(
    game: NormalGame, committed: dict[int, int], known: dict[tuple[tuple[int, int], ...], Vector]
) -> Vector:
    """Return what players at a table expect, zero for others, after some actions, shape (n,)."""
    key = tuple(sorted(committed.items()))
    if key not in known:
        table = [i for i in range(game.n) if i not in committed]
        most, unit = _most(game, committed), float(game.scales.max())
        total = np.zeros(game.n)
        for j in table if len(table) > 1 else ():
            left = [_most(game, {**committed, j: action}) for action in range(game.shape[j])]
            least = min(left)
            equals = [a for a, worth in enumerate(left) if worth <= least + SAME_PAYOFF * unit]
            after = [_expected(game, {**committed, j: action}, known) for action in equals]
            total += np.mean(after, axis=0)
            total[j] += most - least
        if len(table) == 1:
            total[table] = most
        known[key] = total / len(table)
    return known[key]


def _most(game: NormalGame, committed: dict[int, int]) -> float:
    """Return the largest joint payoff of those who are not committed."""
    chosen = tuple(committed.get(i, slice(None)) for i in range(game.n))
    table = [i for i in range(game.n) if i not in committed]
    return float(game.payoffs[(table, *chosen)].sum(axis=0).max())
