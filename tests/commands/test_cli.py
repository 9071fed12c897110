"""The command line: what it prints, writes and returns."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command import Command

from curnits.analysis import cli
from curnits.analysis.cli import app
from curnits.analysis.cli.console import console
from curnits.analysis.cli.show_check import show_check
from curnits.analysis.cli.show_solution import show_solution
from curnits.analysis.storage.solutions import CheckRecord, SolutionRecord
from curnits.sim.games.nfg import read_nfg
from curnits.sim.games.normal import NormalGame
from curnits.sim.scenario.catalogue import catalogue, find
from curnits.sim.scenario.loading import load

OWN_MODULES = 107
"""Modules of this package that a small solve needs."""


def test_version_and_help(curnits: Command) -> None:
    assert curnits("--version").out.startswith("curnits ")
    help_text = curnits("--help").out
    for command in ("run", "solve", "check", "scenarios", "convert"):
        assert command in help_text
        page = curnits(command, "--help")
        assert page.status == 0
        assert f"curnits {command}" in page.out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, curnits.analysis.cli.app; "
        "print([m for m in ('numpy', 'pydantic') if m in sys.modules])"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert printed.stdout == b"[]\n"


def test_solving_for_programs_imports_nothing_that_only_others_need() -> None:
    """Most of the time of a small solve is spent on starting; how long that takes is not tested."""
    others = ("scipy", "pandas", "mesa", "flint", "matplotlib", "numba", "asyncio")
    code = (
        "import sys, curnits.analysis.cli.app as app\n"
        "try: app.main(['solve', 'hot-dog-stands', '--json'])\n"
        "except SystemExit: pass\n"
        f"print([m for m in {others} if m in sys.modules], file=sys.stderr)\n"
        "print(len([m for m in sys.modules if m.startswith('curnits.')]), file=sys.stderr)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    found, own = printed.stderr.decode().splitlines()
    assert found == "[]"
    assert int(own) <= OWN_MODULES


def test_solve_json_has_the_promised_keys(curnits: Command) -> None:
    result = curnits("solve", "strategic-banker", "--json")
    assert (result.status, result.err) == (0, "")
    solution = result.json
    game, (found,) = solution["game"], solution["equilibria"]
    assert game["title"] == "Strategic Banker"
    assert game["players"] == ["Ada", "Bo", "banker"]
    assert game["actions"]["Bo"] == ["pay Ada", "pay Bo", "pay banker"]
    assert (game["form"], game["money"]) == ("normal", False)
    assert (solution["concept"], solution["exists"]) == ("coco", True)
    assert isinstance(solution["complete"], bool)
    assert isinstance(solution["method"], str)
    assert sum(found["prices"].values()) == pytest.approx(1, abs=1e-12)
    assert list(found["payoffs"].values()) == pytest.approx([50, 50, 0], abs=1e-7)
    assert found["on"] == "edge"
    assert sum(share["probability"] for share in found["agreement"]) == pytest.approx(1)
    assert set(found["agreement"][0]["outcome"]) == {"Ada", "Bo", "banker"}
    assert len(found["coalitions"]) == 7
    for coalition in found["coalitions"]:
        members = set(coalition["members"])
        assert set(coalition["threat"][0]["outcome"]) == members
        for key in ("delivered", "claims", "weights", "disposal"):
            assert set(coalition[key]) == members
        assert {"value", "dividend"} <= set(coalition)
    figures = ("pareto", "support", "regret", "split", "delivery", "clearing")
    assert tuple(found["residuals"]) == figures
    assert found["accepted"] is True


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_every_scenario_is_solved_and_checked(
    name: str, curnits: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "solution.json"
    result = curnits("solve", name, "--json")
    assert result.status == 0
    path.write_text(result.out)
    checked = curnits("check", path, "--json")
    assert checked.status == 0
    assert checked.json["passed"]
    assert checked.json["objections"] == []
    show_solution(console(), SolutionRecord.model_validate(result.json), verbose=True)
    show_check(console(), CheckRecord.model_validate(checked.json))
    assert "\nPassed.\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "payoffs"),
    [
        (("--concept", "nash"), [2.5, 2.5]),
        (("--concept", "kalai-smorodinsky", "--disagreement", "maximin"), [2.5, 2.5]),
        (("--concept", "egalitarian", "--disagreement", "0,1/2"), [2.25, 2.75]),
        (("--concept", "coco-value"), [1, 4]),
        (("--concept", "best-correlated"), [2.5, 2.5]),
        (("--concept", "best-nash"), [4, 1]),
        (("--concept", "disarmed"), [1, 4]),
    ],
)
def test_concepts(
    words: tuple[str, ...], payoffs: list[float], curnits: Command, tmp_path: Path
) -> None:
    result = curnits("solve", "threat-game", *words, "--json")
    assert result.status == 0
    (found,) = result.json["equilibria"]
    assert list(found["payoffs"].values()) == pytest.approx(payoffs, abs=1e-9)
    path = tmp_path / "solution.json"
    path.write_text(result.out)
    assert curnits("check", path).status == 0
    assert curnits("solve", "threat-game", *words).status == 0


def test_check_measures_literal_conditions_where_they_mean_something(
    curnits: Command, tmp_path: Path
) -> None:
    path = tmp_path / "solution.json"
    for concept, measured in (("coco", True), ("first-mover", False), ("first-mover-value", False)):
        path.write_text(curnits("solve", "hot-dog-stands", "--concept", concept, "--json").out)
        assert bool(curnits("check", path, "--json").json["literal"]) is measured
        said = " ".join(curnits("check", path).out.split())
        assert ("1 frontier" in said) is measured
        instead = "In place of the literal conditions: no coalition gets more by another commitment"
        assert (instead in said) is not measured


@pytest.fixture
def solution(curnits: Command) -> dict[str, object]:
    return curnits("solve", "hot-dog-stands", "--json").json


def _set(value: object, target: dict, *path: object) -> None:
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value


@pytest.mark.parametrize(
    ("path", "value", "objection"),
    [
        (("payoffs", "big stand"), 150.0, "big stand is said to get 150, and gets 140"),
        (("prices",), {"small stand": 0.5, "big stand": 0.5}, "said to be accepted, and is not"),
        (("agreement", 0, "probability"), 0.4, None),
        (("agreement", 0, "probability"), float("nan"), None),
        (("agreement", 0, "outcome", "big stand"), "moon", None),
        (("coalitions", 0, "members"), ["nobody"], None),
        (("coalitions", 0, "value"), 1.0, "coalitions.small stand.value is not"),
        (("coalitions", 0, "dividend"), 1.0, "coalitions.small stand.dividend is not"),
        (("coalitions", 1, "claims", "big stand"), 1.0, "coalitions.big stand.claims.big stand is"),
        (("coalitions", 1, "delivered"), {}, None),
        (("coalitions", 2, "disposal", "big stand"), 1.0, "disposal.big stand is not"),
        (("residuals", "regret"), 0.5, "residuals.regret is not"),
        (("coalitions",), [], None),
        (("prices",), {"small stand": 1.0}, None),
        (("prices",), "none", None),
        (("coalitions", 0, "threat", 0, "outcome"), {"small stand": "airport"}, "not"),
    ],
)
def test_check_sees_what_was_changed(
    path: tuple[object, ...],
    value: object,
    objection: str | None,
    solution: dict[str, object],
    curnits: Command,
    tmp_path: Path,
) -> None:
    _set(value, solution, "equilibria", 0, *path)
    file = tmp_path / "solution.json"
    file.write_text(json.dumps(solution))
    result = curnits("check", file)
    if objection is None:
        assert (result.status, result.out) == (2, "")
        assert str(file) in result.err
        assert result.err.count("\n") == 1
    else:
        assert result.status == 1
        assert objection in " ".join(result.out.split())


@pytest.mark.parametrize(
    ("name", "concept", "reason"),
    [
        ("ransom", "coco", "concept: coco does not apply: with money"),
        ("hot-dog-stands", "core", "concept: expected one of coco, coco-value"),
        ("majority", "proposer-commitment", "expected two players, or money"),
        ("divide-the-pie", "best-nash", "concept: best-nash does not apply"),
        ("hot-dog-stands", "nash", "disagreement: missing"),
    ],
)
def test_check_of_a_solution_said_to_be_of_another_concept(
    name: str, concept: str, reason: str, curnits: Command, tmp_path: Path
) -> None:
    solution = curnits("solve", name, "--json").json
    solution["concept"] = concept
    file = tmp_path / "solution.json"
    file.write_text(json.dumps(solution))
    result = curnits("check", file)
    assert (result.status, result.out) == (2, "")
    assert reason in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize("money", ["", "  money: true\n"])
@pytest.mark.parametrize("concept", ["nash", "egalitarian", "proposer-commitment", "coco-value"])
def test_check_knows_how_payoffs_round(
    concept: str, money: str, curnits: Command, tmp_path: Path
) -> None:
    path = tmp_path / "big.yaml"
    path.write_text(
        f"title: big\ngame:\n  form: normal\n{money}  payoffs:\n"
        "    Ada: [[1000000000, 1000000002], [1000000001, 1000000000.3]]\n"
        "    Bo: [[1000000001, 1000000000.1], [1000000002, 1000000000.7]]\n"
    )
    result = curnits("solve", path, "--concept", concept, "--json")
    assert result.status == 0
    file = tmp_path / "solution.json"
    file.write_text(result.out)
    assert curnits("check", file, "--json").json["objections"] == []


def test_solve_says_who_pays_whom(curnits: Command, tmp_path: Path) -> None:
    (found,) = curnits("solve", "ransom", "--json").json["equilibria"]
    assert found["before_payments"] == {"kidnapper": 0, "family": 0}
    assert found["payments"] == pytest.approx({"kidnapper": 40, "family": -40})
    assert found["payoffs"] == pytest.approx({"kidnapper": 40, "family": -40})
    (transfer,) = found["transfers"]
    assert transfer == {"payer": "family", "payee": "kidnapper", "amount": pytest.approx(40)}
    assert "family pays kidnapper 40." in curnits("solve", "ransom").out
    (plain,) = curnits("solve", "threat-game", "--json").json["equilibria"]
    assert (plain["payments"], plain["before_payments"], plain["transfers"]) == (None, None, None)
    solution = curnits("solve", "ransom", "--json").json
    _set(30.0, solution, "equilibria", 0, "payments", "kidnapper")
    file = tmp_path / "solution.json"
    file.write_text(json.dumps(solution))
    assert "payments.kidnapper is not what the verifier finds" in curnits("check", file).out


def test_help_lists_the_concepts(curnits: Command) -> None:
    page = curnits("solve", "--help").out
    assert all(f"{name}:" in page.replace("\n", "") for name in ("coco-value", "egalitarian"))


@pytest.mark.parametrize("asked", [None, "2"])
def test_linear_algebra_is_given_one_thread_unless_told(
    asked: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", asked or "")
    if asked is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    monkeypatch.setattr(app, "main", lambda: None)
    cli.main()
    assert os.environ["OPENBLAS_NUM_THREADS"] == (asked or "1")


def run_with_stdout(target: str, *words: str) -> subprocess.CompletedProcess[str]:
    start = "from curnits.analysis.cli.app import main; main()"
    code = f"'{sys.executable}' -c '{start}' {' '.join(words)}"
    command = ["bash", "-c", f"{code} {target}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


SAID = ("scenarios", "--group", "worths", "--json")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("words", [("solve", "threat-game"), SAID, ("--help",)])
def test_output_that_cannot_be_written(words: tuple[str, ...]) -> None:
    ended = run_with_stdout("> /dev/full", *words)
    assert ended.returncode == 2
    assert ended.stderr.startswith("curnits: output cannot be written: ")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(("target", "words"), [("| true", SAID), (">&-", ("solve", "threat-game"))])
def test_nobody_listens(target: str, words: tuple[str, ...]) -> None:
    assert run_with_stdout(target, *words).stderr == ""


def test_check_uses_the_game_in_the_file(
    solution: dict[str, object], curnits: Command, tmp_path: Path
) -> None:
    _set(60.0, solution, "game", "payoffs", "small stand", 1, 1)
    file = tmp_path / "solution.json"
    file.write_text(json.dumps(solution))
    assert curnits("check", file).status == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b"[" * 100_000])
def test_check_of_what_is_no_solution(content: bytes, curnits: Command, tmp_path: Path) -> None:
    file = tmp_path / "solution.json"
    file.write_bytes(content)
    result = curnits("check", file)
    assert (result.status, result.out) == (2, "")
    assert str(file) in result.err


def test_scenarios(curnits: Command) -> None:
    listed = curnits("scenarios", "--json").json["scenarios"]
    assert {entry["name"] for entry in listed} == set(catalogue())
    assert all(entry["source"] and entry["summary"] for entry in listed)
    printed = curnits("scenarios").out
    assert all(name in printed for name in catalogue())
    assert max(map(len, printed.splitlines())) <= 80


def test_the_catalogue_is_searched(curnits: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {name: find(name) for name in ("ibn-ezras-estate", "threat-game", "called-bluffs")}
    monkeypatch.setattr("curnits.sim.scenario.catalogue.catalogue", lambda: few)
    inside = curnits("scenarios", "--group", "worths").out
    assert "ibn-ezras-estate" in inside
    assert "threat-game" not in inside
    (entry,) = curnits("scenarios", "BLUFF", "--json").json["scenarios"]
    assert entry["name"] == "called-bluffs"
    nothing = curnits("scenarios", "xyzzy")
    assert (nothing.status, nothing.out) == (1, "No scenario has all of these words.\n")


@pytest.mark.parametrize("name", ["threat-game", "three-solutions", "nile", "nowhere"])
def test_an_entry_is_shown(name: str, curnits: Command) -> None:
    result = curnits("scenarios", "show", name)
    if name == "nowhere":
        assert (result.status, result.out) == (2, "")
        return
    scenario = load(find(name))
    said = " ".join(result.out.split())
    for text in (scenario.title, scenario.summary, scenario.source, scenario.look_for):
        assert " ".join(text.split()) in said
    assert max(map(len, result.out.splitlines())) <= 80


def test_help_names_arguments_plainly(curnits: Command) -> None:
    for words in (("solve",), ("plot",), ("view",), ("check",), ("limits", "sanding")):
        page = curnits(*words, "--help").out
        assert not any(mark in page for mark in ("{", "[[", "<list", "<str>  Scen"))


def test_a_result_begins_with_its_answer(curnits: Command, tmp_path: Path) -> None:
    heading, answer, others, *rest = curnits("solve", "threat-game").out.splitlines()
    assert heading == "Threat game: coco"
    assert answer == "The coco equilibrium gives 1 to row, 4 to column."
    assert (
        others == "With two players and positive prices no other payoffs are possible (Nash 1953)."
    )
    assert "condition" not in "".join(rest)
    verbose = curnits("solve", "threat-game", "--verbose").out
    assert "worth of its fight" in verbose
    assert "condition" in verbose
    ran = curnits("run", "threat-game", "--out", tmp_path / "run", "--verbose").out
    assert ran.splitlines()[1].startswith("The agents settled after")
    assert "condition" in ran


def test_amounts_are_measured_by_their_own_range(curnits: Command, tmp_path: Path) -> None:
    path = tmp_path / "game.yaml"
    path.write_text(
        "title: t\ngame: {form: normal, payoffs: "
        "[[[1e-12, 0], [0, 3e-12]], [[3e9, -4e9], [0, 6e9]]]}\n"
    )
    printed = curnits("solve", path).out
    assert "gives 3e-12 to 1, 6e+09 to 2." in printed
    assert "5e-22" in printed


def test_mixed_threats_and_the_continuum_are_said(curnits: Command) -> None:
    mixed = curnits("solve", "banker", "--concept", "harsanyi").out
    assert "80 % 1: 0, 2: 25" in mixed
    assert "20 % 1: 100, 2: 0" in mixed
    several = curnits("solve", "vertex-agreement", "--all").out
    assert "The coco equilibrium (at a continuum of prices) gives 5 to row, 6 to column." in several


@pytest.mark.parametrize("name", sorted(catalogue()))
def test_convert_there_and_back(name: str, curnits: Command, tmp_path: Path) -> None:
    """Through tables of payoffs, if it has one."""
    game = load(find(name)).build()
    result = curnits("convert", name, "--to", "nfg")
    path, source = tmp_path / "game.yaml", tmp_path / "game.nfg"
    if isinstance(game, NormalGame):
        assert result.status == 0
        source.write_text(result.out)
        written = read_nfg(result.out).payoffs
        assert written.tobytes() == np.where(game.payoffs == 0, 0.0, game.payoffs).tobytes()
        assert curnits("convert", source, "--to", "yaml", "--out", path).status == 0
        again = load(path).build()
        np.testing.assert_array_equal(again.payoffs, game.payoffs)
        assert again.actions == game.actions
    else:
        assert (result.status, result.out) == (2, "")
        assert "needs a game in normal form (found a" in result.err
        assert curnits("convert", name, "--to", "yaml", "--out", path).status == 0
        again = load(path).build()
        assert (again.players, again.money) == (game.players, game.money)
        np.testing.assert_array_equal(again.outcomes, game.outcomes)


def test_convert_overwrites_only_when_told(curnits: Command, tmp_path: Path) -> None:
    path = tmp_path / "game.nfg"
    path.write_text("mine")
    words = ("convert", "threat-game", "--to", "nfg", "--out", path)
    refused = curnits(*words)
    assert refused.status == 2
    assert "exists already" in refused.err
    assert path.read_text() == "mine"
    assert curnits(*words, "--force").status == 0
    assert read_nfg(path.read_text()).n == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["game.nfg"]


def test_convert_into_nowhere(curnits: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    result = curnits("convert", "threat-game", "--to", "nfg", "--out", tmp_path / "file" / "g.nfg")
    assert result.status == 2
    assert "cannot be written" in result.err


def test_json_can_be_shown_by_any_terminal(curnits: Command, tmp_path: Path) -> None:
    path = tmp_path / "names.nfg"
    path.write_text('NFG 1 R "Käse" { "Zoë" } { { "für" "wider" } } 1 2', encoding="utf-8")
    result = curnits("solve", path, "--json")
    assert result.out.isascii()
    assert result.json["game"]["players"] == ["Zoë"]


def test_a_file_without_a_story_is_shown_without_empty_lines(
    curnits: Command, tmp_path: Path
) -> None:
    file = tmp_path / "bare.yaml"
    file.write_text(
        "title: Bare\n"
        "game: {form: normal, actions: {Ada: [a], Bo: [b]}, payoffs: {Ada: [[1]], Bo: [[1]]}}\n"
    )
    said = curnits("scenarios", "show", file).out
    assert said.startswith("Bare\n\nSource: not said\n\n")
