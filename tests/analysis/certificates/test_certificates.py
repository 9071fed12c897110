"""Certificates: exact where answers are rational, enclosed where they are not, and hard to fool."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from command import Command
from hypothesis import given, settings
from hypothesis import strategies as st
from textbook import textbook_game

from curnits.analysis.certificates.certificate import Enclosure, Exact, Interval
from curnits.analysis.certificates.checking.check import payoff_mismatches
from curnits.analysis.certificates.exact import ExactGame, rational
from curnits.analysis.certificates.proving.exact_simplex import (
    maximise,
    solve_matrix_game,
    solve_second_game,
)
from curnits.analysis.certificates.proving.prove import UncertifiedError
from curnits.analysis.concepts import solve
from curnits.analysis.concepts.proofs import certify, why_unproved
from curnits.analysis.solvers.coco import coco
from curnits.analysis.storage.certificate_records import CertificateRecord
from curnits.analysis.storage.certificates import CertificateError, certificate_of, record_of
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load

SEEDS = st.integers(0, 2**32)


def entry(name: str) -> Game:
    return load(catalogue()[name]).build()


def proof(game: Game) -> Exact | Enclosure:
    (found,) = coco.solve(game).equilibria
    certificate = certify(game, "coco", found)
    assert why_unproved(game, "coco", certificate) == []
    return certificate


def integers(seed: int, *shape: int, most: int = 5) -> np.ndarray:
    numbers = np.random.default_rng(seed).integers(0, most + 1, size=shape)
    return np.vectorize(Fraction, otypes=[object])(numbers)


@pytest.mark.parametrize(
    ("payoff", "meant"),
    [
        (0.1, "1/10"),
        (1 / 3, "1/3"),
        (-200 / 7, "-200/7"),
        (1e6 + 1 / 3, "3000001/3"),
        (123456.789, "123456789/1000"),
        (0.0, "0"),
        (-2.5e20, "-250000000000000000000"),
        (1e-7, "1/10000000"),
        (2**0.5, "14142135623730951/10000000000000000"),
    ],
)
def test_payoffs_are_read_as_they_were_meant(payoff: float, meant: str) -> None:
    assert rational(payoff) == Fraction(meant)


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_what_is_read_rounds_to_the_payoff(payoff: float) -> None:
    assert float(rational(payoff)) == payoff


@given(SEEDS, st.integers(1, 5), st.integers(1, 6), st.integers(1, 6))
@settings(max_examples=60)
def test_matrix_games_are_solved_exactly(seed: int, rows: int, columns: int, most: int) -> None:
    matrix = integers(seed, rows, columns, most=most) - 2
    saddle = solve_matrix_game(matrix)
    assert saddle.row.sum() == saddle.column.sum() == 1
    assert min(*saddle.row, *saddle.column) >= 0
    assert (saddle.row @ matrix).min() == saddle.value == (matrix @ saddle.column).max()
    assert float(saddle.value) == pytest.approx(solve_stack(matrix.astype(float)[None])[0][0])
    assert len(saddle.kernel[0]) == len(saddle.kernel[1])


@given(SEEDS, st.integers(1, 4), st.integers(1, 4))
@settings(max_examples=60)
def test_second_games_are_solved_among_the_optimal_strategies(
    seed: int, rows: int, columns: int
) -> None:
    first, second = integers(seed, rows, columns, most=1), integers(seed + 1, rows, columns)
    first = first - solve_matrix_game(first).value
    found = solve_second_game(first, second)
    assert (found.row @ first).min() >= 0 >= (first @ found.column).max()
    assert min(*found.row_multipliers, *found.column_multipliers) >= 0
    above = second @ found.column + first @ found.column_multipliers
    below = found.row @ second + found.row_multipliers @ first
    assert above.max() <= found.value <= below.min()
    # a small step further, both are optimal to first order
    step = Fraction(1, 10**9)
    near = solve_matrix_game(first + step * second).value
    assert abs(near / step - found.value) < Fraction(1, 1000)


def test_linear_programs_that_cycle_under_the_textbook_rule() -> None:
    """Beale's example: the largest coefficient alone goes round in circles."""
    gains = np.array([Fraction(3, 4), Fraction(-150), Fraction(1, 50), Fraction(-6)])
    matrix = np.array(
        [
            [Fraction(1, 4), Fraction(-60), Fraction(-1, 25), Fraction(9)],
            [Fraction(1, 2), Fraction(-90), Fraction(-1, 50), Fraction(3)],
            [Fraction(0), Fraction(0), Fraction(1), Fraction(0)],
        ]
    )
    found = maximise(gains, matrix, [0, 0, 1])
    assert found.value == Fraction(1, 20)
    assert found.duals @ np.array([0, 0, 1], dtype=object) == found.value


