"""Axioms tried on answers: what holds, what fails, and what theory says of both."""

import numpy as np
import pytest
from command import Command
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from textbook import textbook_game

from curnits.analysis.concepts import CONCEPTS
from curnits.analysis.studies.axioms.registry import AXIOMS, AxiomError, axiom_named, examine
from curnits.analysis.studies.axioms.theory import THEORY
from curnits.sim.games.normal import from_payoffs
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load

INTEGERS = st.integers(-3, 3).map(float)


def standing(game, concept: str, **options) -> dict[str, bool | None]:
    return {found.axiom: found.holds for found in examine(game, concept, **options)}


def test_what_holds_of_values_in_money() -> None:
    game = load(find("ransom")).build()
    everything = dict.fromkeys(AXIOMS, True) | {"equal-treatment": None}
    assert standing(game, "coco-value", count=12) == everything | {"buttons": False}
    assert standing(game, "nash", count=12) == everything | {"buttons": False, "null-player": False}
    found = standing(game, "first-mover-value")
    assert found.pop("no-threats") is False
    assert found == {name: value for name, value in everything.items() if name != "no-threats"}


def test_what_holds_of_prices() -> None:
    found = standing(textbook_game("threat game"), "coco", count=3)
    assert (found["additivity"], found["buttons"]) == (False, False)
    assert all(found[name] for name in ("symmetry", "scale-and-shift", "no-threats", "maximin"))


def test_below_maximin() -> None:
    findings = {
        f.axiom: f for f in examine(load(find("below-maximin")).build(), "first-mover-value")
    }
    found = findings["maximin"]
    assert found.holds is False
    assert found.in_general is False
    assert found.gap == pytest.approx(1 / 3)
    assert "Cy gets 0.666667, secure is 1" in found.what


@settings(max_examples=8, deadline=None)
@given(
    arrays(np.float64, (2, 2, 2), elements=INTEGERS),
    st.sampled_from(["coco", "first-mover", "nash", "kalai-smorodinsky", "pareto-meet"]),
    st.integers(0, 99),
)
def test_theory_is_not_contradicted(payoffs, concept, seed) -> None:
    for found in examine(from_payoffs(payoffs), concept, seed=seed, count=2):
        assert found.holds is not False or not found.in_general


@settings(max_examples=8, deadline=None)
@given(
    arrays(np.float64, (3, 2, 2, 2), elements=INTEGERS),
    st.sampled_from(["coco-value", "first-mover-value", "nash"]),
)
def test_theory_is_not_contradicted_with_money(payoffs, concept) -> None:
    for found in examine(from_payoffs(payoffs, money=True), concept, count=2):
        assert found.holds is not False or not found.in_general


def test_the_same_seed_tries_the_same() -> None:
    game = textbook_game("hot-dog stands")
    assert examine(game, "nash", seed=3) == examine(game, "nash", seed=3)


def test_names_in_the_theory_exist() -> None:
    for row in THEORY:
        assert row.axiom in AXIOMS
        assert row.concepts <= CONCEPTS.keys()
    with pytest.raises(AxiomError, match="unknown axiom 'fairness'"):
        axiom_named("fairness")


def test_printed(curnits: Command, tmp_path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text(curnits("solve", "threat-game", "--json").out)
    printed = curnits("check", "--axioms", answer, "--trials", "2")
    assert (printed.status, printed.err) == (0, "")
    assert "buttons" in printed.out
    record = curnits("check", "--axioms", "threat-game", "--trials", "2", "--json").json
    assert record["concept"] == "coco"
    assert [row["axiom"] for row in record["axioms"]] == list(AXIOMS)
    other = curnits(
        "check", "--axioms", answer, "--concept", "first-mover", "--json", "--trials", "1"
    )
    assert other.json["concept"] == "first-mover"


def test_bad_input(curnits: Command, tmp_path) -> None:
    result = curnits("check", "--axioms", "threat-game", "--concept", "fair")
    assert result.status == 2
    assert "threat-game: unknown concept 'fair'" in result.err
    assert curnits("check", "--axioms", "no-such-game").status == 2
    assert curnits("check", "--axioms", "threat-game", "--trials", "0").status == 2
    alone = curnits("check", "answer.json", "--concept", "coco")
    assert (alone.status, alone.out) == (2, "")
    assert "--concept is for --axioms" in alone.err
    money = curnits("check", "--axioms", "ransom", "--concept", "coco")
    assert (money.status, money.out) == (2, "")
    assert "coco does not apply" in money.err
