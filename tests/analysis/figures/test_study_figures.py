"""Figures of studies: the right columns, and nothing drawn of nothing."""

import pytest

from curnits.analysis.figures import FigureError
from curnits.analysis.figures.sweeps.base import column_name, is_geometric
from curnits.analysis.figures.sweeps.plotting import draw_study
from curnits.analysis.storage.store import Store
from curnits.analysis.studies.execution.local import InProcess
from curnits.analysis.studies.figurespec import FigureSpec
from curnits.analysis.studies.reading import StudyData, open_study
from curnits.analysis.studies.studyfile import load_study
from curnits.analysis.studies.sweeping import sweep

STUDY = """\
title: Tiny
study:
  scenario: threat-game
  replications: 3
  fixed: {run.ticks: 5, negotiation.tremble: 0.5}
  axes:
    negotiation.threat_step: {from: 0.01, to: 10, steps: 4, scale: log}
    run.window: [100, 200]
    negotiation.threats: [optimistic, logit]
  measures: [outcome]
  figures:
    - name: far
      kind: heat
      outcome: payoff.row
      threshold: {label: theory, points: [[0, 100], [9, 200]]}
    - {name: gone, kind: ecdf, outcome: payoff.row, where: {run.window: 300}}
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> StudyData:
    folder = tmp_path_factory.mktemp("figures")
    (folder / "tiny.yaml").write_text(STUDY)
    complete = sweep(
        load_study(folder / "tiny.yaml"),
        Store(str(folder / "results")),
        InProcess,
        [],
        resume=False,
        began=lambda *_: None,
        advanced=lambda *_: None,
        interrupted=lambda: False,
    )
    assert complete
    return open_study(str(folder / "results"))


@pytest.mark.parametrize(
    ("kind", "columns", "rows"),
    [
        ("bands", ["negotiation.threat_step", "runs", "mean", "low", "high"], 4),
        ("heat", ["negotiation.threat_step", "run.window", "runs", "mean"], 8),
        ("phase", ["negotiation.threat_step", "run.window", "runs", "mean"], 8),
        ("ecdf", ["payoff.row", "share"], 48),
    ],
)
def test_figures_take_what_fits(kind: str, columns: list[str], rows: int, data: StudyData) -> None:
    (drawn,) = draw_study(data, "png", kind, outcome="payoff.row")
    (table,) = drawn.tables.values()
    assert list(table.columns) == columns
    assert len(table) == rows
    assert drawn.image.startswith(b"\x89PNG")
    assert "outcome: payoff.row" in drawn.caption


def test_groups_may_be_text(data: StudyData) -> None:
    by = {"outcome": "payoff.row", "by": "negotiation.threats"}
    for kind in ("bands", "distribution", "ecdf"):
        (drawn,) = draw_study(data, "svg", kind, **by)
        (table,) = drawn.tables.values()
        assert set(table["negotiation.threats"]) == {"optimistic", "logit"}
    (points,) = draw_study(data, "svg", "bands", outcome="settled", x="negotiation.threats")
    assert points.tables["bands"]["high"].between(0.05, 0.2).all()  # Wilson's, of 0 in 24


def test_a_study_names_its_figures(data: StudyData) -> None:
    (drawn,) = draw_study(data, "png")  # one of the two has nothing to show
    assert drawn.name == "far"
    assert drawn.tables["far"]["runs"].sum() == 48


@pytest.mark.parametrize(
    ("figure", "columns", "problem"),
    [
        ("bands", {"outcome": "paiof"}, "no column 'paiof' .expected one of"),
        ("bands", {"outcome": "negotiation.threats"}, "expected numbers or truth values"),
        ("pie", {}, "unknown figure 'pie' .expected one of far, gone, bands"),
        ("gone", {}, "nothing to show"),
    ],
)
def test_what_cannot_be_drawn(
    figure: str, columns: dict[str, str], problem: str, data: StudyData
) -> None:
    with pytest.raises(FigureError, match=problem):
        draw_study(data, "png", figure, **columns)


def test_scales() -> None:
    assert is_geometric([1, 10, 100])
    assert not is_geometric([0, 10, 100])
    assert not is_geometric([1, 50, 100])
    assert not is_geometric([1, 10])


def test_columns_have_names() -> None:
    spec = FigureSpec(kind="bands", labels={"run.ticks": "patience"})
    columns = ("run.ticks", "ladders.Ada.rungs.0.harm", "payoff.Ada", "price_distance", "game")
    names = [column_name(spec, column) for column in columns]
    assert names == ["patience", "harm", "payoff of Ada", "price distance", "game"]
