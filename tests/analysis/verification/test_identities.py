"""Theorem 1 in exact fractions, and what follows from it."""

from fractions import Fraction

import numpy as np
import pytest

from curnits.analysis.solvers.coco import coco
from curnits.analysis.verification.identities import (
    accumulated,
    coco_shares,
    fair_configuration,
    fallbacks,
    harsanyi_gains,
    increments,
    pairwise_fallbacks,
    representative_payoffs,
    shapley_shares,
)
from curnits.sim.games.coalitions import grand, members
from curnits.sim.games.normal import from_payoffs

PLAYERS = range(1, 7)


def fractions(rng, *shape, low=-20):
    numerators = rng.integers(low, 21, size=shape)
    denominators = rng.integers(1, 8, size=shape)
    pairs = zip(numerators.ravel().tolist(), denominators.ravel().tolist(), strict=True)
    return np.array([Fraction(*pair) for pair in pairs], dtype=object).reshape(shape)


def inside(n):
    return np.arange(1 << n)[:, None] >> np.arange(n) & 1


def drawn(n):
    rng = np.random.default_rng(n)
    prices = fractions(rng, n, low=1)
    return rng, fractions(rng, 1 << n, n) * inside(n), prices


def gains_alike(u, prices):
    gains = harsanyi_gains(u, prices)
    return all(len({gains[mask, i] for i in members(mask)}) == 1 for mask in range(1, len(gains)))


@pytest.mark.parametrize("n", PLAYERS)
def test_lemma_1_and_fallbacks_hold_for_every_configuration(n):
    _, u, _ = drawn(n)
    w = increments(u)
    assert (accumulated(w) == u).all()
    assert (increments(accumulated(u)) == u).all()
    assert (w == u - fallbacks(u)).all()


@pytest.mark.parametrize("n", PLAYERS)
def test_the_coco_and_the_shapley_form_are_one_on_every_configuration(n):
    _, u, prices = drawn(n)
    assert (coco_shares(u, prices) == shapley_shares(u, prices)).all()


@pytest.mark.parametrize("n", PLAYERS)
def test_equal_gains_give_the_coco_and_shapley_form(n):
    rng, _, prices = drawn(n)
    u = fair_configuration(fractions(rng, 1 << n), prices)
    assert gains_alike(u, prices)
    assert (coco_shares(u, prices) == u * prices).all()


@pytest.mark.parametrize("n", PLAYERS)
def test_the_coco_form_gives_equal_gains(n):
    """Configurations with the form, made without dividends: values of arbitrary worths."""
    rng, _, prices = drawn(n)
    first = inside(n) * (inside(n).cumsum(axis=1) == 1)
    carrier = fractions(rng, 1 << n, 1) * first  # each coalition's worth lies with one member
    u = shapley_shares(carrier, prices) / prices
    assert (coco_shares(u, prices) == u * prices).all()
    assert gains_alike(u, prices)


@pytest.mark.parametrize("n", range(2, 7))
def test_one_unfair_coalition_breaks_every_form(n):
    rng, _, prices = drawn(n)
    u = fair_configuration(fractions(rng, 1 << n), prices)
    u[0b11, 0] += Fraction(1, 7)
    assert not gains_alike(u, prices)
    assert (coco_shares(u, prices) != u * prices).any()
    assert (shapley_shares(u, prices) != u * prices).any()


@pytest.mark.parametrize("n", range(2, 7))
def test_pairs_gain_equally_over_pairwise_fallbacks_in_constant_ratio(n):
    rng, _, prices = drawn(n)
    u = fair_configuration(fractions(rng, 1 << n), prices)
    gains = (u[-1][:, None] - pairwise_fallbacks(u)) * prices[:, None]
    off = ~np.eye(n, dtype=bool)
    assert (gains == gains.T)[off].all()
    w = increments(u)
    for mask in range(1, 1 << n):
        for i in members(mask):
            for j in members(mask):
                assert w[mask, i] * prices[i] == w[mask, j] * prices[j]


@pytest.mark.parametrize("n", range(2, 7))
def test_a_pairwise_fallback_is_the_payoff_without_the_other(n):
    _, u, _ = drawn(n)
    found = pairwise_fallbacks(u)
    for i in range(n):
        for j in range(n):
            assert i == j or found[i, j] == u[grand(n) ^ 1 << j, i]


@pytest.mark.parametrize("shape", [(3, 2), (2, 2, 2), (2, 3, 2), (2, 2, 2, 2)])
def test_representatives_choose_the_threats_of_the_conflict_game(shape):
    rng = np.random.default_rng(len(shape))
    game = from_payoffs(rng.normal(size=(len(shape), *shape)))
    found = coco.solve(game).equilibria[0]
    prices, threats = found.candidate.prices, found.candidate.threats
    for mask in range(1, grand(game.n)):
        own, other = threats[mask], threats[grand(game.n) ^ mask]
        final = representative_payoffs(game, found.candidate, mask)
        signs = np.array([1 if mask >> i & 1 else -1 for i in range(game.n)])
        conflict = np.tensordot(signs * prices, game.conflict(mask), 1)
        for i in range(game.n):
            # whoever is appointed plays a positive multiple of the conflict game
            slope = np.polyfit(conflict.ravel(), signs[i] * final[i].ravel(), 1)[0]
            assert slope > 0
            remainder = signs[i] * final[i] - slope * conflict
            assert np.ptp(remainder) < 1e-9 * game.scales[i]
            # so the threats of the equilibrium are best replies, and the final payoff is u_i
            mine = final[i] @ other if mask >> i & 1 else own @ final[i]
            threat = own if mask >> i & 1 else other
            assert mine.max() - threat @ mine < 1e-7 * game.scales[i]
            assert own @ final[i] @ other == pytest.approx(found.payoffs[i], abs=1e-6)
