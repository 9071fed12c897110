"""Smaller games that still show something."""

import numpy as np
import pytest
from command import Command

from curnits.analysis.concepts import solve_all
from curnits.analysis.studies.shrinking.properties import PROPERTIES, Setting, property_named
from curnits.analysis.studies.shrinking.shrink import shrink
from curnits.sim.errors import InputError
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Simulation
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load

SETTING = Setting(NegotiationSettings(), RunSettings(ticks=300))


def test_everything_that_can_go_goes() -> None:
    rng = np.random.default_rng(3)
    game = from_payoffs(rng.integers(0, 90, (3, 2, 3, 2)) + 0.25)
    smaller = shrink(game, lambda other: other.n >= 2 and float(np.ptp(other.payoffs[0])) > 0)
    assert (smaller.n, sorted(smaller.shape)) == (2, [1, 2])
    assert sorted(smaller.payoffs.ravel().tolist()) == [0, 0, 0, 1]


def test_what_cannot_be_solved_is_not_taken() -> None:
    game = from_payoffs([[[1, 0], [0, 1]], [[1, 0], [0, 1]]])

    def shown(other: NormalGame) -> bool:
        if other.n < 2:
            raise InputError("no such game")
        return True

    assert shrink(game, shown).n == 2


def test_several_equilibria(curnits: Command, tmp_path) -> None:
    path = tmp_path / "smaller.yaml"
    command = ("shrink", "three-solutions", "--keep", "several-equilibria", "--out", path)
    assert curnits(*command).status == 0
    game = load(path).build()
    assert isinstance(game, NormalGame)
    assert game.shape == (3, 2, 2)
    # there is nothing to be left out of it
    assert np.array_equal(game.payoffs, load(find("three-solutions")).build().payoffs)
    assert len(solve_all(game, "coco").equilibria) > 1
    again = curnits(*command)
    assert again.status == 2
    assert "smaller.yaml" in again.err


def test_settings_of_players_who_are_gone_are_left_out(curnits: Command, tmp_path) -> None:
    path = tmp_path / "smaller.yaml"
    command = ("shrink", "slow-and-quick", "--keep", "axiom:no-threats", "--out", path)
    result = curnits(*command, "--concept", "best-nash")
    assert (result.status, result.out) == (0, "")
    Simulation.of(load(path))


@pytest.mark.parametrize("name", ["threats-pay", "axiom:buttons", "zero-price"])
def test_properties_are_kept(name: str) -> None:
    source = {"zero-price": "free-onlooker"}.get(name, "threat-game")
    game = load(find(source)).build() if name != "threats-pay" else load(find("ransom")).build()
    kept = property_named(name)
    assert kept.shown(game, SETTING)
    smaller = shrink(game, lambda other: kept.shown(other, SETTING))
    assert kept.shown(smaller, SETTING)
    assert smaller.payoffs.size <= game.payoffs.size


def test_agents_that_do_not_settle() -> None:
    game = load(find("threat-game")).build()
    slow = Setting(NegotiationSettings(threats="best-response"), RunSettings(ticks=300))
    assert PROPERTIES["not-converged"].shown(game, slow)
    assert not PROPERTIES["regret"].shown(game, Setting(NegotiationSettings(), RunSettings()))


def test_bad_input(curnits: Command, tmp_path) -> None:
    unknown = curnits("shrink", "threat-game", "--keep", "beauty")
    assert (unknown.status, unknown.out) == (2, "")
    assert "unknown property 'beauty' (expected one of several-equilibria" in unknown.err
    absent = curnits("shrink", "threat-game", "--keep", "several-equilibria")
    assert absent.status == 2
    assert "threat-game: the game does not show several-equilibria" in absent.err
    form = curnits("shrink", "banker", "--keep", "several-equilibria")
    assert form.status == 2
    assert "shrinking" in form.err
    assert (
        curnits("shrink", "threat-game", "--keep", "threats-pay", "--concept", "fair").status == 2
    )
    out = tmp_path / "out.yaml"
    assert curnits("shrink", "threat-game", "--keep", "beauty", "--out", out).status == 2
    assert not out.exists()
