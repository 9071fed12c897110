"""Bargaining problems and coalitional games in files: what is read, and what is refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from command import Command

from curnits.sim.games.bargaining import BargainingGame
from curnits.sim.games.coalitional import CoalitionalGame
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.problems import ScenarioError

HEAD = "title: t\ngame:\n  form: "


def read(tmp_path: Path, text: str):
    path = tmp_path / "game.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    scenario = load(path)
    again = tmp_path / "again.yaml"
    again.write_text(scenario.to_yaml(), encoding="utf-8")
    assert load(again) == scenario
    return scenario.build()


def test_worths_by_name_in_any_order(tmp_path: Path) -> None:
    game = read(tmp_path, "coalitional\n  v: {Ann: 1/2, Bob + Ann: 3, Ann+Cy+Bob: 7}\n")
    assert isinstance(game, CoalitionalGame)
    assert (game.players, game.money) == (("Ann", "Bob", "Cy"), True)
    assert game.worths.tolist() == [0, 0.5, 0, 3, 0, 0.5, 0, 7]


def test_limits_and_points_say_the_same(tmp_path: Path) -> None:
    limits = read(tmp_path, "coalitional\n  V: {12: {at most: 4, weights: {1: 1, 2: 2}}}\n")
    points = read(tmp_path, "coalitional\n  V: {21: [[0, 0], [0, 4], [2, 0]]}\n  players: [1, 2]\n")
    assert sorted(limits.outcomes.tolist()) == sorted(points.outcomes.tolist())
    several = "limits: [{at most: 4, weights: [1, 2]}, {at most: 1, weights: {2: 1}}], at least: -1"
    game = read(tmp_path, f"coalitional\n  V: {{12: {{{several}}}}}\n")
    assert sorted(game.outcomes.tolist()) == [[-1, -1], [-1, 1], [2, 1], [6, -1]]


def test_conflicts_are_separate(tmp_path: Path) -> None:
    game = read(tmp_path, "coalitional\n  V: {1: 2, 23: [[1, 0], [0, 3]], 123: [5, 5, 5]}\n")
    expected = [[[2, 2]], [[1, 0]], [[0, 3]]]
    np.testing.assert_array_equal(game.conflict(0b001), expected)
    np.testing.assert_array_equal(game.conflict(0b110), np.swapaxes(expected, 1, 2))
    assert game.low.tolist() == [2, 0, 0]
    assert game.ranges.tolist() == [3, 5, 5]
    assert game.normalised.conflict(0b001)[1].tolist() == [[0.2, 0.0]]
    for mask in range(1, 8):
        for k in range(game.joint_actions(mask)):
            assert game.find_joint_action(mask, game.joint_action(mask, k)) == k


def test_threats_have_actions_and_agreements_payoffs(tmp_path: Path) -> None:
    threats = "threats: {actions: {A: [u, d], B: [l]}, payoffs: {A: [[1], [0]], B: [[2], [0]]}}"
    game = read(tmp_path, f"bargaining\n  feasible: [[0, 0], [1/3, 9]]\n  {threats}\n")
    assert isinstance(game, BargainingGame)
    named = [game.outcome(k) for k in range(len(game.outcomes))]
    assert named[0] == {"A": "u", "B": "l"}
    assert named[-1] == {"A": repr(1 / 3), "B": "9"}
    assert [game.find_joint_action(0b11, name) for name in named] == [0, 1, 2, 3]
    assert game.conflict(0b01).tolist() == [[[1], [0]], [[2], [0]]]


WRONG = {
    "two ways": ("coalitional\n  v: {1: 1}\n  V: {1: 1}\n", "expected one of v, V, economy"),
    "no grand coalition": (
        "coalitional\n  v: {1: 1, 2: 3}\n",
        "4: game.v: missing: all players together, '1+2'",
    ),
    "twice": (
        "coalitional\n  players: [A, B]\n  v:\n    A+B: 1\n    BA: 3\n",
        "7: game.v.BA: the same coalition as 'A+B'",
    ),
    "stranger": (
        "coalitional\n  players: [A, B]\n  v: {A+B: 1, A+C: 2}\n",
        "game.v.A+C: unknown player 'C'",
    ),
    "no money": (
        "coalitional\n  money: false\n  v: {1: 1}\n",
        "4: game.money: worths v are in money",
    ),
    "not a number": ("coalitional\n  v:\n    1: x\n", "5: game.v.1: expected a finite number"),
    "short point": (
        "coalitional\n  V:\n    12: [[1]]\n",
        "5: game.V.12.1: expected a payoff for each",
    ),
    "unbounded": (
        "coalitional\n  V:\n    12: {at most: 1, weights: {1: 1}}\n",
        "5: game.V.12: these limits leave a payoff without an upper bound",
    ),
    "empty": ("coalitional\n  V:\n    12: {at most: -1}\n", "5: game.V.12: no payoffs meet"),
    "unknown limit": ("coalitional\n  V:\n    1: {atmost: 1}\n", "5: game.V.1.atmost: unknown key"),
    "no way to disagree": ("bargaining\n  feasible: [[1, 2]]\n", "either disagreement or threats"),
    "too much": (
        "bargaining\n  feasible: [[0, 0], [8, 0], [0, 8]]\n  disagreement: [5, 5]\n",
        "5: game.disagreement: outside the feasible set: somebody must get less by 0.125",
    ),
    "just beyond a curve": (
        "bargaining\n  feasible: {ellipsoid: {centre: [0, 0], radii: [1, 1]}}\n"
        "  disagreement: [0.6, 0.8001]\n",
        "5: game.disagreement: outside the feasible set",
    ),
    "threats of one": (
        "bargaining\n  players: [A, B]\n  feasible: [[1, 2]]\n  threats: {payoffs: {A: [[1]]}}\n",
        "6: game.threats.payoffs: missing: B",
    ),
    "cake for gamblers": (
        "bargaining\n  feasible:\n    pie: 1\n    utilities:\n"
        "      1: {function: power, quantity: x, risk_aversion: 0}\n  disagreement: [0]\n",
        "7: game.feasible.utilities.1: expected a utility with diminishing returns",
    ),
    "debts": (
        "coalitional\n  economy:\n    endowments: {A: {x: -1}}\n    utilities: {A: {}}\n",
        "5: game.economy.endowments.A.x: expected at least 0",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_with_its_place(case: str, tmp_path: Path) -> None:
    text, problem = WRONG[case]
    path = tmp_path / "game.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load(path)
    assert str(error.value).startswith(f"{path}:")
    assert problem in str(error.value)


CURVED = """bargaining
  feasible: {ellipsoid: {centre: [0, 0], radii: [1, 2]}}
  disagreement: [0, 0]
"""


@pytest.mark.parametrize("concept", ["coco", "harsanyi", "strict", "nash", "kalai-smorodinsky"])
def test_answers_on_a_curve_are_checked_from_their_file(
    concept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    curnits = Command(capsys)
    path, answer = tmp_path / "game.yaml", tmp_path / "answer.json"
    path.write_text(HEAD + CURVED, encoding="utf-8")
    solved = curnits("solve", path, "--concept", concept, "--json")
    found = solved.json["equilibria"][0]
    assert list(found["payoffs"].values()) == pytest.approx([0.5**0.5, 2**0.5], rel=1e-9)
    assert found["on"] == "smooth"
    answer.write_text(solved.out, encoding="utf-8")
    assert curnits("check", answer).status == 0
    forged = solved.json
    forged["game"]["feasible"]["body"]["ellipsoid"]["radii"] = [0.9, 2.0]
    answer.write_text(json.dumps(forged), encoding="utf-8")
    refused = curnits("check", answer)
    assert refused.status == 2
    assert "is not in the set" in refused.err
