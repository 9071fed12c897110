"""Encounters in a population: matching, reputations that travel, and policies that spread."""

import networkx as nx
import numpy as np
import pytest

from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.population import Population

SHORT = RunSettings(ticks=400, tolerance=0.05, window=16)


def pie(hurt: bool = False) -> Game:
    """Ten to divide; with ``hurt`` each can take 6 from the other at a cost of 2."""
    one = np.array([[0.0, 0.0], [10.0, 0.0]])
    if hurt:
        one = np.array([[0.0, 0.0, -6.0], [10.0, 0.0, -6.0], [-2.0, -2.0, -8.0]])
    return from_payoffs([one, one.T], players=["one", "other"])


def insists(on: float) -> dict[str, object]:
    return {"unyielding": {"reservation": on, "patience": 2}}


def test_everybody_meets_somebody_along_the_edges() -> None:
    network = nx.cycle_graph(6)
    population = Population(pie(), ["truthful"] * 6, run=SHORT, network=network)
    for _ in range(3):
        population.step()
    table = population.table()
    assert not table.duplicated(["round", "person"]).any()
    for row in table.itertuples():
        assert network.has_edge(row.person, row.partner)
    assert table.groupby("round").size().between(4, 6).all()
    np.testing.assert_allclose(table["payoff"], 5, atol=0.3)


def test_reputations_travel() -> None:
    """Who does not carry out threats is believed less by strangers too, and gets less from them."""
    fails = {"breakdown": {"base": 0.5, "every": 20}, "credibility": {"start": 0.9}}
    negotiation = NegotiationSettings.model_validate(fails)
    resolve = [0.0, 1.0, 1.0, 1.0]
    population = Population(
        pie(hurt=True), ["truthful"] * 4, negotiation, SHORT, resolve=resolve, seed=2
    )
    for _ in range(6):
        population.step()
    last = population.table().groupby("person")["reputation"].last()
    assert last[0] < 0.1
    assert (last[[1, 2, 3]] > 0.9).all()
    assert population.table().query("person == 0")["reputation"].is_monotonic_decreasing


def test_policies_spread_that_pay() -> None:
    """One who insists on seven earns more than the truthful, and is imitated."""
    population = Population(
        pie(), [insists(7), *["truthful"] * 5], run=SHORT, imitation=1.0, seed=4
    )
    for _ in range(5):
        population.step()
    names = population.table()
    assert (names["policy"] == "unyielding").groupby(names["round"]).sum().max() > 1
    failed = names.query("ending == 'broke down'")
    assert (failed["policy"] == "unyielding").all()  # two of them cannot agree


def test_the_same_seed_gives_the_same_encounters() -> None:
    def encounters(seed: int) -> str:
        policies = ["truthful", insists(6), "hesitant", "bully"]
        population = Population(pie(hurt=True), policies, run=SHORT, imitation=0.5, seed=seed)
        for _ in range(2):
            population.step()
        return population.table().to_csv()

    assert encounters(1) == encounters(1) != encounters(2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"game": from_payoffs(np.zeros((3, 2, 2, 2)))}, "a game of two players .found 3"),
        ({"network": nx.path_graph(3)}, "a network of the nodes 0 to 1"),
        ({"resolve": [1.0]}, "the resolve of 2 persons .found 1"),
        ({"names": ["a"]}, "the names of 2 persons .found 1"),
        ({"policies": ["bullly", "bully"]}, "unknown policy 'bullly'"),
    ],
)
def test_bad_input(changes: dict[str, object], message: str) -> None:
    given = {"game": pie(), "policies": ["truthful"] * 2, **changes}
    with pytest.raises(GameError, match=message):
        Population(**given)
