"""Families computed from published figures: the figures' own outcomes are met."""

import csv
from pathlib import Path

import numpy as np
import pytest

from curnits.analysis import concepts
from curnits.sim.games.families import FAMILIES, FamilyError
from curnits.sim.games.families.climate import ClimateClub
from curnits.sim.games.families.data import read_rows

RESULTS = Path(__file__).parents[2] / "data" / "climate-club-results.csv"
REGIONS = [row["region"] for row in read_rows("climate-club.csv")]
NOTHING = np.random.default_rng(0)


def test_every_published_outcome_of_the_climate_club_is_met():
    rows = list(csv.DictReader(RESULTS.read_text("utf-8").splitlines()))
    assert len(rows) == 220
    for row in rows:
        club = ClimateClub(float(row["tariff_param"]), float(row["SCC_param"]))
        joined = np.array([[float(row[f"Final_Status_{region}"])] for region in REGIONS])
        published = [float(row[f"Final_Welfare_{region}"]) for region in REGIONS]
        np.testing.assert_allclose(club.welfare(joined)[:, 0], published, rtol=0, atol=1e-12)


def test_a_club_of_some_regions_is_the_whole_one_with_the_others_outside():
    few, joined = ["India", "US"], np.zeros((len(REGIONS), 4))
    joined[REGIONS.index("India")] = [0, 0, 1, 1]
    joined[REGIONS.index("US")] = [0, 1, 0, 1]
    welfare = ClimateClub().welfare(joined)[[REGIONS.index(region) for region in few]]
    np.testing.assert_array_equal(ClimateClub(regions=few).build(NOTHING).outcomes, welfare.T)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"tariff": -0.1}, "tariff must be a share from 0 to 1, found -0.1"),
        ({"tariff": 1.5}, "found 1.5"),
        ({"carbon_price": -1.0}, "carbon_price must be from 0 to 10000 \\$/t"),
        ({"regions": ["Atlantis", "US"]}, "unknown region 'Atlantis'"),
    ],
)
def test_parameters_outside_their_meaning_are_refused(parameters, message):
    with pytest.raises(FamilyError, match=message):
        ClimateClub(**parameters)


def test_the_trade_war_answers_as_published():
    game = FAMILIES["trade-war"]().build(NOTHING)
    assert game.shape == (9, 9, 9)
    (answer,) = concepts.solve(game, "coco").equilibria
    np.testing.assert_allclose(answer.payoffs, [0.70, 0.23, 0.01], atol=0.005)


def test_the_last_cell_of_the_trade_war_is_a_war_of_all():
    game = FAMILIES["trade-war"]().build(NOTHING)
    last = read_rows("trade-war-3.csv")[-1]
    assert all(last[key] == "Nash" for key in last if "tariff" in key)
    np.testing.assert_array_equal(
        game.outcomes[-1], [float(last[f"welfare_change_{p}"]) for p in game.players]
    )


@pytest.mark.parametrize("counter", [(), (-4.0,)])
def test_everybody_likes_its_own_ideal_best(counter):
    ideals = (11.5, 4.0, 1.5)
    family = FAMILIES["geoengineering"](ideals, (*counter, 0.0, 1.5, 4.0, 11.5))
    game = family.build(NOTHING)
    np.testing.assert_allclose(game.outcomes.max(axis=0), np.square(ideals))
    assert {f"{a:g} °C" for a in family.amounts} == set(game.actions[0])


@pytest.mark.parametrize("parameters", [{"ideals": [3.0]}, {"amounts": [1.0, 1.0]}])
def test_too_few_ideals_or_amounts_are_refused(parameters):
    with pytest.raises(FamilyError, match="must"):
        FAMILIES["geoengineering"](**parameters)
