"""What each way of negotiating does, on games small enough to say what it should."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.meetings.claims import make_room, shortfall
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.policies import POLICIES, read_policy, stated_policy
from curnits.sim.negotiation.references import REFERENCES, reference
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Run, simulate
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.problems import ScenarioError

STATED: dict[str, Any] = {"learner": {"learner": {"reservations": [0.4, 0.6]}}}
"""Policies that need parameters."""


def pie(money: bool = False, hurt: float = 0.0, cost: float = 0.0) -> Game:
    """Ten to divide, if not both insist; Ada can hurt Bo, at a cost."""
    ada = [[0, 0], [10, 0], [-cost, -cost]]
    bo = [[0, 10], [0, 0], [-hurt, -hurt]]
    rows = 3 if hurt else 2
    actions = [["yield", "insist", "hurt"][:rows], ["yield", "insist"]]
    return from_payoffs(
        [ada[:rows], bo[:rows]], players=["Ada", "Bo"], actions=actions, money=money
    )


def run(game: Game, policies: dict[str, Any], ticks: int = 3000, seed: int = 1, **more: Any) -> Run:
    stated = NegotiationSettings.model_validate({"policies": policies, **more})
    return simulate(game, stated, RunSettings(ticks=ticks, seed=seed, tolerance=5e-3))


def insists(on: float) -> dict[str, Any]:
    return {"unyielding": {"reservation": on}}


@pytest.mark.parametrize("money", [False, True])
@pytest.mark.parametrize(
    ("policies", "payoffs"),
    [
        ({}, [5, 5]),
        ({"Ada": insists(7)}, [7, 3]),
        ({"Ada": insists(7), "Bo": insists(3)}, [7, 3]),
        ({"Ada": insists(2), "Bo": insists(4)}, [5, 5]),
        ({"Bo": insists(10)}, [0, 10]),
        ({"Ada": {"unyielding": {"reservation": "equal"}}}, [5, 5]),
        ({"Ada": "hesitant", "Bo": "eager"}, [5, 5]),
    ],
)
def test_claims_that_can_be_met_are_met(
    money: bool, policies: dict[str, Any], payoffs: list[float]
) -> None:
    ended = run(pie(money), policies)
    assert ended.converged
    np.testing.assert_allclose(ended.payoffs, payoffs, atol=0.05)


@pytest.mark.parametrize("money", [False, True])
def test_claims_that_cannot_be_met_end_in_a_fight(money: bool) -> None:
    ended = run(pie(money), {"Ada": insists(7), "Bo": insists(6)})
    assert not ended.converged
    assert ended.ticks == 201
    talks = ended.tables["talks"]
    assert talks["ending"].tolist() == ["broke down"] * 2
    np.testing.assert_allclose(talks["payoff"], 0, atol=0.01)
    acts = ended.tables["acts"]
    assert acts["act"].tolist() == ["claims", "claims", "walks out", "walks out"]
    assert acts["claim"].tolist() == pytest.approx([7, 6, 7, 6])
    assert ended.tables["breakdowns"]["failure"].tolist() == [1.0]


def test_nobody_yields_more_than_a_failure_would_cost() -> None:
    """Bo would rather be fought, and lose 3, than pay more than it has."""
    ended = run(pie(money=True), {"Ada": insists(11)})
    assert ended.tables["talks"]["ending"].tolist() == ["broke down"] * 2


def test_a_stall_does_not_last_for_ever() -> None:
    patient = {"unyielding": {"reservation": 7, "patience": 10_000}}
    ended = run(pie(), {"Ada": patient, "Bo": patient}, impasse={"patience": 5})
    assert ended.ticks == 41
    assert ended.tables["acts"]["act"].tolist()[-2:] == ["gives up waiting"] * 2


def test_waiting_costs_what_it_is_said_to() -> None:
    uninformed = {"uninformed": {"reservation": 7, "obstinate": 0.5, "pace": 0.2}}
    policies = {"Ada": {"unyielding": {"reservation": 7, "patience": 99}}, "Bo": uninformed}
    ended = run(pie(), policies, impasse={"discount": {"Ada": 0.9, "Bo": 0.97}})
    stalled = ended.tables["acts"].query("act == 'yields'")["tick"].iloc[0] / 10
    assert stalled > 0
    np.testing.assert_allclose(ended.payoffs, [7 * 0.9**stalled, 3 * 0.97**stalled], atol=0.05)


def test_rescaling_an_announcement_changes_nothing() -> None:
    game = from_payoffs(np.random.default_rng(1).normal(size=(3, 2, 2, 2)))
    plain = run(game, {}, ticks=400)
    rescaled = run(game, {"2": {"misreport": {"rescale": 40.0, "shift": -3.0}}}, ticks=400)
    np.testing.assert_allclose(rescaled.payoffs, plain.payoffs, atol=1e-6)
    np.testing.assert_allclose(rescaled.agreement, plain.agreement, atol=1e-6)


def test_payoffs_are_true_where_announcements_are_not() -> None:
    game = from_payoffs(np.random.default_rng(1).normal(size=(2, 3, 3)))
    ended = run(game, {"1": {"misreport": {"bend": 3.0}}}, ticks=2000)
    np.testing.assert_allclose(ended.payoffs, ended.agreement @ game.outcomes)
    assert np.abs(ended.payoffs - run(game, {}, ticks=2000).payoffs).max() > 0.01


def test_who_says_it_minds_harm_less_is_threatened_in_vain() -> None:
    game = pie(hurt=6, cost=2)
    calm, plain, upset = (
        run(game, {"Bo": {"misreport": {"harm": harm}}}).payoffs[1] for harm in (0.2, 1.0, 1.5)
    )
    assert upset < plain < calm


def test_a_pacifist_gives_up_what_its_threat_is_worth() -> None:
    game = pie(hurt=6, cost=2)
    np.testing.assert_allclose(run(game, {}).payoffs, [7, 3], atol=0.05)
    np.testing.assert_allclose(run(game, {"Ada": "pacifist"}).payoffs, [5, 5], atol=0.05)
    # no coalition with it does harm either: Bo vetoes nothing that Ada does alone
    np.testing.assert_allclose(run(game, {"Bo": "pacifist"}).payoffs, [7, 3], atol=0.05)


def test_a_pacifist_keeps_its_coalitions_from_harm() -> None:
    game = load(catalogue()["producers-and-saboteur"]).build()
    settings_ = NegotiationSettings.model_validate({"policies": {"producer 1": "pacifist"}})
    model = Negotiation(game, settings_, 1)
    for _ in range(50):
        model.step()
    threats = model.conflicts.by_coalition(model.threats)
    for mask in (0b101, 0b100):
        sabotage = sum(
            chance
            for k, chance in enumerate(threats[mask])
            if "sabotage" in game.joint_action(mask, k)["saboteur"]
        )
        assert (sabotage == 0.0) == (mask == 0b101)


def test_a_bully_minds_no_cost() -> None:
    """A threat that costs it more than it takes from the other is worth nothing to anybody else."""
    game = pie(hurt=2, cost=6)
    np.testing.assert_allclose(run(game, {}).payoffs, [5, 5], atol=0.05)
    bully = run(game, {"Ada": "bully"})
    np.testing.assert_allclose(bully.payoffs, [3, 7], atol=0.05)
    assert bully.threats[1].argmax() == 2


def test_whoever_is_bound_cannot_go_back() -> None:
    game = pie(hurt=6, cost=2)
    bound = {"committed": {"at": 30, "to": "yield"}}
    ended = run(game, {"Ada": bound})
    assert ended.threats[1].tolist() == [1.0, 0.0, 0.0]
    assert ended.tables["acts"]["act"].tolist() == ["binds itself"]
    assert ended.payoffs[0] < 0.1  # Bo insists
    seeds = {
        int(run(game, {"Ada": "committed"}, ticks=250, seed=s).tables["acts"]["tick"].iloc[0])
        for s in range(4)
    }
    assert len(seeds) > 1


def test_the_committed_carry_out_their_threats() -> None:
    game = pie(hurt=6, cost=2)
    rules = {"breakdown": {"base": 1.0, "every": 60}, "credibility": {"resolve": 0.0}}
    soft = run(game, {}, **rules).tables["breakdowns"].iloc[0]
    firm = run(game, {"Ada": {"committed": {"at": 10}}}, **rules).tables["breakdowns"].iloc[0]
    assert {soft["carried_out"], soft["answered"]} == {False}
    assert {firm["carried_out"], firm["answered"]} == {True, False}


def test_the_forgetful_start_anew() -> None:
    game = from_payoffs(np.random.default_rng(2).normal(size=(2, 3, 3)))
    lengths = {}
    for name in ("truthful", "forgetful"):
        policy = {"forgetful": {"share": 1.0}} if name == "forgetful" else name
        talks = run(game, {"1": policy}, rounds=2, ticks=5000).tables["talks"]
        lengths[name] = (talks["ended"] - talks["began"]).iloc[-1]
    assert lengths["truthful"] <= lengths["forgetful"]


def test_the_uninformed_update_by_bayes() -> None:
    rules = {"breakdown": {"base": 1.0, "every": 20}, "credibility": {"resolve": {"Bo": 0.0}}}
    policy = {"uninformed": {"prior": 0.5, "noise": 0.2, "reservation": 0.0}}
    stated = {"policies": {"Ada": policy}, "rounds": 9, **rules}
    model = Negotiation(pie(), NegotiationSettings.model_validate(stated), 1)
    rng = np.random.default_rng(0)
    model.credibility.interpret(np.array([True, False]), rng)
    odds = model.credibility.beliefs(0) / (1 - model.credibility.beliefs(0))
    assert sorted(np.abs(np.log(odds))) == pytest.approx([np.log(4)] * 2)
    for _ in range(40):
        model.credibility.interpret(np.array([True, False]), rng)
    np.testing.assert_allclose(model.credibility.beliefs(0), [1, 0], atol=0.01)


def test_learners_come_to_insist_on_what_pays() -> None:
    policies = {
        "Ada": {"learner": {"reservations": [0.2, 0.7], "recency": 0.0, "patience": 0}},
        "Bo": insists(7),
    }
    rounds = {"rounds": 12, "impasse": {"every": 5}}
    game = pie()
    model_run = run(game, policies, ticks=20_000, **rounds)
    claims = model_run.tables["acts"].query("player == 'Ada' and act == 'claims'")
    assert claims["claim"].isin([2.0, 7.0]).all()
    talks = model_run.tables["talks"].query("player == 'Ada'")
    np.testing.assert_allclose(talks["payoff"], 3.0, atol=0.1)  # it yields, or need not


def test_imitators_copy_the_best() -> None:
    ended = run(pie(), {"Ada": "imitator", "Bo": insists(7)}, rounds=3, impasse={"every": 5})
    claims = ended.tables["acts"].query("player == 'Ada' and act == 'claims'")["claim"]
    assert claims.round(6).tolist() == [0.0, 7.0, 7.0]


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("money", [False, True])
def test_every_policy_survives_degenerate_games(name: str, money: bool) -> None:
    for payoffs in (
        [[[2.0]], [[3.0]]],
        [[[0.0, 0.0], [0.0, 0.0]], [[5.0, 5.0], [5.0, 5.0]]],
        [[[1e6, 0.0]], [[0.0, 1e-6]]],
        np.zeros((3, 2, 1, 2)),
    ):
        game = from_payoffs(payoffs, money=money)
        policies = dict.fromkeys(game.players[:2], STATED.get(name, name))
        history = {"rounds": 2, "breakdown": {"base": 0.5, "slope": 1, "every": 10}}
        ended = run(game, policies, ticks=60, **history)
        assert np.isfinite(ended.payoffs).all()


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_is_read_back(name: str) -> None:
    policy = read_policy(STATED.get(name, name))
    assert read_policy(stated_policy(policy)) == policy
    assert type(policy).__doc__


def test_mixed_company_comes_from_the_seed() -> None:
    game = from_payoffs(np.random.default_rng(6).normal(size=(6, 2, 2, 2, 2, 2, 2)))
    names = ["bully", "hesitant", "bluffer", "uninformed", "proportionate", "pacifist"]
    policies = dict(zip(game.players, names, strict=True))
    one, again = (run(game, policies, ticks=60, seed=3) for _ in range(2))
    for name, table in one.tables.items():
        assert table.to_csv() == again.tables[name].to_csv()


@settings(max_examples=30)
@given(
    st.lists(st.floats(-5, 5), min_size=1, max_size=6),
    st.lists(st.floats(-5, 5), min_size=6, max_size=6),
)
def test_room_is_made_by_equal_losses(dues: list[float], floors: list[float]) -> None:
    due, floor = np.array(dues), np.array(floors[: len(dues)])
    got = make_room(due, floor)
    assert got.sum() == pytest.approx(due.sum(), abs=1e-9)
    if floor.sum() <= due.sum():
        assert (got >= floor - 1e-9).all()
        lost = (due - got)[got > floor + 1e-9]
        assert np.ptp(lost) <= 1e-9 if len(lost) else True


def test_how_far_claims_are_apart() -> None:
    game = pie()
    assert shortfall(game, np.array([0.7, 0.7])) == pytest.approx(0.2)
    assert shortfall(game, np.array([0.2, 0.7])) == pytest.approx(-0.05)
    assert shortfall(game, np.array([0.9, -np.inf])) == pytest.approx(-0.1)
    assert shortfall(game, np.full(2, -np.inf)) == -np.inf
    assert shortfall(pie(money=True), np.array([0.7, 0.7])) == pytest.approx(0.2)


def test_references_owe_nothing_to_threats() -> None:
    plain, armed = pie(), pie(hurt=6, cost=2)
    for name in ("equal", "peaceful"):
        shares = reference(armed, name) if name == "peaceful" else reference(plain, name)
        utilons = (armed if name == "peaceful" else plain).low + shares * (
            armed if name == "peaceful" else plain
        ).scales
        np.testing.assert_allclose(utilons, [5, 5], atol=1e-9)
    assert set(REFERENCES) == {"equal", "secure", "peaceful"}
    np.testing.assert_allclose(reference(plain, "secure"), [0, 0], atol=1e-9)


GAME = """
title: x
game:
  form: normal
  actions: {Ada: [x, y], Bo: [x, y]}
  payoffs: {Ada: [[1, 2], [3, 4]], Bo: [[1, 2], [3, 4]]}
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("policies: {Ada: bullly}", "policies.Ada: unknown policy 'bullly' .expected one of truth"),
        ("policies: {Cy: bully}", "policies.Cy: unknown player .expected some of Ada, Bo"),
        (
            "policies: {Ada: {unyielding: {patience: -1}}}",
            r"unyielding\.patience: expected greater",
        ),
        ("policies: {Ada: {unyielding: {patients: 1}}}", r"unyielding\.patients: unknown key"),
        ("policies: {Ada: {unyielding: {reservation: much}}}", "expected a number or one of equal"),
        ("policies: {Ada: {proportionate: {fair: much}}}", "expected one of equal"),
        ("policies: {Ada: learner}", "learner.reservations: missing"),
        ("policies: {Ada: 3}", "policies.Ada: expected the name of a policy"),
        ("policies: {Ada: {committed: {to: z}}}", "policies.Ada: to: unknown action"),
        (
            "policies: {Ada: bully}\n  protocol: alternating-offers",
            "negotiation.policies: policies is for the protocol ticks",
        ),
        ("impasse: {discount: 2}", "impasse.discount: expected less"),
        ("impasse: {paitence: 2}", "did you mean patience"),
        ("deciding: me", "negotiation.deciding: expected 'alike'"),
    ],
)
def test_mistakes_are_located(text: str, message: str, tmp_path) -> None:
    path = tmp_path / "file.yaml"
    path.write_text(f"{GAME}negotiation:\n  {text}\n")
    with pytest.raises(ScenarioError, match=f"file.yaml:[789]: .*{message}"):
        load(path)


def test_a_game_without_own_actions_has_no_pacifists() -> None:
    game = load(catalogue()["banker"]).build()
    stated = NegotiationSettings.model_validate({"policies": {game.players[0]: "pacifist"}})
    with pytest.raises(GameError, match=r"negotiation.policies.*needs a game in normal form"):
        Rules.of(game, stated)
    with pytest.raises(GameError, match=r"expected some of .*found 'Zoe'"):
        Rules.of(game, NegotiationSettings.model_validate({"policies": {"Zoe": "bully"}}))


@pytest.mark.parametrize(
    ("policy", "settled"), [({"bluffer": {"reservation": 7, "firm": 1}}, True), (insists(7), False)]
)
def test_a_mediator_convinces_who_has_no_reservation(policy: dict[str, Any], settled: bool) -> None:
    mediated = {"impasse": {"mediator": 2, "patience": 20}}
    ended = run(
        pie(), {"Ada": policy, "Bo": {"bluffer": {"reservation": 6, "firm": 1}}}, **mediated
    )
    assert (ended.tables["acts"]["act"] == "settles").any() == settled
    assert ended.converged == settled
