"""Bad input: status 2 and one message that names file, line, key, problem and finding."""

from itertools import pairwise
from pathlib import Path

import pytest
from command import Command

START = "title: a game\ngame:\n  form: normal\n  actions:\n    Ada: [u, d]\n    Bo: [l, r]\n"
GOOD = START + "  payoffs:\n    Ada: [[1, 2], [3, 4]]\n    Bo: [[1, 2], [3, 4]]\n"
FAMILY = "title: g\ngame:\n  form: family\n  family: public-goods\n"
MONEY = "{money: [[1, 2], [3, 4]]}"
OUTCOMES = START + f"  outcomes: {{Ada: {MONEY}, Bo: {MONEY}}}\n  utilities:\n"
LADDER = GOOD + "ladders:\n  Ada:\n"
RUNG = "    rungs: [{action: a, harm: 1}]\n"
PLAYERS = ", ".join(f"p{i}" for i in range(20))

FILES = {
    "empty": ("", "1: the file is empty"),
    "comment only": ("# nothing\n", "1: the file is empty"),
    "list": ("- 1\n- 2\n", "1: expected keys with values (found a list)"),
    "binary": (b"\x89PNG\xff\xfe\x00", "not a text file"),
    "zero bytes": (b"\x00\x00", "1: not valid YAML"),
    "syntax": ("title: x\ngame: {form: [}\n", "2: not valid YAML"),
    "tab": ("title: x\n\tgame: y\n", "2: not valid YAML"),
    "too deep": ("a: " + "[" * 500, "1: nested too deeply: at most 64 levels are read"),
    "aliases multiply": (
        "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        + "".join(f"{c}: &{c} [{', '.join(['*' + p] * 10)}]\n" for p, c in pairwise("abcdefgh")),
        "too large: at most 250,000 values are read, those that aliases repeat",
    ),
    "tag": ("title: !!python/object:os.system x\ngame: {}\n", "1: expected plain data"),
    "unknown key": (GOOD + "rnu: {}\n", "10: rnu: unknown key (did you mean run?)"),
    "unknown key in game": (GOOD.replace("payoffs", "pay"), "7: game.pay: unknown key"),
    "unknown key in run": (GOOD + "run:\n  tick: 5\n", "11: run.tick: unknown key"),
    "ladder of nobody": (
        LADDER.replace("Ada:\n", "Cy:\n") + RUNG,
        "11: ladders.Cy: unknown player",
    ),
    "unknown key in a ladder": (LADDER + "    rung: []\n", "12: ladders.Ada.rung: unknown key"),
    "unknown key in a rung": (
        LADDER + RUNG.replace("harm", "hram"),
        "12: ladders.Ada.rungs.1.hram: unknown key (did you mean harm?)",
    ),
    "ladder without base": (
        LADDER + "    base: x\n" + RUNG,
        "12: ladders.Ada.base: unknown action (expected one of u, d)",
    ),
    "ladder without rungs": (
        LADDER + "    rungs: []\n",
        "12: ladders.Ada.rungs: expected at least",
    ),
    "help instead of harm": (
        LADDER + RUNG.replace("1", "-1"),
        "12: ladders.Ada.rungs.1.harm: expected at least 0 (found -1)",
    ),
    "harm to oneself": (
        LADDER + RUNG.replace("1", "{Ada: 1}"),
        "12: ladders.Ada.rungs.1.harm.Ada: unknown other player (expected one of Bo)",
    ),
    "harm of words": (LADDER + RUNG.replace("1", "much"), "12: ladders.Ada.rungs.1.harm: expected"),
    "too credible": (
        LADDER + RUNG.replace("}", ", credibility: 2}"),
        "12: ladders.Ada.rungs.1.credibility: expected less than or equal to 1 (found 2)",
    ),
    "rung of a known name": (
        LADDER + RUNG.replace("a,", "d,"),
        "11: ladders.Ada: duplicate action",
    ),
    "too much known": (
        LADDER + "    known: 2\n" + RUNG,
        "12: ladders.Ada.known: expected at most 1",
    ),
    "treaty about nothing": (
        LADDER + RUNG + "treaties: [{bans: [b], fine: 1}]\n",
        "13: treaties.1.bans.1: unknown rung (expected one of a)",
    ),
    "treaty with nobody": (
        LADDER + RUNG + "treaties:\n  - bans: [a]\n    fine: 1\n    signatories: [Cy]\n",
        "16: treaties.1.signatories.1: unknown player",
    ),
    "unknown key in a treaty": (
        LADDER + RUNG + "treaties: [{bans: [a], fines: 1}]\n",
        "13: treaties.1.fines: unknown key (did you mean fine?)",
    ),
    "unknown key in negotiation": (GOOD + "negotiation: {x: 5}\n", "10: negotiation.x: unknown"),
    "duplicate key": (GOOD + "title: again\n", "10: not valid YAML: found duplicate key"),
    "no title": (GOOD.replace("title: a game\n", ""), "1: title: missing"),
    "no game": ("title: x\n", "1: game: expected the section game (found nothing)"),
    "no form": ("title: x\ngame: {}\n", "2: game.form: expected one of normal, nfg, family"),
    "form of later": (
        "title: x\ngame: {form: extensive}\n",
        "2: game.form: expected one of normal",
    ),
    "section is a list": (GOOD + "run: [3]\n", "10: run: expected keys with values (found a list)"),
    "wrong width": (
        GOOD.replace("[1, 2]", "[1, 2, 3]", 1),
        "8: game.payoffs.Ada.1: expected a list of 2 entries (found 3)",
    ),
    "wrong height": (
        GOOD.replace("[[1, 2], ", "["),
        "8: game.payoffs.Ada: expected a list of 2 entries (found 1)",
    ),
    "not nested enough": (
        "title: x\ngame: {form: normal, payoffs: [[1, 2], [3, 4]]}\n",
        "2: game.payoffs.1.1: expected lists nested 2 deep",
    ),
    "nan": (GOOD.replace("4]", ".nan]", 1), "8: game.payoffs.Ada.2.2: expected a finite number"),
    "infinity": (GOOD.replace("4]", "-.inf]", 1), "8: game.payoffs.Ada.2.2: expected a finite"),
    "overflow": (GOOD.replace("4]", "1e999]", 1), "8: game.payoffs.Ada.2.2: expected a finite"),
    "beyond prices": (GOOD.replace("4]", "1e101]", 1), "2: game: payoffs of player 'Ada' are too"),
    "too close": (GOOD.replace("[[1, 2], [3, 4]]", "[[0, 0], [0, 1e-300]]", 1), "are too close"),
    "long integer": (GOOD.replace("4]", "9" * 5000 + "]", 1), "not readable"),
    "zero denominator": (GOOD.replace("4]", "1/0]", 1), "(found text: '1/0')"),
    "word": (GOOD.replace("4]", "four]", 1), "(found text: 'four')"),
    "truth value": (GOOD.replace("4]", "true]", 1), "(found a truth value: true)"),
    "code": (GOOD.replace("4]", "__import__('os')]", 1), "8: game.payoffs.Ada.2.2: expected"),
    "duplicate player": (
        "title: x\ngame:\n  form: normal\n  players: [A, A]\n  payoffs: [[[1]], [[2]]]\n",
        "4: game.players.2: duplicate name 'A'",
    ),
    "duplicate action": (GOOD.replace("u, d", "u, u"), "5: game.actions.Ada.2: duplicate name 'u'"),
    "no players": ("title: x\ngame: {form: normal, players: [], payoffs: []}\n", "2: game.p"),
    "no actions": (GOOD.replace("[u, d]", "[]"), "5: game.actions.Ada: expected a list of names"),
    "name is no name": (GOOD.replace("u,", "2013-01-02,"), "5: expected plain data, found date"),
    "unknown player": (GOOD + "    Cy: 3\n", "10: game.payoffs.Cy: unknown player"),
    "missing player": (GOOD.rsplit("\n", 2)[0] + "\n", "7: game.payoffs: missing: Bo"),
    "unknown action": (
        START + "  profiles:\n    u, x: [1, 2]\n",
        "8: game.profiles.u, x: Bo has no",
    ),
    "short profile": (START + "  profiles: {u: [1, 2]}\n", "expected an action of each of the 2"),
    "hole": (START + "  profiles: {'u, l': [1, 2]}\n", "nothing is said about 'u, r'"),
    "short row": (START + "  profiles: {default: [1]}\n", "expected a list of 2 entries (found 1)"),
    "reserved name": (
        START.replace("u,", "any,") + "  profiles: {default: [1, 2]}\n",
        "Ada has an action named 'any'",
    ),
    "no payoffs": (START, "2: game: expected one of payoffs, profiles, outcomes"),
    "payoffs twice": (GOOD + "  profiles: {default: [1, 2]}\n", "(found payoffs, profiles)"),
    "money is no truth value": (GOOD + "  money: 1\n", "10: game.money: expected a valid boolean"),
    "too large": (
        f"title: x\ngame:\n  form: normal\n  players: [{PLAYERS}]\n  actions: [a, b]\n"
        "  profiles: {default: 1}\n",
        "5: game.actions: the game is too large: 20,971,520 payoffs",
    ),
    "family too large": (FAMILY + "  parameters: {players: 99}\n", "players must be an integer"),
    "unknown family": ("title: g\ngame: {form: family, family: foo}\n", "2: game.family: expected"),
    "unknown parameter": (FAMILY + "  parameters: {x: 1}\n", "5: game.parameters.x: unknown key"),
    "bad parameter": (FAMILY + "  parameters: {cost: 99}\n", "5: game.parameters: a public good"),
    "negative game seed": (FAMILY + "  seed: -1\n", "5: game.seed: expected greater than or equal"),
    "no such nfg": (
        "title: g\ngame:\n  form: nfg\n  file: none.nfg\n",
        "4: game.file: none.nfg: no such file",
    ),
    "bad nfg text": ("title: g\ngame:\n  form: nfg\n  text: NFG 9\n", "4: game.text: line 1: "),
    "outcomes without utilities": (OUTCOMES.rsplit("  u", 1)[0], "belong together"),
    "unknown utility": (
        OUTCOMES + "    Ada: {function: sum}\n    Bo: {function: log, quantity: money}\n",
        "9: game.utilities.Ada.function: expected one of linear",
    ),
    "unknown quantity": (
        OUTCOMES + "    Ada: {function: log, quantity: time}\n    Bo: {}\n",
        "9: game.utilities.Ada: no amounts of 'time'",
    ),
    "missing parameter": (
        OUTCOMES + "    Ada: {function: log}\n    Bo: {}\n",
        "9: game.utilities.Ada: missing: quantity",
    ),
    "outside the domain": (
        OUTCOMES.replace("1, 2", "-1, 2")
        + "    Ada: {function: log, quantity: money}\n    Bo: {function: log, quantity: money}\n",
        "9: game.utilities.Ada: amounts of 'money'",
    ),
    "negative tolerance": (
        GOOD + "run:\n  seed: 1\n  tolerance: -1\n",
        "12: run.tolerance: expected greater than 0 (found -1)",
    ),
    "no ticks": (GOOD + "run: {ticks: 0}\n", "10: run.ticks: expected greater than or equal to 1"),
    "negative seed": (GOOD + "run: {seed: -3}\n", "10: run.seed: expected greater than or equal"),
    "unknown rule": (
        GOOD + "negotiation: {threats: nuclear}\n",
        "10: negotiation.threats: expected",
    ),
}


