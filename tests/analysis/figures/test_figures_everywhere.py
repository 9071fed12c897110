"""Figures over the whole catalogue: no label lies on another; and all of them, byte by byte."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pytest
from matplotlib.transforms import Bbox

from curnits.analysis.figures.drawing import FORMATS, lay_out, pages, paper
from curnits.analysis.figures.ladders import ladder_table
from curnits.analysis.figures.registry import FIGURES
from curnits.analysis.figures.saving import plot_files
from curnits.analysis.storage.rundata import RunData
from curnits.analysis.view.gallery import SHOWN, gallery
from curnits.analysis.view.opening import open_named
from curnits.analysis.view.session import Exploration
from curnits.analysis.view.studio import studio
from curnits.sim.scenario.catalogue import catalogue
from tests.analysis.figures.test_figures import written

SCENARIOS = tuple(catalogue())
APART = 8
"""Of every so many figures one is drawn of a scenario, another one of the next scenario."""


def explored(name: str, ticks: int) -> Exploration:
    exploration = Exploration(open_named(name))
    for _ in range(ticks):
        exploration.step()
    exploration.solve()
    return exploration


@pytest.mark.parametrize("number", range(len(SCENARIOS)), ids=SCENARIOS)
def test_labels_do_not_overlap_in_the_catalogue(number: int) -> None:
    names = list(FIGURES)[number % APART :: APART]
    for name, panels in pages([explored(SCENARIOS[number], 60).look()], names).items():
        with paper():
            page = lay_out(name, panels)
            page.draw_without_rendering()
            boxes = written(page)
        for (text, box), (other, second) in combinations(boxes, 2):
            shared = Bbox.intersection(box, second)
            deep = shared is not None and min(shared.width, shared.height) > 1.5
            assert not deep, f"{name}: {text!r} overlaps {other!r}"


@pytest.fixture(scope="module")
def run() -> Iterator[RunData]:
    yield explored("ferguson-threats", 20).look()
    studio().shutdown()
    studio.cache_clear()


@pytest.mark.parametrize("form", FORMATS)
def test_another_process_draws_the_same_bytes(form: str, run: RunData) -> None:
    """All figures as PDF; what is drawn is the same in every format, and what is written is not."""
    names = list(pages([run])) if form == "pdf" else ["frontier", "coalitions"]
    assert form != "pdf" or set(names) >= SHOWN.keys()
    elsewhere = [studio().submit(plot_files, [run], form, name) for name in names]
    for name, drawn in zip(names, elsewhere, strict=True):
        assert plot_files([run], form, name) == drawn.result()
    if form == "pdf":
        assert b"FontFile2" in elsewhere[0].result()["frontier.pdf"]


def test_ladders_show_every_rung_and_its_invention() -> None:
    run = explored("two-rung-arms-race", 400).look()
    for ladder in run.ladders:
        table = ladder_table(run, ladder)
        np.testing.assert_allclose(table.groupby("tick")["probability"].sum(), 1.0, atol=2e-3)
        rungs = table.drop_duplicates("rung").set_index("rung")
        assert rungs["action"].tolist() == ["", *(rung.action for rung in ladder.rungs)]
        made = run.tables["inventions"].query("player == @run.players[@ladder.player]")
        assert rungs["invented"].dropna().tolist() == made["tick"].tolist()
        assert len(made) == len(ladder.rungs) - ladder.known
        last = table[table["tick"] == table["tick"].max()].set_index("rung")["probability"]
        assert last.idxmax() == len(ladder.rungs)
    assert {p.part for p in pages([run], ["escalation"])["escalation"]} >= {"ladders", "damage"}


def test_the_gallery_shows_every_figure_of_one_run() -> None:
    assert SHOWN.keys() <= FIGURES.keys()
    assert FIGURES.keys() - SHOWN.keys() <= {"basins", "policies", "talks"}  # these need more
    files = gallery(["coalitions"])
    assert files.keys() == {"coalitions.png", "README.md"}
    page = files["README.md"].decode()
    assert "![coalitions of Producers and a saboteur](coalitions.png)" in page
    assert "curnits plot runs/coalitions --figure coalitions" in page
