"""What each escalation scenario claims to show, checked by solving and running it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from curnits.analysis.concepts import default_concept, solve
from curnits.analysis.judging.escalation import Escalation, measure
from curnits.sim.running import Run, simulate
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.scenario import Scenario

COUNTS = {3: "three", 20: "twenty"}


def scenario(name: str) -> Scenario:
    return load(catalogue()[name])


def run(entry: Scenario) -> Run:
    return simulate(
        entry.game_without_ladders, entry.negotiation, entry.run, ladders=entry.ladder_list
    )


@dataclass(frozen=True)
class Solved:
    payoffs: np.ndarray
    agreement: np.ndarray
    threats: Escalation


def solved(entry: Scenario) -> Solved:
    game = entry.build()
    (found,) = solve(game, default_concept(game)).equilibria
    return Solved(found.payoffs, found.candidate.agreement, measure(game, found, found))


def without_ladders(entry: Scenario) -> Scenario:
    return entry.model_copy(update={"ladders": {}})


def test_there_are_at_least_ten() -> None:
    assert sum(path.parent.name == "escalation" for path in catalogue().values()) >= 10


@pytest.mark.parametrize(("name", "rungs"), [("two-rung-arms-race", 4), ("ten-rung-arms-race", 20)])
def test_a_symmetric_race_leaves_payoffs_and_raises_destruction(name: str, rungs: int) -> None:
    ended = run(scenario(name))
    assert len(ended.tables["inventions"]) == rungs
    np.testing.assert_allclose(ended.payoffs, [5, 5], atol=0.01)
    lost = ended.tables["ticks"].set_index("tick")["destruction"]
    assert lost.iloc[-1] > 1.3 * lost.loc[100]
    assert (lost.loc[100:].diff().dropna() > -0.02 * lost.iloc[-1]).all()


@pytest.mark.parametrize("name", ["empty-threat", "treaty-against-escalation"])
def test_what_costs_more_than_it_harms_is_not_invented(name: str) -> None:
    entry = scenario(name)
    invented = run(entry).tables["inventions"]["action"]
    assert set(invented) <= {"blockade"}
    np.testing.assert_allclose(
        solved(entry).payoffs, solved(without_ladders(entry)).payoffs, atol=1e-9
    )


def test_without_the_treaty_all_is_invented() -> None:
    entry = scenario("treaty-against-escalation").model_copy(update={"treaties": []})
    assert set(run(entry).tables["inventions"]["action"]) == {"blockade", "bombard"}


def test_a_treaty_makes_failure_less_costly() -> None:
    banned, free = (
        solved(scenario(name)).threats.damage.expected(1.0)
        for name in ("treaty-against-escalation", "two-rung-arms-race")
    )
    assert banned < free


def test_harm_net_of_cost_is_what_counts() -> None:
    """Half the difference in expected net harm moves to the player with the better threat."""
    for name in ("asymmetric-harm", "incredible-threat"):
        entry = scenario(name)
        ada, bo = (ladder.rungs[-1].losses for ladder in entry.ladder_list)
        shift = ((ada[1] - ada[0]) - (bo[0] - bo[1])) / 2
        np.testing.assert_allclose(solved(entry).payoffs, [5 + shift, 5 - shift], atol=1e-9)


def test_mutual_destruction_tilts_nothing() -> None:
    found = solved(scenario("mutual-destruction"))
    np.testing.assert_allclose(found.payoffs, [5, 5], atol=1e-9)
    np.testing.assert_allclose(found.threats.leverage, 0, atol=1e-9)


def test_errors_invent_what_does_not_pay() -> None:
    entry = scenario("noisy-inventors")
    noisy = run(entry)
    assert len(noisy.tables["inventions"]) > 0
    np.testing.assert_allclose(noisy.payoffs, [5, 5], atol=0.01)
    exact = entry.negotiation.model_copy(update={"inventing_noise": 0.0})
    assert run(entry.model_copy(update={"negotiation": exact})).tables["inventions"].empty


def test_an_evadable_threat_is_worth_what_evading_costs() -> None:
    certain, evadable = (
        solved(scenario(name)) for name in ("inescapable-threat", "evadable-threat")
    )
    assert certain.payoffs[0] == pytest.approx((8 - 2) / 2)
    assert evadable.payoffs[0] == pytest.approx((10 - 7) / 2)


@pytest.mark.parametrize(
    ("name", "owner"), [("protection-racket", 0), ("ransom", 0), ("producers-and-saboteur", 2)]
)
def test_some_live_on_their_threat_alone(name: str, owner: int) -> None:
    entry = scenario(name)
    found = solved(entry)
    assert found.payoffs[owner] > 0
    np.testing.assert_allclose(found.threats.owed[owner], found.payoffs[owner], atol=1e-9)


def test_an_alliance_is_worth_something_against_a_bully() -> None:
    allied, strangers = (
        solved(scenario(name)).payoffs[0]
        for name in ("coalition-against-a-bully", "bully-of-strangers")
    )
    assert 0 < allied < strangers


def test_the_winner_of_a_trade_war_keeps_a_tariff() -> None:
    found = solved(scenario("trade-war"))
    assert 101.9 < found.payoffs[0] < 102
    free_trade = found.agreement[0]
    assert 0 < free_trade < 1
    fought = found.threats.fought_with
    np.testing.assert_allclose([played[2] for played in fought], 1, atol=1e-9)


def test_punishment_changes_no_binding_agreement() -> None:
    entry = scenario("commons-with-punishment")
    armed, unarmed = solved(entry), solved(without_ladders(entry))
    np.testing.assert_allclose(armed.payoffs, unarmed.payoffs, atol=1e-9)
    assert armed.threats.damage.expected(1.0) > unarmed.threats.damage.expected(1.0)


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("noisy-inventors", lambda e: f"invent {COUNTS[len(e.ladders['Ada'].rungs)]} threats each"),
        ("hollow-threats", lambda e: f"negotiate {COUNTS[e.negotiation.rounds]} times"),
        ("newcomer", lambda e: f"After {e.newcomers['newcomer'].arrives:,} ticks"),
        ("newcomer", lambda e: f"the game of {COUNTS[e.game_without_ladders.n]}"),
    ],
)
def test_texts_count_what_their_files_hold(name: str, counted: Callable[[Scenario], str]) -> None:
    entry = scenario(name)
    assert counted(entry) in f"{entry.summary} {entry.look_for}"