@pytest.mark.parametrize(
    ("name", "payoffs", "prices"),
    [
        ("Ferguson III.4 A", ["29/6", "13/4"], ["3/5", "2/5"]),
        ("hot-dog stands", ["70", "140"], ["2/3", "1/3"]),
        ("three solutions", ["1", "1", "1"], ["7/11", "2/11", "2/11"]),
        ("strategic Banker", ["50", "50", "0"], ["1/3", "1/3", "1/3"]),
    ],
)
def test_textbook_answers_in_fractions(name: str, payoffs: list[str], prices: list[str]) -> None:
    found = proof(textbook_game(name))
    assert isinstance(found, Exact)
    assert list(found.payoffs) == [Fraction(x) for x in payoffs]
    assert list(found.prices) == [Fraction(x) for x in prices]


def test_thirds_and_tenths_are_not_rounded() -> None:
    found = proof(from_payoffs([[[0.5, 0], [0, 0.3]], [[1, -4 / 3], [0, 2]]]))
    assert found.payoffs == (Fraction(29, 60), Fraction(13, 12))
    assert found.prices == (Fraction(5, 6), Fraction(1, 6))


@pytest.mark.parametrize("name", ["free-onlooker", "free-pair", "thin-team"])
def test_zero_prices_are_proved_to_first_order(name: str) -> None:
    found = proof(entry(name))
    assert isinstance(found, Exact)
    assert Fraction(0) in found.prices
    assert min(found.weights) > 0


def test_the_coco_value_is_always_a_fraction() -> None:
    game = from_payoffs(np.random.default_rng(3).random((3, 2, 3, 2)), money=True)
    (found,) = solve(game, "coco-value").equilibria
    certificate = certify(game, "coco-value", found)
    assert isinstance(certificate, Exact)
    exact = ExactGame.of(game)
    assert sum(certificate.payoffs) == exact.outcomes.sum(axis=1).max()
    greedy = (certificate.payoffs[0] + 1, certificate.payoffs[1] - 1, certificate.payoffs[2])
    assert why_unproved(game, "coco-value", replace(certificate, payoffs=greedy)) == [
        "payoffs are not what the players are entitled to"
    ]


def test_irrational_prices_are_enclosed() -> None:
    """The price ratio solves r² + 2 r = 4."""
    found = proof(entry("golden-threats"))
    assert isinstance(found, Enclosure)
    low = found.prices[1].low / found.prices[0].high
    high = found.prices[1].high / found.prices[0].low
    assert low * (low + 2) < 4 < high * (high + 2)
    assert high - low < Fraction(1, 10**18)
    assert found.payoffs[0].low < 4 < found.payoffs[0].high


@given(SEEDS, st.sampled_from([(2, 2), (3, 4), (2, 2, 2), (2, 3, 2), (1, 2, 2)]), st.integers(1, 9))
@settings(max_examples=40)
def test_integer_games_are_proved_or_given_up(seed: int, shape: tuple[int, ...], most: int) -> None:
    game = from_payoffs(integers(seed, len(shape), *shape, most=most).astype(float))
    for found in coco.solve(game).equilibria:
        try:
            certificate = certify(game, "coco", found)
        except UncertifiedError:
            continue
        assert why_unproved(game, "coco", certificate) == []
        record = record_of(game, certificate).model_dump_json()
        again = certificate_of(game, CertificateRecord.model_validate_json(record))
        assert why_unproved(game, "coco", again) == []


ALTERED = {
    "prices": "payoffs are not what the players are entitled to",
    "payoffs": "payoffs are not those of the agreement",
    "agreement": "some outcome is worth more than the agreement",
    "threats": "the threats of coalitions (1, 2) are not optimal",
    "weights": "the agreement is not shown to be Pareto-optimal",
    "vanishing": "vanishing must be positive for the players whose price is 0",
}


@pytest.mark.parametrize("part", ALTERED)
def test_altered_fractions_are_refuted(part: str) -> None:
    game = textbook_game("Ferguson III.4 A")
    found = proof(game)
    assert isinstance(found, Exact)
    other = {
        "prices": (Fraction(61, 100), Fraction(39, 100)),
        "payoffs": (Fraction(29, 6) + Fraction(1, 10**30), Fraction(13, 4)),
        "agreement": {1: Fraction(1)},
        "threats": {**found.threats, 1: {1: Fraction(1)}},
        "weights": (Fraction(1), Fraction(2)),
        "vanishing": (Fraction(1), Fraction(0)),
    }
    wrong = why_unproved(game, "coco", replace(found, **{part: other[part]}))
    assert any(text.startswith(ALTERED[part]) for text in wrong)


