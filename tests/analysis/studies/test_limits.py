"""Limits: sanded frontiers, thin feasible sets, and players with next to no influence."""

import csv
import io

import numpy as np
import pytest
from command import Command

from curnits.analysis.studies.limits import LimitError, LostError
from curnits.analysis.studies.nearby_games import give_influence, thicken
from curnits.analysis.studies.sanding import sand
from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import from_payoffs
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load


def entry(name: str) -> Game:
    return load(catalogue()[name]).build()


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("ferguson-threats", "edge"),
        ("strategic-banker", "edge"),
        ("sanded-face", "face"),
        ("shafer", "face"),
    ],
)
def test_sanded_equilibria_approach_edges_and_faces_in_proportion(name: str, place: str) -> None:
    study = sand(entry(name))
    last = study.steps[-1]
    assert study.nearest(last).on == place
    assert study.distance(last) < 1e-4
    assert study.price_gap(last) < 1e-4
    assert study.orders[-1] == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize("name", ["three-solutions", "vertex-agreement", "prisoners-dilemma"])
def test_sanded_equilibria_approach_vertices_faster_than_any_power(name: str) -> None:
    study = sand(entry(name))
    assert study.limits[0].on == "vertex"
    assert study.distance(study.steps[-1]) < 1e-12
    assert np.nanmax(study.orders) > 5
    assert "faster than the power 3" in study.conclusion


def test_a_vertex_at_which_an_edge_would_do_as_well_is_approached_a_little_slower() -> None:
    """Prices are those of an edge that ends in the vertex: ε log 1/ε instead of ε."""
    study = sand(entry("threat-game"))
    assert study.limits[0].on == "vertex"
    assert 0.8 < study.orders[-1] < 0.95
    assert study.orders[-1] > study.orders[-5]


def test_sanding_needs_prices() -> None:
    with pytest.raises(LimitError, match="two players whose payoffs vary"):
        sand(from_payoffs([[[1, 2]], [[3, 3]]]))
    with pytest.raises(LostError, match="a price vanishes on the way"):
        sand(entry("evadable-threat"))


def test_all_ways_to_thicken_a_zero_sum_game_lead_to_its_answer() -> None:
    study = thicken(entry("thin-zero-sum"), draws=3, seed=1)
    assert {step.draw for step in study.steps} == {0, 1, 2}
    assert study.spread < 1e-3
    assert max(study.distance(step) for step in study.last) < 1e-3
    np.testing.assert_allclose(study.limits[0].payoffs, [4 / 9, 7 / 9, -11 / 9], atol=1e-9)
    assert "all 3 ways lead to the answer" in study.conclusion


def test_the_limit_for_a_judge_without_a_stake_depends_on_the_way() -> None:
    study = thicken(entry("thin-without-a-stake"), draws=5, seed=1)
    assert study.limits[0].payoffs.tolist() == [3.0, 1.0]
    assert study.spread > 0.3
    assert "the limit depends on the way" in study.conclusion
    assert min(study.distance(step) for step in study.last) < 1e-3


def test_thickening_is_for_thin_games_and_keeps_to_its_seed() -> None:
    with pytest.raises(LimitError, match="has all 2 dimensions"):
        thicken(entry("vertex-agreement"), 1, 1)
    with pytest.raises(GameError, match="thickening"):
        thicken(entry("banker"), 1, 1)
    flat = from_payoffs([[[3, 0], [1, 2]], [[-3, 0], [-1, -2]]])
    one, same, other = (thicken(flat, 2, seed).table() for seed in (1, 1, 2))
    assert one.equals(same)
    assert not one.equals(other)


def test_influence_is_paid_for_in_proportion() -> None:
    study = give_influence(entry("free-onlooker"))
    last = study.steps[-1]
    np.testing.assert_allclose(last.payoffs, [29 / 6, 13 / 4, 7 / 6], atol=1e-4)
    assert last.prices[2] == pytest.approx(5e-6, rel=0.01)
    assert study.orders[-1] == pytest.approx(1.0, abs=0.01)


def test_two_prices_that_vanish_together_vanish_like_the_square_root() -> None:
    study = give_influence(entry("free-pair"))
    assert study.orders[-1] == pytest.approx(0.5, abs=0.01)
    ratio = study.steps[-3].prices / study.steps[-1].prices
    np.testing.assert_allclose(ratio[[0, 2]], 10, rtol=0.02)


def test_influence_is_for_players_whose_price_is_zero() -> None:
    with pytest.raises(LimitError, match="nobody's price is 0"):
        give_influence(entry("vertex-agreement"))


def test_command_prints_a_table_and_writes_its_rows(curnits: Command, tmp_path) -> None:
    path = tmp_path / "onlooker.csv"
    shown = curnits("limits", "influence", "free-onlooker", "--out", path)
    assert shown.status == 0
    assert "falling like the power 1 of delta" in " ".join(shown.out.split())
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
    assert len(rows) == 6 * 3
    assert rows[-1]["player"] == "onlooker"
    assert float(rows[-1]["limit_payoff"]) == pytest.approx(7 / 6)
    assert curnits("limits", "influence", "free-onlooker", "--out", path).status == 2

    printed = curnits("limits", "sanding", "ferguson-threats", "--json").json
    assert printed["parameter"] == "epsilon"
    assert printed["steps"][-1]["distance"] < 1e-4
    assert printed["limits"][0]["on"] == "edge"


def test_command_refuses_with_a_reason(curnits: Command) -> None:
    lost = curnits("limits", "sanding", "evadable-threat")
    assert lost.status == 1
    assert "a price vanishes on the way" in lost.err
    refused = curnits("limits", "thickening", "vertex-agreement")
    assert refused.status == 2
    assert "it is not thin" in refused.err
    assert "Traceback" not in refused.err
