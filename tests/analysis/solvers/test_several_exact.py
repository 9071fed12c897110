"""Catalogue games with several equilibria, each verified in fractions from scratch."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from curnits.analysis.concepts import solve_all
from curnits.analysis.verification.identities import coco_shares
from curnits.sim.games.coalitions import grand, members
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load

N = grand(3)


def fractions(text):
    return np.array([Fraction(part) for part in text.split()], dtype=object)


# prices; agreement by joint action; threats of all proper coalitions by joint action
EQUILIBRIA = {
    "three-from-six-numbers": [
        ("1/3 2/9 1", "100 19/108 101 5/18 110 59/108", "0; 0; 11; 1; 10; 00"),
        ("1/2 1/2 1", "101 1/2 110 1/2", "0; 0; 11; 1; 10; 00"),
        ("5/7 6/7 1", "101 1/3 110 47/90 111 13/90", "0; 0; 11; 0; 10; 00"),
    ],
    "fair-and-two-unfair": [
        ("1/2 1/2 1", "000 1", "0; 1; 11; 0; 11; 01"),
        ("1/3 2/3 1", "000 5/6 001 1/9 101 1/18", "0; 1; 11; 0; 11; 01"),
        ("2/3 1/3 1", "000 3/4 101 1/8 111 1/8", "0; 0; 01 1/2 11 1/2; 0 9/10 1 1/10; 11; 01"),
    ],
    "two-solutions": [
        ("1 1 1", "000 2/3 010 1/3", "0; 0; 10; 0; 11; 10"),
        ("1/4 1 5/8", "000 5/6 010 1/6", "0; 0; 00 4/9 10 5/9; 0; 01; 10"),
    ],
    "ladder-of-prices": [
        ("1 3/4 1/2", "000 1/2 110 1/2", "1; 1; 01; 1; 00; 00"),
        ("1 1/2 2/5", "000 8/15 110 7/15", "1; 1; 01; 1; 00; 00"),
        ("1 1/3 1/3", "000 41/72 010 1/72 110 5/12", "1; 0; 01; 1; 00; 00"),
    ],
}
EACH = [(name, k) for name, found in EQUILIBRIA.items() for k in range(len(found))]


def strategy(text):
    """Read ``01`` or ``01 1/2 11 1/2`` as a mapping from joint actions to probabilities."""
    words = text.split()
    if len(words) == 1:
        words.append("1")
    return {tuple(map(int, a)): Fraction(p) for a, p in zip(words[::2], words[1::2], strict=True)}


def exact_payoffs(name):
    """Payoffs by profile, as fractions."""
    payoffs = load(find(name)).build().payoffs
    return {
        profile: np.array([Fraction(x) for x in payoffs[:, *profile].tolist()], dtype=object)
        for profile in product(range(2), repeat=3)
    }


def stated(name, k):
    prices, agreement, threats = EQUILIBRIA[name][k]
    plays = dict(enumerate(map(strategy, threats.split(";")), start=1))
    return fractions(prices), {**plays, N: strategy(agreement)}


def fight(game, coalition, own, other):
    """Expected payoffs when a coalition and its complement play mixed joint actions."""
    total = np.array([Fraction(0)] * 3, dtype=object)
    for (mine, p), (theirs, q) in product(own.items(), other.items()):
        profile = dict(zip(members(coalition), mine, strict=True))
        profile |= zip(members(N ^ coalition), theirs, strict=True)
        total = total + p * q * game[tuple(profile[i] for i in range(3))]
    return total


@pytest.mark.parametrize(("name", "k"), EACH)
def test_each_is_an_equilibrium_exactly(name, k):
    game, (prices, plays) = exact_payoffs(name), stated(name, k)
    assert all(sum(play.values()) == 1 and min(play.values()) >= 0 for play in plays.values())
    delivered = np.full((N + 1, 3), Fraction(0), dtype=object)
    for mask in range(1, N):
        inside = list(members(mask))
        signs = np.array([1 if i in inside else -1 for i in range(3)])
        own, other = plays[mask], plays[N ^ mask]
        payoffs = fight(game, mask, own, other)
        best = max(
            (signs * prices) @ fight(game, mask, {action: Fraction(1)}, other)
            for action in product(range(2), repeat=len(inside))
        )
        assert (signs * prices) @ payoffs == best
        delivered[mask, inside] = payoffs[inside]
    delivered[N] = fight(game, N, plays[N], {(): Fraction(1)})
    assert prices @ delivered[N] == max(prices @ payoffs for payoffs in game.values())
    assert (coco_shares(delivered, prices)[N] == prices * delivered[N]).all()


@pytest.mark.parametrize("name", EQUILIBRIA)
def test_there_are_no_others(name):
    game = load(find(name)).build()
    solution = solve_all(game, "coco")
    assert solution.complete
    expected = []
    for k in range(len(EQUILIBRIA[name])):
        prices, plays = stated(name, k)
        payoffs = fight(exact_payoffs(name), N, plays[N], {(): Fraction(1)})
        expected.append([*(prices / prices.sum()), *payoffs])
    found = [[*e.candidate.prices, *e.payoffs] for e in solution.equilibria]
    assert sorted(found) == pytest.approx(np.array(sorted(expected), dtype=float), abs=1e-7)