def test_altered_approach_to_zero_prices_is_refuted() -> None:
    game = entry("free-onlooker")
    found = proof(game)
    assert isinstance(found, Exact)
    assert any(
        "not optimal to first order" in text
        for text in why_unproved(game, "coco", replace(found, multipliers={}))
    )
    starved = replace(found, vanishing=tuple(-x for x in found.vanishing))
    assert why_unproved(game, "coco", starved)[0].startswith("vanishing must be positive")


def test_intervals_that_hold_no_answer_are_refuted() -> None:
    game = entry("golden-threats")
    found = proof(game)
    assert isinstance(found, Enclosure)

    def moved(interval: Interval, by: Fraction) -> Interval:
        return Interval(interval.low + by, interval.high + by)

    aside = tuple(moved(x, Fraction(1, 10**6)) for x in found.prices)
    assert why_unproved(game, "coco", replace(found, prices=aside)) == [
        "no solution is shown to lie in the intervals"
    ]
    more = tuple(moved(x, Fraction(1, 10**6)) for x in found.payoffs)
    assert why_unproved(game, "coco", replace(found, payoffs=more)) == [
        "payoffs: the solution is not shown to lie in the intervals"
    ]
    wide = tuple(Interval(Fraction(0), Fraction(1)) for _ in found.prices)
    assert why_unproved(game, "coco", replace(found, prices=wide))
    lonely = {mask: dict(list(threat.items())[:1]) for mask, threat in found.threats.items()}
    assert why_unproved(game, "coco", replace(found, threats=lonely))


def test_a_solution_of_the_equations_that_is_no_equilibrium_is_refuted() -> None:
    """Equalising threats of the wrong actions clear too, but the players have better ones."""
    game = from_payoffs([[[4, 2, 3, 9], [0, 4, 4, 9]], [[2, 2, 2, -9], [3, 1, 3, -9]]])
    certificate = proof(entry("golden-threats"))
    assert isinstance(certificate, Enclosure)
    widened = {
        "agreement": {5 if k == 4 else k: x for k, x in certificate.agreement.items()},
        "threats": certificate.threats,
    }
    wrong = why_unproved(game, "coco", replace(certificate, **widened))
    assert wrong != []


@pytest.mark.parametrize("concept", ["harsanyi", "strict"])
def test_two_players_have_nobody_to_split_with(concept: str) -> None:
    game = entry("golden-threats")
    for found in solve(game, concept).equilibria:
        assert isinstance(certify(game, concept, found), Enclosure)


@pytest.mark.parametrize(
    ("name", "payoffs"),
    [
        ("banker", ["40", "40", "20"]),
        ("strategic-banker", ["40", "40", "20"]),
        ("three-solutions", ["5/9", "5/3", "5/3"]),
        ("ferguson-threats", ["29/6", "13/4"]),
    ],
)
def test_fair_splits_in_fractions(name: str, payoffs: list[str]) -> None:
    game = entry(name)
    (found,) = solve(game, "harsanyi").equilibria
    certificate = certify(game, "harsanyi", found)
    assert isinstance(certificate, Exact)
    assert list(certificate.payoffs) == [Fraction(x) for x in payoffs]
    record = record_of(game, certificate).model_dump_json()
    again = certificate_of(game, CertificateRecord.model_validate_json(record))
    assert why_unproved(game, "harsanyi", again) == []


def test_fair_splits_with_a_price_of_0_are_not_shown() -> None:
    """There the first is owed less than nothing in N; by the mean of gains others would pay it."""
    payoffs = [[4, 0, 0], [-4, -2, -1], [-2, -1, 2], [-3, 1, -4]]
    game = from_payoffs(np.array(payoffs, dtype=float).T.reshape(3, 1, 2, 2))
    (found,) = solve(game, "harsanyi").equilibria
    assert found.candidate.prices[0] == 0.0
    with pytest.raises(UncertifiedError):
        certify(game, "harsanyi", found)
    other = entry("strategic-banker")
    (priced,) = solve(other, "harsanyi").equilibria
    certificate = certify(other, "harsanyi", priced)
    assert isinstance(certificate, Exact)
    nought, one, half = Fraction(0), Fraction(1), Fraction(1, 2)
    free = replace(certificate, prices=(nought, half, half), vanishing=(one, nought, nought))
    assert why_unproved(other, "harsanyi", free) == ["prices are not positive"]


