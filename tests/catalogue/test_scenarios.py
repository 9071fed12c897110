"""The catalogue: complete entries, the textbook's payoffs, the textbook's answers."""

import numpy as np
import pytest
from textbook import numbers, textbook_game

from curnits.analysis.concepts import default_concept, solve
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.scenario import Scenario

CATALOGUE = catalogue()

TEXTBOOK = {
    "battle-of-the-sexes": "battle of the sexes",
    "ferguson-threats": "Ferguson III.4 A",
    "hot-dog-stands": "hot-dog stands",
    "hot-dog-stands-and-a-bystander": "hot-dog stands and a bystander",
    "hot-dog-stands-with-money": "hot-dog stands",
    "prisoners-dilemma": "prisoner's dilemma",
    "split-or-steal": "split or steal",
    "strategic-banker": "strategic Banker",
    "threat-game": "threat game",
    "three-solutions": "three solutions",
    "vertex-agreement": "vertex agreement",
}

ANSWERS = {
    "hollow-threats": ["19/6", "19/6", "5/3"],
    "learning-to-agree": ["29/6", "13/4"],
    "misjudged-offers": [4, 3],
    "newcomer": ["14/3", "14/3", "8/3"],
    "proposer-commitment": ["19/6", "19/6", "5/3"],
    "threats-by-offers": ["29/6", "13/4"],
    "alternating-offers": [4, 3],
    "asymmetric-harm": ["13/2", "7/2"],
    "bully-of-strangers": ["8/3", "14/3", "14/3"],
    "coalition-against-a-bully": ["2/3", "17/3", "17/3"],
    "commons-with-punishment": [3, 3, 3],
    "empty-threat": [5, 5],
    "evadable-threat": ["3/2", "17/2"],
    "incredible-threat": ["13/2", "7/2"],
    "inescapable-threat": [3, 7],
    "mutual-destruction": [5, 5],
    "noisy-inventors": [5, 5],
    "protection-racket": ["7/2", "53/6", "53/6", "53/6"],
    "ransom": [40, -40],
    "ten-rung-arms-race": [5, 5],
    "treaty-against-escalation": [5, 5],
    "two-rung-arms-race": [5, 5],
    "arms-race": [0, 0, 0, 0],
    "banker": [50, 50, 0],
    "bargaining-triangle": ["9/2", "7/2"],
    "bargaining-with-a-corner": [6, 3],
    "battle-of-the-sexes": ["3/2", "3/2"],
    "ferguson-threats": ["29/6", "13/4"],
    "ferguson-with-money": ["91/20", "109/20"],
    "hot-dog-stands": [70, 140],
    "ibn-ezras-estate": ["485/6", "125/6", "65/6", "15/2"],
    "hot-dog-stands-and-a-bystander": [95, 145, 0],
    "hot-dog-stands-with-money": [95, 145],
    "stands-that-move-first": [95, 145],
    "majority": [1, 1, 1],
    "prisoners-dilemma": [3, 3],
    "producers-and-saboteur": ["19/6", "19/6", "5/3"],
    "public-goods": [3, 3, 3],
    "roth": ["1/3", "1/3", "1/3"],
    "shafer": ["3/8", "3/8", "1/4"],
    "split-or-steal": ["1/2", "1/2"],
    "stag-hunt": [3, 3, 4],
    "strategic-banker": [50, 50, 0],
    "threat-game": [1, 4],
    "threats-behind-a-pie": ["5/2", "11/2"],
    "three-partners": [22, 40, 58],
    "vertex-agreement": [5, 6],
}
"""Payoffs by the concept that is the default for the game."""


@pytest.fixture(params=sorted(CATALOGUE))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load(CATALOGUE[request.param])


def test_catalogue_is_large_and_names_are_unique() -> None:
    root = next(iter(CATALOGUE.values())).parents[1]
    kinds = ("populations", "studies", "tournaments")
    others = {path for kind in kinds for path in root.glob(f"{kind}/*.yaml")}
    files = {*root.rglob("*.yaml")} - others
    assert len(CATALOGUE) == len(files) >= 12


def test_entry_says_what_it_is(scenario: Scenario) -> None:
    assert scenario.title
    assert scenario.source
    assert len(scenario.summary) > 40
    assert len(scenario.look_for) > 40


def test_complete_file_reads_back(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("complete") / "scenario.yaml"
    path.write_text(scenario.to_yaml(), encoding="utf-8")
    again = load(path)
    assert again == scenario
    assert again.build().outcomes.tobytes() == scenario.build().outcomes.tobytes()
    assert again.to_yaml() == scenario.to_yaml()


@pytest.mark.parametrize("name", TEXTBOOK)
def test_payoffs_are_those_of_the_textbook(name: str) -> None:
    game, expected = load(CATALOGUE[name]).build(), textbook_game(TEXTBOOK[name])
    np.testing.assert_array_equal(game.payoffs, expected.payoffs)


def test_public_goods_are_those_of_the_textbook() -> None:
    """There, to contribute is the first action."""
    game, expected = load(CATALOGUE["public-goods"]).build(), textbook_game("public goods")
    np.testing.assert_array_equal(np.flip(game.payoffs, axis=(1, 2, 3)), expected.payoffs)


@pytest.mark.parametrize("name", ANSWERS)
def test_answer(name: str) -> None:
    game = load(CATALOGUE[name]).build()
    solution = solve(game, default_concept(game))
    (found,) = solution.equilibria
    assert found.accepted
    np.testing.assert_allclose(found.payoffs, numbers(ANSWERS[name]), atol=1e-9 * game.ranges.max())


@pytest.mark.parametrize(
    ("name", "expected"),
    {
        "banker": [40, 40, 20],
        "roth": ["5/12", "5/12", "1/6"],
        "shafer": ["5/12", "5/12", "1/6"],
    }.items(),
)
def test_harsanyi_value(name: str, expected: list[object]) -> None:
    (found,) = solve(load(CATALOGUE[name]).build(), "harsanyi").equilibria
    np.testing.assert_allclose(found.payoffs, numbers(expected), atol=1e-7 * found.payoffs.max())


def test_a_cake_is_shared_in_proportion_to_elasticities() -> None:
    (found,) = solve(load(CATALOGUE["divide-the-pie"]).build(), "coco").equilibria
    elasticities = np.array([0.5, 0.25, 0.8])
    shares = 100 * elasticities / elasticities.sum()
    expected = (shares**elasticities - 1) / elasticities
    np.testing.assert_allclose(found.payoffs, expected, rtol=1e-12)


def test_everybody_gets_the_same_share_of_its_half_axis() -> None:
    (found,) = solve(load(CATALOGUE["ellipsoid"]).build(), "coco").equilibria
    np.testing.assert_allclose(found.payoffs, np.array([1, 2, 30]) / 3**0.5, rtol=1e-12)


def test_risk_aversion_costs_money() -> None:
    """Ada's square root of 40 against Bo's 80; the utility is 2 (√c − 1)."""
    game = load(CATALOGUE["risk-averse-bargainers"]).build()
    (found,) = solve(game, "coco").equilibria
    np.testing.assert_allclose(found.payoffs, [2 * (40**0.5 - 1), 80])


def test_three_solutions_reaches_one_of_three() -> None:
    game = load(CATALOGUE["three-solutions"]).build()
    (found,) = solve(game, "coco").equilibria
    known = numbers([[1, 1, 1], ["5/6", "5/3", "5/6"], ["5/6", "5/6", "5/3"]])
    assert np.abs(known - found.payoffs).max(axis=1).min() < 1e-9
