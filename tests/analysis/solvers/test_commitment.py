"""What committed proposers lead to, against values computed by hand or by brute force."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from curnits.analysis.concepts import ConceptError, solve
from curnits.analysis.solvers import values
from curnits.analysis.solvers.commitment_value import NoLimitError, commitment_value
from curnits.sim.games.coalitions import (
    grand,
    members,
    membership,
    proper_coalitions,
    shapley_weights,
)
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load


def game_of(name: str, money: bool = True) -> NormalGame:
    game = load(catalogue()[name]).build()
    assert isinstance(game, NormalGame)
    return replace(game, money=money)


def minimax_shapley(game: NormalGame) -> np.ndarray:
    """Return the Shapley value of what coalitions can have against joint pure threats."""
    worths = np.zeros(1 << game.n)
    worths[-1] = game.outcomes.sum(axis=1).max()
    for mask in proper_coalitions(game.n):
        inside = list(members(mask))
        worths[mask] = game.conflict(mask)[inside].sum(axis=0).max(axis=0).min()
    signs = 2 * membership(game.n) - 1
    rest = np.arange(1 << game.n) ^ grand(game.n)
    # Σ over S∋i of the Shapley weights times v(S) − v(N∖S)
    return ((shapley_weights(game.n) * (worths - worths[rest]))[:, None] * (signs > 0)).sum(axis=0)


def test_two_players_split_what_their_replies_leave() -> None:
    """Row can always get 4 by replying, column 2; both together have 10."""
    np.testing.assert_allclose(commitment_value(game_of("ferguson-with-money")).payoffs, [6, 4])


def test_what_a_threat_costs_does_not_matter() -> None:
    free, dear = (
        from_payoffs([[[0.0], [-cost]], [[0.0], [-100.0]]], money=True) for cost in (0.0, 20.0)
    )
    np.testing.assert_allclose(commitment_value(free).payoffs, [50, -50])
    np.testing.assert_allclose(commitment_value(dear).payoffs, [50, -50])
    np.testing.assert_allclose(values.coco_value(dear).payoffs, [40, -40])


@pytest.mark.parametrize("name", ["producers-and-saboteur", "public-goods", "majority"])
def test_it_is_a_shapley_value_where_the_order_of_leaving_does_not_matter(name: str) -> None:
    game = game_of(name)
    np.testing.assert_allclose(commitment_value(game).payoffs, minimax_shapley(game), atol=1e-9)


def test_the_order_of_leaving_can_matter() -> None:
    rng = np.random.default_rng(3)
    games = [from_payoffs(rng.normal(size=(3, 2, 2, 2)), money=True) for _ in range(20)]
    gaps = [np.abs(commitment_value(game).payoffs - minimax_shapley(game)).max() for game in games]
    assert max(gaps) > 0.1


def test_everything_is_shared_out_and_names_do_not_matter() -> None:
    for seed, shape in product(range(5), [(2, 2), (2, 3, 2), (2, 2, 2, 2)]):
        payoffs = np.random.default_rng(seed).integers(0, 3, size=(len(shape), *shape))
        game = from_payoffs(payoffs, money=True)
        value = commitment_value(game).payoffs
        assert value.sum() == pytest.approx(game.outcomes.sum(axis=1).max())
        order = np.random.default_rng(seed).permutation(len(shape))
        moved = payoffs[order].transpose(0, *(1 + order))
        renamed = commitment_value(from_payoffs(moved, money=True)).payoffs
        np.testing.assert_allclose(renamed, value[order], atol=1e-9)


def test_without_money_two_players_bargain_from_their_replies() -> None:
    np.testing.assert_allclose(commitment_value(game_of("threat-game", False)).payoffs, [2.5, 2.5])


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(NoLimitError, match="two players, or with money"):
        commitment_value(game_of("majority", False))
    pennies = from_payoffs([[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    with pytest.raises(NoLimitError, match="cannot both get"):
        commitment_value(pennies)
    with pytest.raises(ConceptError, match="proposer-commitment does not apply"):
        solve(pennies, "proposer-commitment")


def test_it_is_a_concept_like_others() -> None:
    (found,) = solve(game_of("hot-dog-stands"), "proposer-commitment").equilibria
    assert found.accepted
    np.testing.assert_allclose(found.payoffs, [95, 145])