@pytest.mark.parametrize("case", FILES)
def test_bad_scenario_file(
    case: str, curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, message = FILES[case]
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    result = curnits("solve", "bad.yaml")
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith("curnits: bad.yaml")
    assert message in result.err
    assert result.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["bad.yaml"]


NFG = {
    "empty": ("", ":1: "),
    "not nfg": ("EFG 2 R", ":1: "),
    "too few": ('NFG 1 R "" { "A" "B" } { 2 2 }\n1 2 3 4 5 6 7', ":2: "),
    "beyond prices": ('NFG 1 R "" { "A" } { 1 } 1e101', ": payoffs of player 'A' are too large"),
    "too large": ('NFG 1 R "" { "A" "B" }\n{ 9999999 9999999 }\n1', "too large"),
}


@pytest.mark.parametrize("case", NFG)
def test_bad_nfg_file(case: str, curnits: Command, tmp_path: Path) -> None:
    content, message = NFG[case]
    path = tmp_path / "bad.nfg"
    path.write_text(content)
    result = curnits("solve", path)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"curnits: {path}:")
    assert message in result.err


def test_several_errors_are_reported_together(
    curnits: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bad.yaml").write_text(
        GOOD + "rnu: {}\nnegotiation: {threats: nuclear, x: 1, y: 1}\nrun: {tick: 5}\n"
    )
    result = curnits("solve", "bad.yaml")
    assert (result.status, result.out) == (2, "")
    lines = result.err.splitlines()
    assert [line.split(": ")[1:3] for line in lines] == [
        ["bad.yaml:10", "rnu"],
        ["bad.yaml:11", "negotiation.x"],
        ["bad.yaml:11", "negotiation.y"],
        ["bad.yaml:12", "run.tick"],
    ]
    values = "negotiation: {threats: nuclear, trading: x, splitting: x}\nrun: {ticks: 0, seed: -1"
    Path("bad.yaml").write_text(GOOD + values + ", tolerance: 0, window: 0}\n")
    lines = curnits("solve", "bad.yaml").err.splitlines()
    assert len(lines) == 5
    assert "negotiation.threats: expected" in lines[0]
    assert lines[-1] == "curnits: bad.yaml: and 3 more errors"


