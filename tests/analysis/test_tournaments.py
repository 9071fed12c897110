"""The game of policies and its ecology on textbook games, and tournament files that are wrong."""

import doctest
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from curnits.analysis.figures.tournaments import focus, matrix, shares
from curnits.analysis.tournaments import results
from curnits.analysis.tournaments.ecology import evolve, invading, mixtures
from curnits.analysis.tournaments.equilibria import alike, equilibria
from curnits.analysis.tournaments.lineups import all_lineups, sampled
from curnits.analysis.tournaments.policy_game import PolicyGame
from curnits.analysis.tournaments.results import first_fall
from curnits.analysis.tournaments.tournamentfile import load_tournament
from curnits.sim.errors import InputError
from curnits.sim.scenario.catalogue import shipped

HAWK_DOVE = [[-1.0, 2.0], [0.0, 1.0]]
ROCK_PAPER_SCISSORS = [[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]

TEXTBOOK: list[tuple[str, Any, Any]] = [
    # Maynard Smith, Evolution and the Theory of Games (1982), chapter 2: V/C = 2/4
    ("hawk-dove", HAWK_DOVE, [[1 / 2, 1 / 2]]),
    ("hawk-dove, V/C = 1/3", [[-2.0, 2.0], [0.0, 1.0]], [[1 / 3, 2 / 3]]),
    ("rock-paper-scissors", ROCK_PAPER_SCISSORS, [[1 / 3, 1 / 3, 1 / 3]]),
    ("prisoner's dilemma", [[3.0, 0.0], [5.0, 1.0]], [[0, 1]]),
    ("stag hunt", [[4.0, 0.0], [3.0, 3.0]], [[1, 0], [0, 1], [3 / 4, 1 / 4]]),
    ("pure coordination", np.eye(2), [[1, 0], [0, 1], [1 / 2, 1 / 2]]),
    ("all the same", np.zeros((2, 2)), [[1, 0], [0, 1], [1 / 2, 1 / 2]]),
    # the second does as well as the first; the third gains where many have the second
    (
        "drift up to a limit",
        [[1.0, 1.0, 1.0], [1.0, 1.0, 0.0], [0.0, 2.0, 0.0]],
        [[1, 0, 0], [1 / 2, 1 / 2, 0]],
    ),
]


def game(payoffs: Any) -> PolicyGame:
    matrix = np.asarray(payoffs, dtype=np.float64)
    return PolicyGame.of_matrix([str(k) for k in range(len(matrix))], matrix)


def three_seats(payoffs: Any) -> PolicyGame:
    """What a policy earns by its own number and that of others with the second policy."""
    own, others = np.divmod(np.arange(6), 3)
    company = np.stack([2 - others, others], axis=1)
    # a table with one of each is met in two orders
    twice = np.repeat(np.arange(6), 1 + (others == 1))
    return PolicyGame(
        ("0", "1"),
        own[twice],
        company[twice],
        np.zeros(len(twice), np.int64),
        np.ones(1),
        np.ravel(np.asarray(payoffs, dtype=np.float64))[twice],
    )


@pytest.mark.parametrize(
    ("name", "payoffs", "expected"), TEXTBOOK, ids=[row[0] for row in TEXTBOOK]
)
def test_equilibria_of_textbook_games(name: str, payoffs: Any, expected: Any) -> None:
    found = [one.shares for one in equilibria(game(payoffs), 1e-9)]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_what_is_nearly_as_good_is_good_enough() -> None:
    nearly = [[1.0, 1.0], [1.004, 0.0]]
    assert any(one.shares[0] == 1 for one in equilibria(game(nearly)))
    assert not any(one.shares[0] == 1 for one in equilibria(game(nearly), 1e-3))


def test_three_seats_make_a_polynomial() -> None:
    """A volunteer's dilemma (Diekmann 1985): all get 1 if somebody pays 1/4, and 0 if nobody."""
    dilemma = three_seats([[3 / 4, 3 / 4, 3 / 4], [1.0, 1.0, 0.0]])
    (found,) = equilibria(dilemma, 1e-9)
    np.testing.assert_allclose(found.shares, [1 / 2, 1 / 2], atol=1e-6)  # (1/4)^(1/(3-1)) refuse
    for q in (0.0, 0.3, 1.0):
        expected = [3 / 4, 1 - q**2]
        np.testing.assert_allclose(dilemma.fitness(np.array([1 - q, q])), expected, atol=1e-12)
    slopes = dilemma.slopes(np.array([0.4, 0.6]))
    np.testing.assert_allclose(slopes[:, 1] - slopes[:, 0], [0, -1.2], atol=1e-12)


@given(arrays(np.float64, (4, 4), elements=st.integers(-3, 3).map(float)))
def test_every_game_has_an_equilibrium_and_all_that_are_found_are_some(payoffs: Any) -> None:
    found = equilibria(game(payoffs), 1e-9)
    assert found
    for one in found:
        earned = payoffs @ one.shares
        assert earned.max() - one.shares @ earned < 1e-5
        assert one.shares.sum() == pytest.approx(1)


def test_policies_that_are_alike_are_told() -> None:
    assert alike(np.zeros((3, 3))) == [[0, 1, 2]]
    assert alike(np.array(HAWK_DOVE)) == [[0], [1]]


def test_hawks_and_doves_settle() -> None:
    _, shares = evolve(game(HAWK_DOVE), np.array([0.9, 0.1]), 50, 0.0)
    np.testing.assert_allclose(shares[-1], 0.5, atol=1e-5)


def test_rock_paper_scissors_goes_round() -> None:
    """The product of shares is constant (Hofbauer & Sigmund 1998, section 7.7)."""
    _, shares = evolve(game(ROCK_PAPER_SCISSORS), np.array([0.5, 0.3, 0.2]), 60, 0.0)
    np.testing.assert_allclose(shares.prod(axis=1), 0.03, rtol=1e-3)
    assert np.ptp(shares[:, 0]) > 0.2
    _, mutating = evolve(game(ROCK_PAPER_SCISSORS), np.array([0.5, 0.3, 0.2]), 300, 0.05)
    np.testing.assert_allclose(mutating[-1], 1 / 3, atol=1e-3)


@given(st.floats(0.01, 0.99), st.floats(-1, 1))
def test_a_constant_advantage_grows_the_odds(start: float, advantage: float) -> None:
    better = game([[advantage, advantage], [0.0, 0.0]])
    moments, shares = evolve(better, np.array([start, 1 - start]), 5, 0.0)
    odds = start / (1 - start) * np.exp(advantage * moments)
    np.testing.assert_allclose(shares[:, 0], odds / (1 + odds), atol=1e-5)


def test_who_invades_whom() -> None:
    played = game(HAWK_DOVE)
    np.testing.assert_allclose(invading(played) @ played.means, [[0, 1], [1, 0]])


def test_mixtures_go_from_none_to_all() -> None:
    found = np.array(mixtures(3, 1, np.array([2.0, 5.0, 2.0]), 3))
    np.testing.assert_allclose(found, [[0.5, 0, 0.5], [0.25, 0.5, 0.25], [0, 1, 0]])


def test_where_a_gain_ends() -> None:
    across = np.array([0.0, 0.5, 1.0])
    assert first_fall(across, np.array([1.0, 0.5, -0.5])) == pytest.approx(0.75)
    assert first_fall(across, np.array([-1.0, 0.5, 0.5])) == 0
    assert first_fall(across, np.array([1.0, 0.5, 0.5])) == 1
    assert np.isnan(first_fall(across, np.array([1.0, np.nan, 0.5])))


def test_larger_samples_hold_smaller_ones() -> None:
    everyone = all_lineups(["a", "b", "c"], 3)
    small, large = (set(sampled(everyone, size, "game", 1)) for size in (5, 12))
    assert len(small) == 5
    assert small < large
    assert set(sampled(everyone, 99, "game", 1)) == set(everyone)


@pytest.mark.parametrize("module", [focus, matrix, shares, results])
def test_examples_in_docstrings(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("name", sorted(shipped("tournament")))
def test_tournaments_that_come_along_say_what_they_are(name: str) -> None:
    found = load_tournament(shipped("tournament")[name])
    file = found.file
    assert file.source
    assert min(len(file.summary), len(file.look_for)) > 40
    assert len(found.lineups) < 500


HEAD = "title: x\ntournament:\n"
WAYS = "  policies: [truthful, bully]\n"
GAMES = "  games: {a: {family: chicken}}\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + "  policies: [truthful, bulli]\n" + GAMES, ":3: .*unknown policy 'bulli'"),
        (HEAD + "  policies: []\n" + GAMES, ":3: .*expected 2 to 20 .found 0"),
        (HEAD + "  policies: [bully, bully]\n" + GAMES, ":3: .*bully is there twice"),
        (
            HEAD + "  policies:\n    a: bully\n    b: {eager: {sped: 1}}\n" + GAMES,
            r":5: tournament\.policies\.b\.eager\.sped: unknown key",
        ),
        (HEAD + "  policies: {a: bully, a | b: bully}\n" + GAMES, ":3: .*a name without"),
        (HEAD + WAYS + "  games: {}\n", ":4: .*expected at least one"),
        (HEAD + WAYS + "  games:\n    a: {family: chikcen}\n", ":5: .*expected one of arms-race"),
        (HEAD + WAYS + "  games:\n    a: {scenario: no-such}\n", ":5: .*no scenario of that name"),
        (HEAD + WAYS + "  games:\n    a: {draws: 2}\n", ":5: .*expected one of scenario"),
        (
            HEAD + WAYS + "  games:\n    a: {scenario: threat-game, draws: 2}\n",
            ":5: .*only families have that",
        ),
        (
            HEAD + WAYS + "  games:\n    a:\n      family: chicken\n      seats: [1, Ada]\n",
            ":7: .*(unknown player|expected|valid)",
        ),
        (
            HEAD + WAYS + "  games:\n    a:\n      family: chicken\n      seats: ['1', Ada]\n",
            ":7: .*unknown player .expected some of 1, 2",
        ),
        (
            HEAD + WAYS + "  games:\n    a:\n      family: chicken\n      seats: ['1']\n",
            ":7: .*at least two different players",
        ),
        (
            HEAD + WAYS + "  games:\n    a:\n      family: chicken\n      parameters: {win: 0}\n",
            ":7: .*chicken needs",
        ),
        (HEAD + WAYS + GAMES + "  threshold: {policy: x, instead_of: bully}\n", ":5: .*missing"),
        (
            HEAD + WAYS + GAMES + "  ecology: {shares: {bulli: 1}}\n",
            ":5: .*no such policy here",
        ),
        (HEAD + WAYS + GAMES + "  reference: none\n", ":5: .*expected one of equal"),
        (HEAD + WAYS + GAMES + "  sead: 1\n", ":5: .*did you mean seed"),
        (HEAD + WAYS + GAMES + "run: {seed: 3}\n", ":5: run.seed: said by the section"),
        (HEAD + WAYS + GAMES + "run: {window: -3}\n", ":5: run.window: "),
        (
            HEAD + WAYS + GAMES + "negotiation: {policies: {}}\n",
            ":5: negotiation.policies: said by the section",
        ),
        (
            HEAD + "  policies: [truthful, pacifist]\n  games: {a: {scenario: three-partners}}\n",
            ":4: .*policies.*three-partners|:4: .*with the policy pacifist",
        ),
        (HEAD + WAYS + GAMES + "negotiation: 3\n", ":5: negotiation: "),
        (
            HEAD + WAYS + GAMES + "negotiation: {impasse: {discount: {Zoe: 0.5}}}\n",
            ":4: .*impasse.discount: expected some of 1, 2 .found 'Zoe'",
        ),
        ("title: x\n", ":1: tournament: expected the section"),
        (HEAD + WAYS + GAMES + "  replications: 1000000\n", ":4: .*too many line-ups"),
    ],
)
def test_mistakes_are_told_with_their_lines(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(InputError, match=problem) as error:
        load_tournament(file)
    assert "\n" not in str(error.value)


def test_a_written_tournament_reads_back_equal(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        HEAD + "  policies: {a: bully, b: {unyielding: {reservation: 7}}}\n"
        "  games: {a: {family: chicken, draws: 2}, b: {scenario: impasse, seats: [Bo, Ada]}}\n"
    )
    first = load_tournament(file)
    file.write_text(first.to_yaml())
    again = load_tournament(file)
    assert again.to_yaml() == first.to_yaml()
    assert [lineup.id for lineup in again.lineups] == [lineup.id for lineup in first.lineups]
    assert len(first.lineups) == 3 * 4
    scenarios = [first.scenario(lineup) for lineup in first.lineups]
    assert len({scenario.run.seed for scenario in scenarios}) == 12
    for lineup, scenario in zip(first.lineups[8:], scenarios[8:], strict=True):
        ways = [type(scenario.negotiation.policies[seat]).__name__ for seat in ("Bo", "Ada")]
        named = {"Bully": "a", "Unyielding": "b"}
        assert tuple(named[way] for way in ways) == lineup.policies
