"""Who gains by threats, and under which solution."""

import pytest
from command import Command

from curnits.analysis.studies.leverage import leverage
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load


def by_solution(name: str) -> dict[str, float]:
    game = load(find(name)).build()
    found = leverage(game).gains
    assert len({gain.player for gain in found}) == 1
    return {gain.solution: gain.gain for gain in found}


def test_threats_pay_only_where_they_are_heeded() -> None:
    assert by_solution("producers-and-saboteur") == pytest.approx(
        {
            "coco": 5 / 3,
            "first-mover": 0,
            "nash": 2,
            "best-nash": 0,
            "best-correlated": 0,
            "pareto-meet": 0,
        },
        abs=1e-8,
    )
    assert by_solution("ransom") == pytest.approx(
        {
            "coco-value": 40,
            "first-mover-value": 0,
            "nash": 50,
            "best-nash": 0,
            "best-correlated": 0,
        },
        abs=1e-8,
    )
    assert by_solution("empty-threat") == pytest.approx(
        {
            "coco": 0,
            "first-mover": 0,
            "nash": 3 / 2,
            "best-nash": 0,
            "best-correlated": 0,
            "pareto-meet": 0,
        },
        abs=1e-8,
    )  # the maximin level of the other falls by 3, whatever that costs


def test_printed(curnits: Command) -> None:
    printed = curnits("leverage", "ransom")
    assert printed.status == 0
    assert "kill" in printed.out
    record = curnits("leverage", "ransom", "--json").json
    assert record["harmful"] == {"kidnapper": ["kill"]}
    first = record["gains"][0]
    assert (first["solution"], first["player"]) == ("coco-value", "kidnapper")
    assert first["gain"] == pytest.approx(40)
    (action,) = record["actions"]
    assert (action["player"], action["action"]) == ("kidnapper", "kill")
    assert action["worth"]["coco-value"] == pytest.approx(40)
    assert action["worth"]["first-mover-value"] == pytest.approx(0, abs=1e-9)


def test_each_action_by_itself(curnits: Command) -> None:
    """What a ladder's lower rungs are worth beside its highest is nothing."""
    game = load(find("two-rung-arms-race")).build()
    found = leverage(game)
    together = {(gain.player, gain.solution): gain.gain for gain in found.gains}
    for worth in found.worths:
        assert worth.by_solution.keys() == {gain.solution for gain in found.gains}
        assert worth.by_solution["coco"] <= together[worth.player, "coco"] + 1e-8
    assert "first-mover" in curnits("leverage", "protection-racket").out


def test_nobody_can_only_harm(curnits: Command) -> None:
    result = curnits("leverage", "prisoners-dilemma")
    assert (result.status, result.err) == (0, "")
    assert "Nobody has an action that only harms." in result.out
    assert curnits("leverage", "prisoners-dilemma", "--json").json["gains"] == []


def test_what_does_not_exist_is_left_open(curnits: Command, tmp_path) -> None:
    """Matching pennies with a bystander who can burn: three players without a pure equilibrium."""
    path = tmp_path / "pennies.yaml"
    path.write_text(
        "title: pennies\ngame:\n  form: normal\n  players: [Ada, Bo, Cy]\n"
        "  actions: {Ada: [h, t], Bo: [h, t], Cy: [look]}\n"
        "  profiles:\n    default: [1, -1, 0]\n    h, t, any: [-1, 1, 0]\n"
        "    t, h, any: [-1, 1, 0]\n"
        "ladders: {Cy: {rungs: [{action: burn, harm: 4, cost: 1}]}}\n"
    )
    record = curnits("leverage", path, "--json").json
    open_gains = [gain["gain"] for gain in record["gains"] if gain["solution"] == "best-nash"]
    assert open_gains == [None]
    assert curnits("leverage", path).status == 0
