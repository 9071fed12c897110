import pickle
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray
from textbook import CASES, names, numbers, textbook_game

from curnits.sim.games.coalitions import grand
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Run, Simulation, pursue, simulate
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load

PENNIES = [[[1.0, -1.0], [-1.0, 1.0]], [[-1.0, 1.0], [1.0, -1.0]]]


def random_payoffs(seed: int, shape: tuple[int, ...] = (2, 2, 2)) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(size=(len(shape), *shape))


def settled(payoffs: ArrayLike, *, money: bool = False) -> Run:
    run = simulate(from_payoffs(payoffs, money=money))
    assert run.converged
    return run


@pytest.mark.parametrize("name", names("coco"))
def test_textbook_games_end_at_their_equilibrium(name: str) -> None:
    game = textbook_game(name)
    run = simulate(game)
    known = [numbers(answer["payoffs"]) for answer in CASES[name]["expected"]["coco"]]
    assert run.converged
    assert min(np.abs((run.payoffs - payoffs) / game.scales).max() for payoffs in known) < 1e-3


@pytest.mark.parametrize("name", names("coco-value"))
def test_textbook_games_with_money_end_at_their_value(name: str) -> None:
    game = textbook_game(name)
    run = simulate(NormalGame(game.players, game.actions, game.payoffs, money=True))
    assert run.converged
    error = (run.payoffs - numbers(CASES[name]["expected"]["coco-value"])) / game.scales
    assert np.abs(error).max() < 1e-3
    assert run.prices == pytest.approx(np.full(game.n, 1.0 / game.n))


@pytest.mark.parametrize(
    "settings_",
    [
        NegotiationSettings(),
        NegotiationSettings(activation="random", trading="pairs", splitting="concession"),
    ],
    ids=["default", "random"],
)
def test_the_same_seed_gives_the_same_bytes(settings_: NegotiationSettings) -> None:
    game = from_payoffs(random_payoffs(1))
    runs = [simulate(game, settings_, RunSettings(seed=7, ticks=200)) for _ in range(2)]
    for name, table in runs[0].tables.items():
        assert table.to_csv() == runs[1].tables[name].to_csv()
        for column in table.select_dtypes("number"):
            assert table[column].to_numpy().tobytes() == (
                runs[1].tables[name][column].to_numpy().tobytes()
            )
    other = simulate(game, settings_, RunSettings(seed=8, ticks=200))
    assert other.tables["trades"].to_csv() != runs[0].tables["trades"].to_csv()


@settings(max_examples=8)
@given(st.integers(0, 10_000), st.floats(-3.0, 3.0), st.floats(-100.0, 100.0))
def test_units_of_utility_do_not_matter(seed: int, exponent: float, shift: float) -> None:
    payoffs = random_payoffs(seed)
    factors = np.array([10.0**exponent, 1.0, 2.5]).reshape(3, 1, 1, 1)
    run = simulate(from_payoffs(payoffs), run=RunSettings(ticks=500))
    scaled = simulate(from_payoffs(factors * payoffs + shift), run=RunSettings(ticks=500))
    assert scaled.agreement == pytest.approx(run.agreement, abs=1e-6)
    prices = scaled.prices * factors.ravel()
    assert prices / prices.sum() == pytest.approx(run.prices, abs=1e-6)


@settings(max_examples=8)
@given(st.integers(0, 10_000), st.permutations(range(3)), st.permutations(range(3)))
def test_labels_do_not_matter(seed: int, players: list[int], actions: list[int]) -> None:
    payoffs = random_payoffs(seed, (2, 3, 2))
    still = NegotiationSettings(tremble=0.0)  # a tremble breaks ties by the seed, label by label
    run = simulate(from_payoffs(payoffs), still, RunSettings(ticks=300))
    relabelled = payoffs[:, :, actions].transpose(0, *[1 + i for i in players])[players]
    again = simulate(from_payoffs(relabelled), still, RunSettings(ticks=300))
    assert again.payoffs == pytest.approx(run.payoffs[players], abs=1e-6)
    assert again.prices == pytest.approx(run.prices[players], abs=1e-6)


