"""The story of a run: sentences about what was wanted, threatened and agreed, and who gained."""

import pytest

from curnits.analysis.storage.rundata import RunData
from curnits.analysis.storage.solutions import Share
from curnits.analysis.view.opening import open_named
from curnits.analysis.view.session import Exploration
from curnits.analysis.view.story import played, story


def told(name: str, **settings: object) -> tuple[RunData, dict[str, str]]:
    exploration = Exploration(open_named(name), **settings)
    exploration.solve()
    while exploration.running:
        exploration.step()
    run = exploration.look()
    assert run is not None
    return run, {heading: " ".join(texts) for heading, texts in story(run).items()}


def test_threats_that_pay_and_payments_are_told() -> None:
    run, found = told("coalition-against-a-bully")
    assert next(iter(found)) == "Who wanted what"
    assert "bully gets 0 utilons whatever happens." in found["Who wanted what"]
    assert "Ada could get from 1 to 6 utilons" in found["Who wanted what"]
    assert "Alone against all others, bully would play rob" in found["What was threatened"]
    assert "They agreed on bully: rest, Ada: work, Bo: work." in found["What was agreed"]
    assert "Ada pays bully 0.333" in found["What was agreed"]
    assert "bully gains 0.6667 utilons by all threats" in found["Who gained by threats"]
    assert "Bo loses 0.3333 utilons" in found["Who gained by threats"]
    gained = run.summary.escalation.owed_to_threats
    assert gained["bully"] == pytest.approx(2 / 3, abs=1e-6)


def test_games_without_actions_are_told_by_payoffs() -> None:
    _, found = told("ellipsoid", ticks=30)
    assert "most of all" not in found["Who wanted what"]
    assert "Ann would get 0 utilons" in found["What was threatened"]
    assert found["What was agreed"].startswith("This gives, in utilons: ")
    assert "good for nothing but a threat" in found["Who gained by threats"]


def test_what_is_seldom_played_is_summed_up() -> None:
    mixture = {"a": 0.5, "b": 0.3, "c": 0.1, "d": 0.06, "e": 0.04}
    shares = [Share(outcome={"Ada": a}, probability=p) for a, p in mixture.items()]
    assert played(shares) == "a (50 %); b (30 %); c (10 %); others (10 %)"
    assert played([Share(outcome={"Ada": "a"}, probability=0.999)]) == "a"
