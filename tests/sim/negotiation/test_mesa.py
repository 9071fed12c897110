"""The model as those who know Mesa use it: agents are selected and do, data are collected."""

import numpy as np
import pandas as pd
import solara
from matplotlib.figure import Figure
from mesa import DataCollector
from mesa.visualization import SolaraViz, make_plot_component

from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.agents import Coalition, Negotiator
from curnits.sim.negotiation.events.stopping import talks
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings


def pie() -> Game:
    return from_payoffs(
        [[[0, 0], [10, 0]], [[0, 10], [0, 0]]],
        players=["Ada", "Bo"],
        actions=[["yield", "insist"]] * 2,
    )


class Watched(Negotiation):
    """A negotiation that writes down what it sees, in Mesa's way."""

    def __init__(self, insist: float = 0.0, rng: int = 1) -> None:
        policies = {"Ada": {"unyielding": {"reservation": insist}}} if insist else {}
        settings = NegotiationSettings.model_validate({"policies": policies})
        super().__init__(pie(), settings, rng, over=talks(RunSettings(tolerance=0.01)).over)
        self.datacollector = DataCollector(
            model_reporters={"sanding": "sanding", "stalled": lambda model: model.stalled},
            agenttype_reporters={
                Negotiator: {"name": "name", "payoff": "payoff", "purse": "purse"},
                Coalition: {"name": "name", "dividend": "dividend"},
            },
        )

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


def test_data_are_collected() -> None:
    model = Watched(insist=7)
    model.run_model()
    assert not model.running
    series = model.datacollector.get_model_vars_dataframe()
    assert len(series) == model.ticks == model.steps
    assert series["sanding"].is_monotonic_decreasing
    payoffs = model.datacollector.get_agenttype_vars_dataframe(Negotiator)
    last = payoffs.loc[model.ticks].set_index("name")["payoff"]
    np.testing.assert_allclose(last[["Ada", "Bo"]].astype(float), [7, 3], atol=0.1)
    coalitions = model.datacollector.get_agenttype_vars_dataframe(Coalition)
    assert set(coalitions["name"]) == {"Ada", "Bo"}


def test_agents_are_selected_and_do() -> None:
    model = Watched()
    for _ in range(5):
        model.step()
    richest = model.agents.select(agent_type=Negotiator).sort("payoff", ascending=False)
    assert len(richest) == 2
    before = model.threats.copy()
    alone = model.agents.select(lambda a: isinstance(a, Coalition) and len(a.members) == 1)
    alone.do("step")
    assert np.abs(model.threats - before).max() > 0
    assert alone.agg("dividend", np.sum) == sum(alone.get("dividend"))
    groups = model.agents.groupby(type)
    assert groups.count() == {Negotiator: 2, Coalition: 2}


def test_parameters_are_swept() -> None:
    rows = []
    for insist in (6, 8):
        model = Watched(insist=insist)
        model.run_model()
        rows.append({"insist": insist, "Ada": model.negotiators[0].payoff})
    table = pd.DataFrame(rows)
    np.testing.assert_allclose(table["Ada"], table["insist"], atol=0.1)


def test_a_page_of_ones_own_shows_it() -> None:
    """Mesa's page takes the model as it is, its parameters and a figure of one's own."""

    def payoffs(model: Watched) -> None:
        figure = Figure()
        axes = figure.subplots()
        axes.bar([a.name for a in model.negotiators], [a.payoff for a in model.negotiators])
        solara.FigureMatplotlib(figure)

    parameters = {"insist": {"type": "SliderFloat", "value": 7.0, "min": 0.0, "max": 10.0}}
    sanding = make_plot_component("sanding")
    page = SolaraViz(Watched(insist=7), components=[payoffs, sanding], model_params=parameters)
    box, context = solara.render(page, handle_error=False)
    assert box.children
    context.close()
