"""What the scenarios about ways of negotiating and about reputation claim, checked by runs."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from curnits.analysis.judging.policies import achieved, impossible
from curnits.sim.running import Run, Simulation, pursue
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.scenario import Scenario


def scenario(name: str) -> Scenario:
    return load(catalogue()[name])


@cache
def run(name: str) -> Run:
    return pursue(Simulation.of(scenario(name)))


def without(name: str, **negotiation: object) -> Run:
    return pursue(Simulation.of(scenario(name).with_negotiation(**negotiation)))


def acts(name: str) -> pd.Series:
    """How often each player did what, by player and act."""
    return run(name).tables["acts"].groupby(["player", "act"]).size()


def endings(name: str) -> list[str]:
    talks = run(name).tables["talks"]
    return talks.groupby("talk")["ending"].first().tolist()


def test_there_are_at_least_fifteen() -> None:
    groups = [path.parent.name for path in catalogue().values()]
    assert groups.count("policies") + groups.count("reputation") >= 15


@pytest.mark.parametrize(
    ("name", "payoffs"),
    [
        ("reservations-that-meet", [7, 3]),
        ("bully-at-any-cost", [3, 7]),
        ("pacifist", [5, 5]),
        ("understated-harm", [5, 5]),
    ],
)
def test_some_ways_of_negotiating_pay_and_some_cost(name: str, payoffs: list[float]) -> None:
    np.testing.assert_allclose(run(name).payoffs, payoffs, atol=0.05)


@pytest.mark.parametrize(
    ("name", "truthful"),
    [("bully-at-any-cost", [5, 5]), ("pacifist", [7, 3]), ("understated-harm", [7, 3])],
)
def test_what_truthful_players_would_get(name: str, truthful: list[float]) -> None:
    np.testing.assert_allclose(without(name, policies={}).payoffs, truthful, atol=0.05)


def test_who_does_not_yield_ends_in_a_fight_with_its_like() -> None:
    assert impossible(scenario("impasse")) is not None
    assert endings("impasse") == ["broke down"]
    np.testing.assert_allclose(achieved(scenario("impasse").build(), run("impasse")), 0, atol=0.01)


def test_a_proportionate_refuser_leaves_a_bully_nothing() -> None:
    """It signs seven times out of nine: then 7 and −2 are worth 5 on average."""
    entry = scenario("proportionate-refuser")
    signed = [ending == "agreed" for ending in endings("proportionate-refuser")]
    assert len(signed) == 40
    assert np.mean(signed) == pytest.approx(7 / 9, abs=0.1)
    ada, bo = achieved(entry.build(), run("proportionate-refuser"))
    assert ada == pytest.approx(5, abs=0.2)
    assert bo < 3
    assert acts("proportionate-refuser")["Bo", "refuses"] == 40 - sum(signed)


def test_a_linear_announcement_halves_the_pie() -> None:
    told, hidden = run("risk-aversion-told").payoffs, run("risk-aversion-hidden").payoffs
    assert told[0] ** 2 == pytest.approx(1 / 3, abs=0.03)
    assert hidden[0] ** 2 == pytest.approx(1 / 2, abs=0.03)
    literally = without("risk-aversion-hidden", policies={"Ada": {"misreport": {"bend": 2}}})
    assert literally.payoffs[0] < hidden[0] - 0.03


def test_the_first_to_commit_wins() -> None:
    entry = scenario("commitment-race")
    winners = set()
    for seed in (1, 2, 3):
        ended = pursue(Simulation.of(entry.with_run(seed=seed)))
        (first,) = ended.tables["acts"]["player"]
        winner = entry.game_without_ladders.players.index(first)
        winners.add(winner)
        assert ended.payoffs[winner] == pytest.approx(8, abs=0.05)
        assert ended.payoffs[1 - winner] == pytest.approx(2, abs=0.05)
    assert winners == {0, 1}
    np.testing.assert_allclose(without("commitment-race", policies={}).payoffs, 5, atol=0.05)


def test_two_commitments_gain_nothing_and_destroy_all() -> None:
    assert acts("both-committed").tolist() == [1, 1]
    talks = run("both-committed").tables["talks"]
    agreed, failed = (talks[talks["ending"] == how] for how in ("agreed", "broke down"))
    np.testing.assert_allclose(agreed["payoff"], 5, atol=0.05)
    assert len(failed) > 0
    np.testing.assert_allclose(failed["payoff"], 0, atol=0.05)


def test_the_less_credible_claim_is_given_up_sooner() -> None:
    done = acts("war-of-attrition")
    assert done["Ada", "yields"] > 3 * done["Bo", "yields"]
    payoffs = achieved(scenario("war-of-attrition").build(), run("war-of-attrition"))
    assert payoffs.sum() < 9.5  # of 10: delay and failure cost something


def test_who_has_the_stricter_audience_backs_down_less() -> None:
    done = acts("audience-costs")
    assert done["Bo", "backs down"] > 2 * done["Ada", "backs down"]


def test_who_looks_ahead_does_not_race() -> None:
    assert run("race-foreseen").tables["inventions"].empty
    raced = without("race-foreseen", policies={})
    assert len(raced.tables["inventions"]) == 4
    np.testing.assert_allclose(run("race-foreseen").payoffs, raced.payoffs, atol=0.01)
    destroyed = run("race-foreseen").tables["ticks"]["destruction"].iloc[-1]
    assert destroyed < raced.tables["ticks"]["destruction"].iloc[-1] / 2


def test_who_only_answers_never_starts() -> None:
    made = run("race-in-answer").tables["inventions"]
    heights = {"Ada": 0, "Bo": 0}
    for player in made["player"]:
        assert player == "Ada" or heights["Bo"] < heights["Ada"]
        heights[player] += 1
    assert heights == {"Ada": 2, "Bo": 2}
    peace = without("race-in-answer", policies={"Ada": "retaliating", "Bo": "retaliating"})
    assert peace.tables["inventions"].empty


def test_a_mediator_brings_the_obstinate_together() -> None:
    acts_ = run("mediator").tables["acts"]
    assert acts_["act"].tolist() == ["claims", "claims", "settles", "settles"]
    np.testing.assert_allclose(run("mediator").payoffs, [5.5, 4.5], atol=0.05)
    alone = without("mediator", impasse={"patience": 60})
    assert alone.tables["talks"]["ending"].tolist() == ["broke down"] * 2


def test_the_uninformed_learn_by_waiting() -> None:
    yielded = run("uninformed-waiting").tables["acts"].query("act == 'yields'")
    assert yielded["player"].tolist() == ["Bo"]
    meetings = yielded["tick"].iloc[0] / 10
    assert 3 <= meetings <= 30
    expected = np.array([7, 3]) * 0.97**meetings
    np.testing.assert_allclose(run("uninformed-waiting").payoffs, expected, atol=0.05)


def test_learners_ask_too_much_ever_less_often() -> None:
    failed = np.array(endings("reinforced-reservations")) == "broke down"
    assert failed[:20].sum() >= failed[20:].sum() + 3
    claims = run("reinforced-reservations").tables["acts"].query("act == 'claims'")
    asked = claims.query("player == 'Ada' and claim > 6")["talk"]
    assert asked.tolist() == (1 + np.flatnonzero(failed)).tolist()


def test_imitation_spreads_what_insists() -> None:
    claims = run("imitated-reservations").tables["acts"].query("player == 'Bo' and act == 'claims'")
    assert claims["claim"].tolist() == pytest.approx([0, 7, 7, 7])
    payoffs = run("imitated-reservations").tables["talks"].query("player == 'Ada'")["payoff"]
    np.testing.assert_allclose(payoffs, [7, *[7 * 0.95**10] * 3], atol=0.05)


def test_who_decides_matters_where_deciders_are_selfish() -> None:
    producers = run("selfish-representative").payoffs[:2]
    assert np.ptp(producers) > 0.1
    for deciding in ("appointed", "rotating"):
        alike = without("selfish-representative", policies={}, deciding=deciding)
        np.testing.assert_allclose(alike.payoffs, [19 / 6, 19 / 6, 5 / 3], atol=0.01)


def test_slow_concessions_fail_more_often_and_gain_nothing() -> None:
    rounds = 7
    failed = endings("slow-and-quick")[:rounds].count("broke down")
    policies = {"Ada": "eager", "Bo": "eager"}
    quick = without("slow-and-quick", policies=policies, rounds=rounds).tables["talks"]
    assert failed > quick.groupby("talk")["ending"].first().eq("broke down").sum()
    np.testing.assert_allclose(run("slow-and-quick").payoffs, 5, atol=0.05)


def test_hollow_threats_pay_less_the_better_they_are_known() -> None:
    payoffs = run("doubted-saboteur").tables["negotiators"].query("player == 'saboteur'")
    series = payoffs.set_index("tick")["payoff"]
    assert series[200] > 0.5
    assert series.iloc[-1] < 0.01
    assert not run("doubted-saboteur").tables["breakdowns"]["carried_out"].all()


def test_resolve_that_shows_is_paid_for() -> None:
    talks = run("resolve-that-shows").tables["talks"].query("player == 'saboteur'")
    assert talks["credibility"].is_monotonic_increasing
    agreed = talks.query("ending == 'agreed'")["payoff"]
    assert agreed.iloc[-1] == pytest.approx(5 / 3, abs=0.01)
    series = run("resolve-that-shows").tables["negotiators"].query("player == 'saboteur'")
    early = series.set_index("tick")["payoff"].loc[150:300].mean()
    assert early < agreed.iloc[-1] - 0.3


def test_strikes_make_believe_and_cost() -> None:
    done = acts("limited-strikes")
    assert done["Ada", "strikes"] >= 3
    quiet = {"signaller": {"reservation": 7, "patience": 60, "enough": 0}}
    policies = {**scenario("limited-strikes").negotiation.policies, "Ada": quiet}
    without_strikes = without("limited-strikes", policies=policies)
    yielded, later = (
        ended.tables["acts"].query("act == 'yields'")["tick"].iloc[0]
        for ended in (run("limited-strikes"), without_strikes)
    )
    assert yielded < later
    assert (run("limited-strikes").payoffs < without_strikes.payoffs).all()


def test_called_bluffs_cost_credibility_and_more() -> None:
    talks = run("called-bluffs").tables["talks"].query("player == 'Bo'")
    backed = run("called-bluffs").tables["acts"].query("act == 'backs down'")["talk"]
    assert len(backed) >= 5
    levels = talks.set_index("talk")["credibility"]
    before = levels.shift(fill_value=1.0)
    assert (levels[backed] < before[backed]).all()
    agreed = talks[talks["talk"].isin(backed)]["payoff"]
    assert (agreed <= 5.01).all()
    assert agreed.mean() < 4.5


def test_one_who_forgets_holds_up_both() -> None:
    talks = run("forgetful-partner").tables["talks"].query("player == 'row'")
    lengths = (talks["ended"] - talks["began"]).tolist()
    kept = without("forgetful-partner", policies={}).tables["talks"].query("player == 'row'")
    usual = (kept["ended"] - kept["began"]).tolist()
    assert sum(lengths[1:]) > sum(usual[1:])
    np.testing.assert_allclose(talks["payoff"], kept["payoff"], atol=0.02)