def test_altered_fair_splits_are_refuted() -> None:
    game = entry("strategic-banker")
    (found,) = solve(game, "harsanyi").equilibria
    certificate = certify(game, "harsanyi", found)
    assert isinstance(certificate, Exact)

    def wrong(**changes: object) -> list[str]:
        return why_unproved(game, "harsanyi", replace(certificate, **changes))

    assert "the weights in coalition 3 are none" in wrong(internal={})
    equal = {mask: dict.fromkeys(own, Fraction(1)) for mask, own in certificate.internal.items()}
    assert wrong(internal=equal) == ["coalition 3 is not shown to do its best"]
    first = next(iter(certificate.threats[3]))
    assert wrong(threats={**certificate.threats, 3: {first: Fraction(1)}}) != []
    (i, j, k) = certificate.payoffs
    assert wrong(payoffs=(i + 1, j - 1, k)) != []
    # the coco equilibrium of the same game is none of these
    other = proof(game)
    assert isinstance(other, Exact)
    swapped = replace(other, internal=certificate.internal)
    assert "payoffs are not what the players are entitled to" in why_unproved(
        game, "harsanyi", swapped
    )


@pytest.mark.parametrize(
    ("name", "concept", "payoffs"),
    [
        ("threat-game", "nash", ["5/2", "5/2"]),
        ("ferguson-threats", "nash", ["827/208", "1887/416"]),
        ("three-solutions", "nash", ["5/9", "5/3", "5/3"]),
        ("three-solutions", "egalitarian", ["1", "1", "1"]),
        ("hot-dog-stands-with-money", "nash", ["95", "145"]),
        ("ibn-ezras-estate", "shapley", ["485/6", "125/6", "65/6", "15/2"]),
    ],
)
def test_closed_forms_in_fractions(name: str, concept: str, payoffs: list[str]) -> None:
    game = entry(name)
    answer = solve(game, concept)
    (found,) = answer.equilibria
    certificate = certify(game, concept, found, answer.disagreement)
    assert isinstance(certificate, Exact)
    assert list(certificate.payoffs) == [Fraction(x) for x in payoffs]
    shifted = (certificate.payoffs[0] - Fraction(1, 10**20), *certificate.payoffs[1:])
    assert why_unproved(game, concept, replace(certificate, payoffs=shifted)) != []


def test_bargaining_from_elsewhere_is_refuted() -> None:
    game = entry("ferguson-threats")
    answer = solve(game, "nash")
    (found,) = answer.equilibria
    certificate = certify(game, "nash", found, answer.disagreement)
    assert isinstance(certificate, Exact)
    elsewhere = replace(certificate, disagreement=(Fraction(0), Fraction(0)))
    assert why_unproved(game, "nash", elsewhere) == ["gains are not equal"]
    assert payoff_mismatches(game, elsewhere, found.payoffs, answer.disagreement) != []
    assert payoff_mismatches(game, certificate, found.payoffs, answer.disagreement) == []
    beyond = replace(certificate, disagreement=(Fraction(10), Fraction(10)))
    assert "somebody does not gain" in why_unproved(game, "nash", beyond)
    nowhere = replace(certificate, disagreement=())
    assert why_unproved(game, "nash", nowhere) == ["the disagreement point is missing"]


def test_the_shapley_value_is_of_worths() -> None:
    game = entry("hot-dog-stands-with-money")
    (found,) = solve(game, "coco-value").equilibria
    certificate = certify(game, "coco-value", found)
    assert why_unproved(game, "coco-value", certificate) == []
    assert why_unproved(game, "shapley", certificate) == [
        "what a coalition gets depends on the others: the game is not one of worths"
    ]


def test_what_is_not_certified_says_why() -> None:
    game = textbook_game("three solutions")
    (found,) = coco.solve(game).equilibria
    with pytest.raises(UncertifiedError, match="strict is not certified"):
        certify(game, "strict", found)
    assert why_unproved(game, "strict", proof(game)) == ["strict cannot be certified"]
    big = from_payoffs(np.zeros((9, *[2] * 9)))
    with pytest.raises(UncertifiedError, match="at most 100,000 are worked on"):
        certify(big, "coco", found)


