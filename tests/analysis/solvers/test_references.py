"""Selfish disagreement points, against textbooks and an enumeration of supports of its own."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curnits.analysis.concepts import ConceptError, solve, verify_as
from curnits.analysis.solution import Candidate
from curnits.analysis.solvers.references import (
    REFERENCES,
    NoReferenceError,
    best_correlated,
    best_nash,
)
from curnits.analysis.verification.candidates import CandidateError
from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load

CHICKEN = from_payoffs([[[6, 2], [7, 0]], [[6, 7], [2, 0]]])
"""Aumann 1974: the best correlated equilibrium gives 5 1/4 each, the mixed one 4 2/3."""
PENNIES = [[[1, -1], [-1, 1]], [[-1, 1], [1, -1]]]

seeds = st.integers(0, 2**32 - 1)
quick = settings(max_examples=40)


def named(name: str) -> Game:
    return load(find(name)).build()


def nash_by_supports(game: Game) -> list[np.ndarray]:
    """All equilibria of a game in general position, support by support."""
    A, B = game.payoffs
    m, k = A.shape
    found = []
    for size in range(1, min(m, k) + 1):
        for rows in combinations(range(m), size):
            for columns in combinations(range(k), size):
                p, u = _indifferent(B[np.ix_(rows, columns)].T, rows, m)
                q, v = _indifferent(A[np.ix_(rows, columns)], columns, k)
                fits = min(p.min(), q.min()) > -1e-12
                if fits and (A @ q).max() < v + 1e-10 and (p @ B).max() < u + 1e-10:
                    found.append(np.array([v, u]))
    return found


def _indifferent(payoffs, support, count):
    size = len(support)
    system = np.ones((size + 1, size + 1))
    system[:size, :size], system[:size, size], system[size, size] = payoffs, -1.0, 0.0
    solved = np.linalg.solve(system, np.eye(size + 1)[size])
    strategy = np.zeros(count)
    strategy[list(support)] = solved[:size]
    return strategy, solved[size]


def welfare(game: Game, payoffs) -> float:
    return float(((payoffs - game.outcomes.min(axis=0)) / game.scales).sum())


def test_chicken() -> None:
    np.testing.assert_allclose(best_correlated(CHICKEN).payoffs, [5.25, 5.25])
    np.testing.assert_allclose(best_nash(CHICKEN).payoffs, [14 / 3, 14 / 3])


def test_an_arbitrary_choice_is_said_to_be_one() -> None:
    assert "equally good" in best_nash(named("battle-of-the-sexes")).notes[0]
    assert best_nash(named("prisoners-dilemma")).notes == ()


@pytest.mark.parametrize(
    ("name", "nash", "correlated"),
    [
        ("prisoners-dilemma", [1, 1], [1, 1]),
        ("battle-of-the-sexes", [2, 1], [1.5, 1.5]),
        ("hot-dog-stands", [50, 100], [50, 100]),
        ("producers-and-saboteur", [4, 4, 0], [4, 4, 0]),
        ("stag-hunt", [3, 3, 4], [3, 3, 4]),
        ("public-goods", [0, 0, 0], [0, 0, 0]),
    ],
)
def test_textbook(name: str, nash: list[float], correlated: list[float]) -> None:
    np.testing.assert_allclose(best_nash(named(name)).payoffs, nash)
    np.testing.assert_allclose(best_correlated(named(name)).payoffs, correlated, atol=1e-9)


def test_a_mixed_equilibrium_where_there_is_no_other() -> None:
    np.testing.assert_allclose(best_nash(from_payoffs(PENNIES)).payoffs, [0, 0], atol=1e-12)
    np.testing.assert_allclose(best_correlated(from_payoffs(PENNIES)).payoffs, 0, atol=1e-9)


def test_harm_at_no_cost_does_not_lower_the_reference() -> None:
    """The first player may burn 5 of the other's, for free; the best equilibria do without."""
    fight = from_payoffs([[[5, 0], [5, 0]], [[5, 5], [0, 0]]])
    np.testing.assert_allclose(best_nash(fight).payoffs, [5, 5])
    np.testing.assert_allclose(best_correlated(fight).payoffs, [5, 5], atol=1e-9)


def test_payoffs_below_those_of_the_game_without_harm() -> None:
    """The other's second action ruins the first player and is a best reply to its second alone."""
    game = from_payoffs([[[1, -9], [0, -9]], [[3, 3], [2, 3]]])
    np.testing.assert_allclose(best_nash(game).payoffs, [1, 3])
    np.testing.assert_allclose(best_correlated(game).payoffs, [1, 3], atol=1e-9)