def with_bystander(payoffs: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([payoffs, np.full((1, 2, 2, 2), 3.0)])[..., None].repeat(2, axis=-1)


def with_duplicate(payoffs: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([payoffs, payoffs[:, :1]], axis=1)


@pytest.mark.parametrize("change", [with_bystander, with_duplicate])
@pytest.mark.parametrize("seed", [0, 2, 5])
def test_bystanders_and_duplicates_do_not_matter(
    change: Callable[[NDArray[np.float64]], NDArray[np.float64]], seed: int
) -> None:
    payoffs = random_payoffs(seed)
    run, changed = settled(payoffs), settled(change(payoffs))
    assert changed.payoffs[:3] == pytest.approx(run.payoffs, abs=5e-3)
    assert changed.payoffs[3:] == pytest.approx(np.full(len(changed.payoffs) - 3, 3.0))


@pytest.mark.parametrize(
    ("payoffs", "expected"),
    [
        ([[3.0, 5.0, 4.0]], [5.0]),
        ([[3.0]], [3.0]),
        ([[[3.0]], [[1.0]]], [3.0, 1.0]),
        ([[[0.0, 1.0]], [[2.0, 2.0]]], [1.0, 2.0]),
        (np.zeros((3, 2, 2, 2)), [0.0, 0.0, 0.0]),
        (PENNIES, [0.0, 0.0]),
        (np.array(PENNIES) * [[[1e6]], [[1e-3]]], [0.0, 0.0]),
    ],
)
def test_degenerate_games_settle(payoffs: ArrayLike, expected: list[float]) -> None:
    run = settled(payoffs)
    game = from_payoffs(payoffs)
    assert np.abs((run.payoffs - expected) / game.scales).max() < 1e-3
    assert sorted(run.threats) == list(range(1, grand(game.n)))
    assert run.agreement.sum() == pytest.approx(1.0)
    assert not any(table.isna().any(axis=None) for table in run.tables.values())


def test_a_free_good_ends_at_the_lowest_price() -> None:
    """A third player who touches nobody, and whom the others' quarrel leaves well off."""
    payoffs = np.zeros((3, 2, 2, 1))
    payoffs[0, ..., 0], payoffs[1, ..., 0] = [[2.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 2.0]]
    payoffs[2, ..., 0] = [[1.0, 0.0], [0.0, 1.0]]
    run = settled(payoffs)
    assert run.payoffs == pytest.approx([1.5, 1.5, 1.0], abs=2e-3)
    assert run.prices[2] < 2e-3


def test_tables_are_tidy() -> None:
    game = from_payoffs(random_payoffs(4) * 10.0 + 5.0, players=["a", "b", "c"])
    run = simulate(game, run=RunSettings(ticks=95, record_every=10))
    assert not run.converged
    assert run.ticks == 95
    tables = run.tables
    kinds = ["ticks", "negotiators", "coalitions", "members", "agreements", "threats", "trades"]
    kinds += ["inventions", "offers", "breakdowns", "acts", "talks"]
    assert list(tables) == kinds
    assert tables["ticks"]["tick"].tolist() == [*range(0, 91, 10), 95]
    assert all((tables[kind]["talk"] == 1).all() for kind in kinds[:7])
    last = tables["negotiators"].tail(3)
    assert last["player"].tolist() == ["a", "b", "c"]
    assert last["payoff"].to_numpy() == pytest.approx(run.payoffs)
    assert last["price"].to_numpy() == pytest.approx(run.prices)
    claims = last["entitlement"] / last["price"] - last["payoff"]
    assert (claims / game.scales).to_numpy() == pytest.approx(last["excess"].to_numpy())
    coalitions = tables["coalitions"].tail(7).set_index("coalition")
    assert coalitions.index.tolist() == ["a", "b", "a+b", "c", "a+c", "b+c", "a+b+c"]
    assert coalitions.loc["a+b+c", "worth"] == pytest.approx(run.prices @ run.payoffs)
    dividends = coalitions["dividend"]
    with_a = dividends[["a", "a+b", "a+c", "a+b+c"]].sum()
    assert with_a == pytest.approx(last["entitlement"].iloc[0])
    parts = dividends * coalitions.index.str.count(r"\+").to_numpy() + dividends
    assert parts.sum() == pytest.approx(coalitions.loc["a+b+c", "worth"])
    threats = tables["threats"][lambda table: table["tick"] == 95]
    assert (
        threats["joint_action"][threats["coalition"] == "a+c"]
        .isin(["0+0", "0+1", "1+0", "1+1"])
        .all()
    )
    assert threats.groupby("coalition")["probability"].sum().to_numpy() == pytest.approx(
        np.ones(6), abs=4e-3
    )
    agreed = tables["agreements"][lambda table: table["tick"] == 95].set_index("outcome")
    assert agreed["probability"].sum() == pytest.approx(1.0, abs=8e-3)
    assert agreed.index.str.fullmatch(r"[01]\+[01]\+[01]").all()
    own = tables["members"][lambda table: table["tick"] == 95].set_index(["coalition", "player"])
    assert len(own) == 12
    assert own.loc["a+b+c", "delivered"].to_numpy() == pytest.approx(run.payoffs)
    claims = last.set_index("player")
    claimed = claims["entitlement"] / claims["price"]
    assert own.loc["a+b+c", "claimed"].to_numpy() == pytest.approx(claimed.to_numpy())
    for coalition, members in own.groupby(level="coalition"):
        worth = coalitions.loc[coalition, "worth"]
        for column in ("delivered", "claimed"):  # members pay each other, so both add up
            amounts = members[column].droplevel("coalition")
            assert (amounts * claims["price"]).sum() == pytest.approx(worth)
    inside = parts[["a", "b", "a+b"]].sum()
    assert inside == pytest.approx(coalitions.loc["a+b", "worth"])


def test_the_record_begins_before_anybody_has_met() -> None:
    game = from_payoffs(random_payoffs(4) * 10.0 + 5.0)
    still = NegotiationSettings(tremble=0.0)
    first = {
        name: table[table["tick"] == 0]
        for name, table in simulate(game, still, RunSettings(ticks=20)).tables.items()
        if "tick" in table
    }
    prices = first["negotiators"]["price"].to_numpy() * game.scales
    assert prices == pytest.approx(np.full(3, prices.mean()))
    even = first["threats"].groupby("coalition")["probability"]
    assert even.max().to_numpy() == pytest.approx(even.min().to_numpy())
    alone = first["members"].set_index(["coalition", "player"]).loc[("1", "1"), "delivered"]
    assert alone == pytest.approx(game.payoffs[0].mean())
    assert first["trades"].empty


@pytest.mark.parametrize("protocol", ["first-mover", "alternating-offers", "proposer-commitment"])
def test_other_protocols_are_recorded_from_the_start(protocol: str) -> None:
    settings_ = NegotiationSettings.model_validate({"protocol": protocol})
    tables = simulate(from_payoffs(PENNIES), settings_, RunSettings(ticks=60)).tables
    for name in ("ticks", "negotiators", "coalitions", "members"):
        assert np.isfinite(tables[name].select_dtypes("number")).all(axis=None)
        assert tables[name]["tick"].iloc[0] == 0
    ended = tables["talks"].groupby("talk")["ended"].first()
    for row in tables["ticks"].itertuples():
        assert row.talk == 1 + (ended[:-1] < row.tick).sum()


def test_no_table_grows_without_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    game = from_payoffs(random_payoffs(4))
    run = RunSettings(ticks=2_000, window=2_000)
    whole = simulate(game, run=run).tables
    monkeypatch.setattr("curnits.sim.recording.recorder.BUDGET", 1_230)
    tables = simulate(game, run=run).tables
    assert all(len(table) <= 1_300 for table in tables.values())
    ticks = tables["ticks"]["tick"]
    assert (ticks.iloc[0], ticks.iloc[-1]) == (0, 2_000)
    assert set(np.diff(ticks)) == {20}
    assert len(whole["ticks"]) == 201
    for name in ("negotiators", "coalitions", "members", "agreements", "threats"):
        kept = whole[name][whole[name]["tick"].isin(tables[name]["tick"])].reset_index(drop=True)
        pd.testing.assert_frame_equal(tables[name], kept)
    assert set(tables["threats"]["tick"]) <= set(ticks)
    assert tables["threats"]["tick"].iloc[-1] == 2_000
    for thinned in (tables, whole):
        assert thinned["ticks"]["traded"].sum() == pytest.approx(thinned["trades"]["curnits"].sum())
    assert tables["ticks"]["traded"].sum() == pytest.approx(whole["ticks"]["traded"].sum())


def test_thinning_the_record_loses_no_trade() -> None:
    game = from_payoffs(random_payoffs(4))
    fine, coarse = (
        simulate(game, run=RunSettings(ticks=100, record_every=every)) for every in (1, 30)
    )
    amounts = ["curnits", "given_up", "received"]

    def totals(run: Run) -> pd.DataFrame:
        return run.tables["trades"].groupby(["payer", "payee"])[amounts].sum()

    pd.testing.assert_frame_equal(totals(fine), totals(coarse))
    assert (totals(fine) > 0.0).all(axis=None)
    assert fine.tables["ticks"]["traded"].sum() == pytest.approx(
        coarse.tables["ticks"]["traded"].sum()
    )


def test_progress_is_reported_and_an_interrupted_run_is_cut_short() -> None:
    game, run = from_payoffs(random_payoffs(4)), RunSettings(ticks=45)
    seen: list[int] = []
    whole = pursue(Simulation(game, NegotiationSettings(), run), seen.append)
    assert seen == [10, 20, 30, 40]
    assert not whole.interrupted
    cut = pursue(Simulation(game, NegotiationSettings(), run), None, lambda: len(seen) > 0)
    assert cut.interrupted
    assert (cut.ticks, cut.converged) == (1, False)


def test_a_scenario_is_simulated_with_its_newcomers_and_ladders() -> None:
    late = load(find("newcomer"))
    simulation = Simulation.of(late.with_run(ticks=300))
    run = pursue(simulation)
    assert not run.converged
    assert run.payoffs == pytest.approx([6.0, 6.0, 0.0], abs=0.1)  # the third firm is not there yet


@pytest.mark.parametrize("seed", [0, 4])
def test_other_ways_of_negotiating_reach_the_same_payoffs(seed: int) -> None:
    payoffs = random_payoffs(seed)
    game = from_payoffs(payoffs)
    expected = settled(payoffs).payoffs
    for other in (
        {"splitting": "concession"},
        {"trading": "pairs"},
        {"activation": "random"},
        {"activation": "staged"},
    ):
        run = simulate(game, NegotiationSettings.model_validate(other))
        assert run.converged
        assert np.abs((run.payoffs - expected) / game.scales).max() < 2e-3


@pytest.mark.parametrize("name", ["noisy-inventors", "learning-to-agree"])
def test_tables_are_of_the_moment_at_which_they_were_asked_for(name: str) -> None:
    talking = Simulation.of(load(name))
    found = []
    for _ in range(2):
        for _ in range(300):
            talking.step()
        found.append(talking.result().tables)
    early, late = found
    assert any(len(late[table]) > len(early[table]) for table in ("inventions", "talks"))
    whole = simulate(load(name).with_run(ticks=300)).tables
    assert [*early] == [*whole]
    for table, kept in pickle.loads(pickle.dumps(early)).items():
        assert early[table] is early[table]
        pd.testing.assert_frame_equal(early[table], whole[table], check_exact=True)
        pd.testing.assert_frame_equal(kept, whole[table], check_exact=True)


def test_watching_a_run_changes_nothing() -> None:
    game = from_payoffs(random_payoffs(5))
    settings_, run = NegotiationSettings(trading="pairs"), RunSettings(ticks=95, seed=3)
    watched = Simulation(game, settings_, run)
    while not watched.over:
        watched.step()
        seen = watched.result(rows=4)
        assert len(seen.tables["ticks"]) <= 4
        assert seen.tables["ticks"]["tick"].iloc[-1] == watched.model.ticks
    whole = simulate(game, settings_, run)
    for name, table in watched.result().tables.items():
        pd.testing.assert_frame_equal(table, whole.tables[name], check_exact=True)
    for table in ("trades", "ticks"):
        column = "curnits" if table == "trades" else "traded"
        assert seen.tables[table][column].sum() == pytest.approx(whole.tables[table][column].sum())
