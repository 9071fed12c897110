"""What can be written in a scenario file, and that it is written back."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curnits.sim.files.yaml import parse
from curnits.sim.files.yaml_writing import render
from curnits.sim.games.normal import from_payoffs
from curnits.sim.scenario.forms.normal import NormalForm
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.scenario import Scenario

HEAD = "title: a game\ngame:\n  form: normal\n"


def read(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path)


def test_names_may_be_left_out(tmp_path: Path) -> None:
    game = read(tmp_path, HEAD + "  payoffs: [[[1, 2, 3]], [[4, 5, 1/3]]]\n").build()
    assert game.players == ("1", "2")
    assert game.actions == (("0",), ("0", "1", "2"))
    np.testing.assert_array_equal(game.payoffs, [[[1, 2, 3]], [[4, 5, 1 / 3]]])


def test_one_player_with_one_action(tmp_path: Path) -> None:
    assert read(tmp_path, HEAD + "  payoffs: {Ada: [7]}\n").build().payoffs.tolist() == [[7.0]]


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1/3", 1 / 3), ("-2/4", -0.5), ("1e3", 1000), ("'2.5'", 2.5), (".5", 0.5), ("0x10", 16)],
)
def test_numbers(tmp_path: Path, written: str, meant: float) -> None:
    assert read(tmp_path, HEAD + f"  payoffs: [[{written}]]\n").build().payoffs[0, 0] == meant


def test_profiles_default_any_and_later_entries_win(tmp_path: Path) -> None:
    text = """
  players: [Ada, Bo]
  actions: [stay, go]
  profiles:
    stay, any: [1, 2]
    stay, go: [3, 4]
    default: [0, -1/2]
"""
    game = read(tmp_path, HEAD + text).build()
    np.testing.assert_array_equal(game.payoffs, [[[1, 3], [0, 0]], [[2, 4], [-0.5, -0.5]]])


def test_keys_may_stand_in_another_order_than_players(tmp_path: Path) -> None:
    text = """
  players: [Ada, Bo]
  payoffs: {Bo: [[3, 4]], Ada: [[1, 2]]}
  actions: {Bo: [l, r], Ada: [u]}
"""
    game = read(tmp_path, HEAD + text).build()
    assert game.actions == (("u",), ("l", "r"))
    np.testing.assert_array_equal(game.payoffs, [[[1, 2]], [[3, 4]]])


def test_outcomes_are_valued_by_utilities(tmp_path: Path) -> None:
    text = """
  players: [Ada, Bo]
  actions: [stay, go]
  outcomes:
    Ada: {money: {"stay, stay": 4, default: 1}, time: [[1, 2], [3, 4]]}
    Bo: {money: [[1, 1], [1, e]]}
  utilities:
    Ada: {function: linear, weights: {money: 2, time: 1}, constant: 5}
    Bo: {function: log, quantity: money}
""".replace("[1, e]", "[1, 9]")
    scenario = read(tmp_path, HEAD + text)
    game = scenario.build()
    np.testing.assert_allclose(game.payoffs[0], [[14, 9], [10, 11]])
    np.testing.assert_allclose(game.payoffs[1], np.log([[1, 1], [1, 9]]))
    assert read(tmp_path, scenario.to_yaml()) == scenario


def test_family_parameters_get_their_defaults(tmp_path: Path) -> None:
    text = "title: g\ngame: {form: family, family: random-uniform, seed: 3}\n"
    scenario = read(tmp_path, text)
    again = read(tmp_path, scenario.to_yaml())
    assert again == scenario
    assert again.game.form == "family"
    assert again.game.parameters
    assert again.build().payoffs.tobytes() == scenario.build().payoffs.tobytes()
    other = read(tmp_path, text.replace("seed: 3", "seed: 4")).build()
    assert other.payoffs.tobytes() != scenario.build().payoffs.tobytes()


def test_nfg_beside_the_scenario_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / "games").mkdir()
    (tmp_path / "games" / "g.nfg").write_text('NFG 1 R "g" { "A" "B" } { 1 2 } 1 2 3 4')
    text = "title: t\ngame: {form: nfg, file: games/g.nfg, money: true}\n"
    scenario = read(tmp_path, text)
    (tmp_path / "games" / "g.nfg").unlink()
    assert read(tmp_path, scenario.to_yaml()) == scenario
    game = scenario.build()
    assert (game.title, game.money) == ("t", True)
    np.testing.assert_array_equal(game.payoffs, [[[1, 3]], [[2, 4]]])


def test_nfg_alone_is_a_scenario(tmp_path: Path) -> None:
    path = tmp_path / "mine.nfg"
    path.write_text('NFG 1 R "" { "A" "B" } { 1 2 } 1 2 3 4')
    assert load(path).title == "mine"


LADDERS = """
ladders:
  Bo:
    base: go
    known: 1
    research: 1/2
    rungs:
      - {action: shout, harm: 1/4}
      - {action: hit, harm: {Ada: 8}, cost: -1, credibility: 1/2}
"""


def test_ladders(tmp_path: Path) -> None:
    text = "  players: [Ada, Bo]\n  actions: [stay, go]\n  profiles: {default: [3, 5]}" + LADDERS
    scenario = read(tmp_path, HEAD + text)
    assert scenario.game_without_ladders.shape == (2, 2)
    game = scenario.build()
    assert game.actions[1] == ("stay", "go", "shout", "hit")
    np.testing.assert_array_equal(game.payoffs[0, 0], [3, 3, 2.75, -1])
    np.testing.assert_array_equal(game.payoffs[1, 0], [5, 5, 5, 5.5])
    (ladder,) = scenario.ladder_list
    assert (ladder.known, ladder.research, ladder.budget) == (1, 0.5, np.inf)
    assert Scenario.model_validate(parse(scenario.to_yaml()).data) == scenario
    flat = scenario.as_normal_form()
    assert not flat.ladder_list
    assert flat.game_without_ladders.shape == (2, 4)
    np.testing.assert_array_equal(flat.build().payoffs, game.payoffs)


def test_treaties(tmp_path: Path) -> None:
    text = "  players: [Ada, Bo]\n  actions: [stay, go]\n  profiles: {default: [3, 5]}" + LADDERS
    treaties = "treaties:\n  - {bans: [shout], verification: 1/2, fine: 3}\n"
    treaties += "  - {bans: [hit, shout], signatories: [Ada], fine: 100}\n"
    scenario = read(tmp_path, HEAD + text + treaties)
    np.testing.assert_array_equal(scenario.build().payoffs[1, 0], [5, 5, 3.5, 5.5])
    assert Scenario.model_validate(parse(scenario.to_yaml()).data) == scenario
    assert not scenario.as_normal_form().treaties


finite = st.floats(-1e99, 1e99).filter(lambda x: not 0 < abs(x) < 1e-80)


@given(st.lists(st.lists(finite, min_size=2, max_size=2), min_size=1, max_size=3))
def test_payoffs_survive_being_written(rows: list[list[float]]) -> None:
    payoffs = np.array([rows, rows])
    game = from_payoffs(payoffs, players=["Zoë", "a: b"], money=True)
    scenario = Scenario(title="t", game=NormalForm.of(game))
    again = Scenario.model_validate(parse(scenario.to_yaml()).data)
    assert again == scenario
    np.testing.assert_array_equal(again.build().payoffs, payoffs)


names = st.text(min_size=1, max_size=8).filter(lambda s: s.isprintable() and s == s.strip())
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(names, plain, min_size=1, max_size=3))
def test_rendered_yaml_reads_back(data: dict[str, object]) -> None:
    assert parse(render(data)).data == data