def test_three_players_need_a_pure_equilibrium() -> None:
    third = np.zeros((3, 2, 2, 1))
    third[:2, :, :, 0] = PENNIES
    game = from_payoffs(third)
    with pytest.raises(NoReferenceError, match="pure"):
        best_nash(game)
    with pytest.raises(ConceptError, match="best-nash does not apply"):
        solve(game, "best-nash")
    np.testing.assert_allclose(best_correlated(game).payoffs, 0, atol=1e-9)


def test_too_many_actions_are_refused() -> None:
    with pytest.raises(NoReferenceError, match="12 by 12"):
        best_nash(from_payoffs(np.random.default_rng(1).random((2, 12, 12))))


@quick
@given(seeds, st.integers(1, 4), st.integers(1, 4))
def test_best_nash_is_the_best_of_all(seed: int, m: int, k: int) -> None:
    game = from_payoffs(np.random.default_rng(seed).random((2, m, k)))
    best = max(welfare(game, payoffs) for payoffs in nash_by_supports(game))
    assert welfare(game, best_nash(game).payoffs) == pytest.approx(best, abs=1e-7)
    assert welfare(game, best_correlated(game).payoffs) >= best - 1e-8


@quick
@given(seeds, st.lists(st.integers(1, 3), min_size=1, max_size=4))
def test_degenerate_games_and_units(seed: int, shape: list[int]) -> None:
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(0, 3, (len(shape), *shape)).astype(float)
    scales = 10.0 ** rng.integers(-6, 7, len(shape))
    game = from_payoffs(payoffs)
    stretched = from_payoffs(payoffs * scales.reshape(-1, *[1] * len(shape)))
    found, again = best_correlated(game).payoffs, best_correlated(stretched).payoffs
    assert welfare(game, found) == pytest.approx(welfare(stretched, again), abs=1e-8)
    levels = [game.conflict(1 << i)[i].min(axis=1).max() for i in range(game.n)]
    assert (found >= np.array(levels) - 1e-8).all()
    if game.n == 2:
        np.testing.assert_allclose(
            best_nash(game).payoffs, best_nash(stretched).payoffs / scales, atol=1e-7
        )


def test_bargaining_without_threats() -> None:
    """The threat game is symmetric but for its threats; the saboteur has nothing else."""
    for name, concept, expected in [
        ("threat-game", "best-correlated", [2.5, 2.5]),
        ("producers-and-saboteur", "best-nash", [4, 4, 0]),
        ("producers-and-saboteur", "best-correlated", [4, 4, 0]),
        ("producers-and-saboteur", "disarmed", [4, 4, 0]),
    ]:
        answer = solve(named(name), concept)
        assert answer.concept == concept
        (found,) = answer.equilibria
        assert found.accepted
        np.testing.assert_allclose(found.payoffs, expected, atol=1e-8)


def test_disarmed_is_written_in_the_names_of_the_whole_game() -> None:
    game = named("producers-and-saboteur")
    solution = solve(game, "disarmed")
    assert solution.notes[0] == "struck: saboteur: sabotage"
    candidate = solution.equilibria[0].candidate
    assert candidate.agreement.shape == (len(game.outcomes),)
    np.testing.assert_array_equal(candidate.threats[4], [1, 0])
    assert verify_as(game, candidate, "disarmed").accepted
    armed = candidate.threats | {4: np.array([0.0, 1.0])}
    spoilt = Candidate(candidate.prices, candidate.agreement, armed, candidate.vanishing)
    with pytest.raises(CandidateError):
        verify_as(game, spoilt, "disarmed")


def test_a_fixed_disagreement_point_is_not_given() -> None:
    with pytest.raises(ConceptError, match="finds its own"):
        solve(CHICKEN, "best-nash", np.zeros(2))


def random_game(seed: int, shape: list[int], money: bool) -> Game:
    rng = np.random.default_rng(seed)
    payoffs = rng.integers(-3, 4, (len(shape), *shape)).astype(float)
    if seed % 2:
        payoffs += rng.normal(size=payoffs.shape)
    return from_payoffs(payoffs, money=money)


@settings(max_examples=15)
@given(
    seeds,
    st.lists(st.integers(1, 3), min_size=2, max_size=3),
    st.booleans(),
    st.sampled_from([1e-15, 1e-7, 1e9, 1e15]),
    st.integers(-2, 2),
)
def test_rescaling_and_shifting_change_nothing(
    seed: int, shape: list[int], money: bool, scale: float, shift: int
) -> None:
    game = random_game(seed, shape, money)
    other = from_payoffs((game.payoffs + shift) * scale, money=money)
    for concept, find_reference in REFERENCES.items():
        try:
            reference = find_reference(game).payoffs
        except NoReferenceError:
            continue
        again = find_reference(other).payoffs / scale - shift
        np.testing.assert_allclose(again, reference, atol=1e-7)
        expected = solve(game, concept).equilibria[0].payoffs
        found = solve(other, concept).equilibria[0].payoffs / scale - shift
        np.testing.assert_allclose(found, expected, atol=1e-6)