def test_records_refuse_what_is_no_certificate() -> None:
    game = textbook_game("Ferguson III.4 A")
    record = record_of(game, proof(game))
    for prices in ({"1": "1/0", "2": "1"}, {"1": "1e9999", "2": "1"}, {"1": ["0", "1"], "2": "1"}):
        with pytest.raises(CertificateError, match="expected a fraction"):
            certificate_of(game, record.model_copy(update={"prices": prices}))
    with pytest.raises(CertificateError, match="expected \\['1', '2'\\]"):
        certificate_of(game, record.model_copy(update={"payoffs": {"1": "1"}}))
    with pytest.raises(CertificateError, match="expected two ends"):
        certificate_of(game, record.model_copy(update={"kind": "intervals"}))
    assert certificate_of(game, record).prices == (Fraction(3, 5), Fraction(2, 5))


def test_command_certifies_and_check_believes_nobody(curnits: Command, tmp_path) -> None:
    solved = curnits("solve", "three-solutions", "--certify", "--json")
    assert solved.status == 0
    (answer,) = solved.json["equilibria"]
    assert answer["certificate"]["kind"] == "exact"
    assert answer["certificate"]["prices"] == {"Ada": "7/11", "Bo": "2/11", "Cy": "2/11"}
    path = tmp_path / "answer.json"
    path.write_text(solved.out, encoding="utf-8")
    checked = curnits("check", path, "--json")
    assert checked.status == 0
    assert checked.json["equilibria"][0]["certificate"] == answer["certificate"]
    assert "Proved in exact fractions" in curnits("check", path).out

    solution = solved.json
    solution["equilibria"][0]["certificate"]["payoffs"]["Ada"] = "2"
    path.write_text(json.dumps(solution), encoding="utf-8")
    checked = curnits("check", path)
    assert checked.status == 1
    assert "payoffs are not those of the agreement" in " ".join(checked.out.split())
    assert "Proved" not in checked.out

    solution["equilibria"][0]["certificate"]["payoffs"]["Ada"] = "much"
    path.write_text(json.dumps(solution), encoding="utf-8")
    checked = curnits("check", path)
    assert checked.status == 2
    assert "expected a fraction such as 5/6 (found 'much')" in checked.err


def test_command_says_what_is_not_certified(curnits: Command) -> None:
    result = curnits("solve", "hot-dog-stands", "--concept", "disarmed", "--certify", "--json")
    assert result.status == 1
    assert result.json["equilibria"][0]["certificate"] is None
    assert "no certificate was found: disarmed is not certified" in result.json["notes"][-1]
    assert "Proved to lie in these intervals" in curnits("solve", "golden-threats", "--certify").out


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_values_of_coalitions_that_move_first_are_proved(seed: int) -> None:
    game = from_payoffs(integers(seed, 3, 2, 2, 2).astype(np.float64), money=True)
    (found,) = solve(game, "first-mover-value").equilibria
    certificate = certify(game, "first-mover-value", found)
    assert isinstance(certificate, Exact)
    np.testing.assert_allclose([float(x) for x in certificate.payoffs], found.payoffs, atol=1e-9)
    record = record_of(game, certificate)
    again = certificate_of(game, CertificateRecord.model_validate_json(record.model_dump_json()))
    assert why_unproved(game, "first-mover-value", again) == []


@pytest.mark.parametrize("name", ["hot-dog-stands", "threat-game", "hostage"])
def test_first_mover_equilibria_at_simple_prices_are_proved(name: str) -> None:
    game = entry(name)
    (found,) = solve(game, "first-mover").equilibria
    assert why_unproved(game, "first-mover", certify(game, "first-mover", found)) == []


def test_commitments_are_not_taken_on_trust() -> None:
    game = entry("stands-that-move-first")
    (found,) = solve(game, "first-mover-value").equilibria
    stated = certify(game, "first-mover-value", found)
    assert isinstance(stated, Exact)

    def doubts(**changed: object) -> str:
        return "; ".join(why_unproved(game, "first-mover-value", replace(stated, **changed)))

    worse = {mask: {0: Fraction(1)} for mask in stated.threats}
    assert "not shown to be the best" in doubts(threats=worse)
    assert "no distributions" in doubts(replies={})
    swapped = {
        mask: {b: {1 - c: weight for c, weight in reply.items()} for b, reply in replies.items()}
        for mask, replies in stated.replies.items()
    }
    assert "not shown to be the best" in doubts(replies=swapped)
    assert "entitled" in doubts(payoffs=(Fraction(95), Fraction(145)))
    assert why_unproved(game, "coco-value", stated) != []


def test_prices_that_are_no_small_fractions_are_not_proved() -> None:
    game = from_payoffs(np.random.default_rng(1).random((3, 2, 2, 2)).round(3))
    (found,) = solve(game, "first-mover").equilibria
    with pytest.raises(UncertifiedError, match="small fractions"):
        certify(game, "first-mover", found)