def test_extensive_games_are_refused(curnits: Command, tmp_path: Path) -> None:
    path = tmp_path / "game.efg"
    path.write_text('EFG 2 R "x" { "A" }')
    result = curnits("solve", path)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert f"{path}: extensive games cannot be read (expected" in result.err


def test_missing_file_suggests_a_name(curnits: Command) -> None:
    result = curnits("solve", "hot-dog-stand")
    assert result.status == 2
    assert "did you mean 'hot-dog-stands'?" in result.err


@pytest.mark.parametrize("place", [".", "/dev/zero"])
def test_what_is_no_file(place: str, curnits: Command) -> None:
    result = curnits("solve", place)
    assert (result.status, result.err.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("solve", "threat-game", "--concept", "kernel"), "unknown concept 'kernel'"),
        (("solve", "hot-dog-stands-with-money", "--concept", "coco"), "expected coco-value"),
        (("solve", "threat-game", "--disagreement", "1,1"), "disagreement point applies to nash"),
        (
            ("solve", "threat-game", "--concept", "nash", "--disagreement", "1"),
            "expected 2 payoffs",
        ),
        (("solve", "threat-game", "--concept", "nash", "--disagreement", "1,x"), "text: 'x'"),
        (("solve", "threat-game", "--concept", "nash", "--disagreement", "9,9"), "disagreement"),
        (("solve", "threat-game", "--concept", "nash", "--disagreement=-1e90,0"), "too far below"),
        (("solve",), "Missing argument 'SCENARIO' (see: curnits solve --help)"),
        (("solve", "ü", ".", "--concept"), "Option '--concept' requires an argument"),
        (("scenarios", "show"), "show takes one name"),
        (("scenarios", "--group", "none"), "no group 'none' (expected one of bargaining"),
        (("solve", "threat-game", "--nonsense"), "No such option"),
        (("convert", "threat-game", "--to", "pdf"), "'pdf' is not one of"),
        (("fly",), "No such command"),
    ],
)
def test_bad_usage(words: tuple[str, ...], message: str, curnits: Command) -> None:
    result = curnits(*words)
    assert (result.status, result.out, result.err.count("\n")) == (2, "", 1)
    assert message in result.err
