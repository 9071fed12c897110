"""Figures: the data behind them, their bytes, their looks, and the commands that write them."""

import doctest
import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from command import Command
from matplotlib.figure import Figure
from matplotlib.testing.compare import compare_images
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from curnits.analysis import figures
from curnits.analysis.figures.base import Panel, codes, distinct, legend_names, shortened
from curnits.analysis.figures.coalitions import coalition_table, draw_lattice
from curnits.analysis.figures.comparison import SIMULATED, comparison_table
from curnits.analysis.figures.convergence import convergence_table
from curnits.analysis.figures.dividends import dividend_table, draw_dividends
from curnits.analysis.figures.drawing import WIDTHS, lay_out, overview, pages, paper
from curnits.analysis.figures.encounters import reputation_table
from curnits.analysis.figures.escalation import damage_table
from curnits.analysis.figures.fonts import families
from curnits.analysis.figures.frontier import draw_frontier, frontier_table
from curnits.analysis.figures.prices import draw_simplex, price_table
from curnits.analysis.figures.threats import threat_table
from curnits.analysis.figures.trades import draw_payments, ledger_table, payment_table
from curnits.analysis.judging.judge import judge
from curnits.analysis.storage.folder import write_run
from curnits.analysis.storage.rundata import RunData, read_run
from curnits.analysis.storage.runs import Summary
from curnits.analysis.view import html_report
from curnits.sim.running import simulate
from curnits.sim.scenario.catalogue import find
from curnits.sim.scenario.loading import load

BASELINES = Path(__file__).parent / "baselines"

NASTY = """
title: Costs in $ and_underscores, and a title that is far too long to be printed on a single line
game:
  form: normal
  actions:
    The International Organisation for Long Names: [do_what_was_agreed_in_1999 at $5, _refuse, wait]
    $$_cash & <b>co</b>: [cooperate with all the other participants, defect as loudly as possible]
    _Δημήτρης: [ναι, όχι]
  profiles:
    wait, any, ναι: [7000000, 0.000001, 0]
    _refuse, defect as loudly as possible, any: [-3000000, 0.000004, 0]
    default: [0, 0.0000005, 0]
"""

GAMES = {
    "two": ("hot-dog-stands", 400),
    "three": ("three-solutions", 400),
    "four": ("arms-race", 200),
    "money": ("hot-dog-stands-with-money", 100),
    "nasty": (NASTY, 60),
    "six": ("title: Six\ngame: {form: family, family: public-goods, parameters: {players: 6}}", 60),
    "short": ("battle-of-the-sexes", 1),
    "alone": ("title: Alone\ngame: {form: normal, players: [me], payoffs: [[1, 3]]}", 60),
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    root = tmp_path_factory.mktemp("runs")
    made = {}
    for name, (text, ticks) in GAMES.items():
        path = root / f"{name}.yaml"
        if "\n" in text:
            path.write_text(text, encoding="utf-8")
        else:
            path = find(text)
        scenario = load(path).with_run(ticks=ticks)
        game = scenario.build()
        run = simulate(game, scenario.negotiation, scenario.run)
        summary = Summary.of(name, scenario, run, judge(game, run))
        made[name] = root / name
        made[name].mkdir()
        write_run(made[name], scenario, run.tables, summary.model_dump(), ["curnits", "run", name])
    return made


@pytest.fixture(scope="module")
def runs(folders: Mapping[str, Path]) -> Mapping[str, RunData]:
    return {name: read_run(folder) for name, folder in folders.items()}


def test_frontier_shows_payoffs_and_claims(runs: Mapping[str, RunData]) -> None:
    run = runs["three"]
    table = frontier_table(run, 0, 2)
    path = table[table["kind"] == "path"]
    negotiators = run.tables["negotiators"]
    for column, player in (("x", "Ada"), ("y", "Cy")):
        own = negotiators[negotiators["player"] == player]
        np.testing.assert_array_equal(path[column], own["payoff"])
        claims = table[table["kind"] == "claims"][column]
        np.testing.assert_array_equal(claims, own["entitlement"] / own["price"])
    line = table[table["kind"] == "price line"][["x", "y"]].to_numpy()
    price = run.summary.final.prices
    slope = (line[1, 1] - line[0, 1]) / (line[1, 0] - line[0, 0])
    assert slope == pytest.approx(-price["Ada"] / price["Cy"])


def test_outline_is_the_convex_hull(runs: Mapping[str, RunData]) -> None:
    table = frontier_table(runs["two"], 0, 1)
    hull = table[table["kind"] == "feasible"][["x", "y"]]
    assert set(map(tuple, hull.to_numpy())) == {(20, 40), (40, 200), (100, 80)}
    assert set(table["x_player"]) == {"small stand"}


def test_price_shares_do_not_depend_on_units(runs: Mapping[str, RunData]) -> None:
    table = price_table(runs["two"])
    path = table[table["kind"] == "path"]
    np.testing.assert_allclose(path.groupby("tick")["share"].sum(), 1.0)
    last = path[path["tick"] == path["tick"].max()].set_index("player")
    assert last["price"]["small stand"] == pytest.approx(2 / 3, abs=1e-3)
    assert last["share"]["small stand"] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("name", ["two", "three", "four", "six"])
def test_dividends_add_up_to_claims(name: str, runs: Mapping[str, RunData]) -> None:
    run = runs[name]
    claims = run.series("entitlement").iloc[-1] / run.series("price").iloc[-1]
    for i, player in enumerate(run.players):
        table = dividend_table(run, i)
        assert table["end"].iloc[-1] == pytest.approx(claims[player], rel=1e-6, abs=1e-6)
        assert table["utilons"].sum() == pytest.approx(table["end"].iloc[-1])


def test_coalitions_and_damage_are_those_of_the_tables(runs: Mapping[str, RunData]) -> None:
    run = runs["three"]
    table = coalition_table(run).set_index("members")
    last = run.tables["coalitions"].tail(7).set_index("coalition")
    for name in ("worth", "dividend", "regret"):
        pd.testing.assert_series_equal(table[name], last[name], check_names=False)
    harm = damage_table(run)
    own = run.tables["coalitions"].query("coalition == 'Ada+Cy'")
    np.testing.assert_array_equal(harm[harm["mask"] == 0b101]["menace"], own["menace"])
    assert not harm["expected"].isna().any()


def test_threats_are_distributions(runs: Mapping[str, RunData]) -> None:
    for name, coalition in (("three", "Ada+Bo"), ("six", "1+2+3+4")):
        table = threat_table(runs[name].tables["threats"], coalition)
        sums = table.groupby("tick")["probability"].sum()
        np.testing.assert_allclose(sums, 1.0, atol=0.02)


def test_payments_and_ledgers_balance(runs: Mapping[str, RunData]) -> None:
    run = runs["three"]
    trades = run.tables["trades"]
    paid = payment_table(trades, run.players)
    assert paid["curnits"].sum() == pytest.approx(trades["curnits"].sum())
    ticks = run.tables["ticks"]["tick"].tolist()
    ledger = ledger_table(trades, ticks, run.players)
    np.testing.assert_allclose(ledger.groupby("tick")["received"].sum(), 0.0, atol=1e-12)
    last = ledger.groupby("player")["received"].last()
    ada = trades[trades["payee"] == "Ada"]["curnits"].sum()
    ada -= trades[trades["payer"] == "Ada"]["curnits"].sum()
    assert last["Ada"] == pytest.approx(ada)


def test_rounding_is_no_trade(runs: Mapping[str, RunData]) -> None:
    run = runs["money"]
    assert "trades" in pages([run], ["trades"])
    dust = run.tables["trades"].assign(curnits=1e-15)
    dusty = replace(run, tables={**run.tables, "trades": dust})
    assert "trades" not in pages([dusty], ["trades"])


def test_comparison_holds_known_answers(runs: Mapping[str, RunData]) -> None:
    table = comparison_table(runs["two"]).set_index(["concept", "player"])["payoff"]
    assert table["coco"].to_dict() == pytest.approx({"small stand": 70, "big stand": 140})
    assert table["coco-value"].to_dict() == pytest.approx({"small stand": 95, "big stand": 145})
    assert table["harsanyi"].to_dict() == pytest.approx({"small stand": 70, "big stand": 140})
    assert table[SIMULATED].to_dict() == runs["two"].summary.final.payoffs


def test_convergence_of_several_seeds(runs: Mapping[str, RunData]) -> None:
    table = convergence_table([runs["two"], runs["two"]])
    assert set(table["quantity"]) == {"distance in payoffs", "clearing", "regret"}
    assert set(table["run"]) == {1, 2}


@pytest.mark.parametrize(
    ("game", "width"),
    [
        *((game, width) for game in ("nasty", "six") for width in WIDTHS),
        ("four", "column"),
        ("money", "page"),
        ("short", "column"),
    ],
)
def test_labels_do_not_overlap(game: str, width: str, runs: Mapping[str, RunData]) -> None:
    for name, panels in pages([runs[game]]).items():
        with paper():
            page = lay_out(name, panels, width)
            page.draw_without_rendering()
            boxes = written(page)
        assert boxes
        left = min(box.x0 for _, box in boxes)
        right = max(box.x1 for _, box in boxes)
        assert page.bbox.x0 - 2 < left < right < page.bbox.x1 + 2, f"{name}: text is cut off"
        for (text, box), (other, second) in combinations(boxes, 2):
            shared = Bbox.intersection(box, second)
            deep = shared is not None and min(shared.width, shared.height) > 1.5
            assert not deep, f"{name}: {text!r} overlaps {other!r}"


def written(page: Figure) -> list[tuple[str, Bbox]]:
    """Return what is written where; boxes drawn around text included, rotated text left out."""
    found = []
    unseen = {
        label
        for axes in page.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        for label in (tick.label1, tick.label2)
    }
    for text in page.findobj(Text):
        assert isinstance(text, Text)
        if (
            text in unseen
            or not text.get_visible()
            or not text.get_text().strip()
            or text.get_rotation() % 90
        ):
            continue
        patch = text.get_bbox_patch()
        box = text.get_window_extent() if patch is None else patch.get_window_extent()
        if box.width > 0 and page.bbox.overlaps(box):
            found.append((text.get_text(), box))
    return found


def test_overview_of_a_single_player(runs: Mapping[str, RunData]) -> None:
    chosen = [runs["alone"]]
    made = pages(chosen)
    assert set(made) == {"comparison"}
    assert overview(made, chosen, "png").image.startswith(b"\x89PNG")


def _frontier(page: Figure) -> None:
    points = {
        "feasible": [(20, 40), (40, 200), (100, 80)],
        "outcomes": [(20, 40), (40, 200), (100, 80), (50, 100)],
        "frontier": [(40, 200), (100, 80)],
        "path": [(52, 176), (60, 160), (70, 140)],
        "claims": [(90, 130), (80, 135), (70, 140)],
        "start": [(52, 176)],
        "move": [(90, 130)],
        "threats": [(50, 100)],
        "agreement": [(70, 140)],
        "equilibria": [(70, 140)],
    }
    rows = [(kind, x, y) for kind, some in points.items() for x, y in some]
    table = pd.DataFrame(rows, columns=["kind", "x", "y"])
    draw_frontier(page.subplots(), table.assign(x_player="1", y_player="2"))


def _simplex(page: Figure) -> None:
    shares = [(0, 1, [0.6, 0.3, 0.1]), (0, 2, [0.4, 0.3, 0.3]), (1, 2, [0.2, 0.3, 0.5])]
    rows = [
        ("equilibrium" if number else "path", number, tick, player, share)
        for number, tick, own in shares
        for player, share in zip("ABC", own, strict=True)
    ]
    columns = ["kind", "number", "tick", "player", "share"]
    draw_simplex(page.subplots(), pd.DataFrame(rows, columns=columns), list("ABC"))


def _lattice(page: Figure) -> None:
    table = pd.DataFrame(
        {
            "mask": range(1, 8),
            "coalition": ["1", "2", "12", "3", "13", "23", "123"],
            "size": [1, 1, 2, 1, 2, 2, 3],
            "worth": [6, 12, 30, 18, 60, 90, 120],
            "dividend": [6, 12, 6, 18, 18, 30, -11],
            "regret": [0, 0, 0, 0, 0, 0.01, 0],
        }
    )
    draw_lattice(page.subplots(), table, ["1", "2", "3"])


def _waterfall(page: Figure) -> None:
    table = pd.DataFrame(
        {"step": ["alone", "+ 2", "+ 3", "all"], "utilons": [6.0, 6.0, 18.0, -8.0]}
    )
    ends = table["utilons"].cumsum()
    table = table.assign(start=ends - table["utilons"], end=ends, payoff=22.0)
    draw_dividends(page.subplots(), table, ["1", "2", "3"])


@pytest.mark.parametrize("picture", [_frontier, _simplex, _lattice, _waterfall])
def test_looks_as_it_did(picture: object, tmp_path: Path) -> None:
    assert callable(picture)
    name = f"{picture.__name__.strip('_')}.png"
    with paper():
        page = Figure(figsize=(3.4, 2.6), dpi=100)
        picture(page)
        page.savefig(tmp_path / name, dpi=100, metadata={"Software": None})
    assert compare_images(str(BASELINES / name), str(tmp_path / name), tol=8) is None


MODULES = [m.name for m in pkgutil.iter_modules(figures.__path__, "curnits.analysis.figures.")]


@pytest.mark.parametrize("module", ["curnits.analysis.figures", *MODULES])
def test_examples_in_docstrings(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_panels_that_look_alike_are_drawn_once(runs: Mapping[str, RunData]) -> None:
    def panel(title: str, *heights: float) -> Panel:
        table = pd.DataFrame({"player": title, "up": heights, "line": 7.0})
        return Panel(title, table, lambda axes, table: None)

    panels = [panel("a", 0, 5), panel("b", 0, 5.01), panel("c", 0, 6), panel("d", 0, 5, 5)]
    kept = distinct(panels, [["up", "line"]])
    assert [panel.title for panel in kept] == ["a (b alike)", "c", "d"]
    assert len(distinct(panels, [["up"]], ["player"])) == 4
    assert len(pages([runs["six"]], ["frontier"])["frontier"]) == 1


def test_every_panel_says_what_it_shows_on_axes_of_its_own(runs: Mapping[str, RunData]) -> None:
    for name, panels in pages([runs["three"]]).items():
        for panel in panels:
            axes = Figure().subplots()
            panel.draw(axes, panel.table)
            if axes.axison:
                assert axes.get_xlabel() or axes.get_xticklabels(), name
                assert axes.get_ylabel() or axes.get_yticklabels(), name
            assert axes.texts or axes.legend().get_texts(), name


def test_reputations_by_policy() -> None:
    rows = [
        (1, 0, "bully", 0.5),
        (1, 1, "truthful", 1.0),
        (1, 2, "truthful", 0.8),
        (2, 0, "truthful", 0.4),
        (3, 1, "truthful", 0.9),
    ]
    columns = ["round", "person", "policy", "reputation"]
    table = reputation_table(pd.DataFrame(rows, columns=columns)).set_index(["policy", "round"])
    assert table.loc[("bully", 1)].tolist() == [1, 0.5, 0.5, 0.5]
    assert ("bully", 2) not in table.index
    assert table.loc[("truthful", 3)].tolist() == pytest.approx([3, 0.4, 0.7, 0.9])


def test_plot_writes_image_data_and_caption(
    curnits: Command, folders: Mapping[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "deep" / "mine.svg"
    words = ("plot", folders["money"], "--figure", "trades", "--out", out)
    result = curnits(*words)
    assert (result.status, result.err) == (0, "")
    names = ["mine-ledger.csv", "mine-payments.csv", "mine.svg", "mine.txt"]
    assert sorted(path.name for path in out.parent.iterdir()) == names
    caption = (out.parent / "mine.txt").read_text()
    for text in ("Hot-dog stands with money", "seed 1", "1 small stand, 2 big stand", "curnits 0."):
        assert text in caption
    assert curnits(*words).status == 2
    assert curnits(*words, "--force").status == 0
    another = out.with_suffix(".pdf")
    assert curnits(*words[:-1], another).status == 0
    (out.parent / "mine.txt").write_text("my own")
    another.unlink()
    assert curnits(*words[:-1], another).status == 2
    assert not another.exists()


@pytest.mark.parametrize("width", WIDTHS)
def test_plot_is_as_wide_as_asked_for(
    width: str, curnits: Command, folders: Mapping[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "prices.png"
    words = ("plot", folders["three"], "--figure", "prices", "--width", width, "--out", out)
    assert curnits(*words).status == 0
    assert plt.imread(out).shape[1] == round(300 * WIDTHS[width])


def test_plot_without_a_name_draws_everything(
    curnits: Command, folders: Mapping[str, Path], tmp_path: Path
) -> None:
    out, shown = tmp_path / "all", pages([read_run(folders["short"])])
    result = curnits("plot", folders["short"], "--format", "png", "--out", out)
    assert (result.status, result.err) == (0, "")
    assert {path.stem for path in out.glob("*.png")} == {*shown, "overview"}
    assert len(list(out.glob("*.csv"))) >= len(shown)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--figure", "pie"), "unknown figure 'pie' (expected one of frontier, prices"),
        (("--figure", "prices", "--format", "pdf", "--out", "x.png"), "does not end in"),
        (("--out", "x.png"), "say which --figure"),
        (("--figure", "prices", "--out", "x.xyz"), "x.xyz: expected the ending pdf, svg, png"),
        (("--format", "gif"), "gif"),
    ],
)
def test_plot_refuses(
    words: tuple[str, ...], message: str, curnits: Command, folders: Mapping[str, Path]
) -> None:
    result = curnits("plot", folders["two"], *words)
    assert (result.status, result.out) == (2, "")
    assert message in result.err


def test_plot_and_report_need_runs_of_one_game(
    curnits: Command, folders: Mapping[str, Path], tmp_path: Path
) -> None:
    mixed = curnits("plot", folders["two"], folders["three"], "--out", tmp_path)
    assert (mixed.status, mixed.out) == (2, "")
    assert "expected runs of one game" in mixed.err
    for command in ("plot", "report"):
        result = curnits(command, tmp_path)
        assert (result.status, result.out) == (2, "")
        assert "scenario.yaml" in result.err
    lonely = curnits("plot", folders["alone"], "--figure", "frontier", "--out", tmp_path)
    assert lonely.status == 2
    assert "frontier has nothing to show (expected a game of at least two players)" in lonely.err
    for figure, needs in (
        ("talks", "a run of several talks"),
        ("basins", "several runs of a game"),
    ):
        result = curnits("plot", folders["three"], "--figure", figure, "--out", tmp_path)
        assert result.status == 2
        assert f"{figure} has nothing to show (expected {needs}" in result.err
    assert list(tmp_path.iterdir()) == []


def test_report_is_one_self_contained_page(
    curnits: Command,
    folders: Mapping[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("frontier", "prices", "threats", "comparison")
    monkeypatch.setattr(html_report, "pages", lambda runs: pages(runs, names))
    out = tmp_path / "page.html"
    assert curnits("report", folders["nasty"], "--out", out).status == 0
    page = out.read_text("utf-8")
    assert "http" not in page.replace("http://www.w3.org", "")
    assert page.count('src="data:image/svg+xml;base64,') == page.count("<img") == len(names)
    assert "$$_cash &amp; &lt;b&gt;co&lt;/b&gt;" in page
    assert "<b>co</b>" not in page
    assert "curnits run scenario.yaml" in page
    assert page.index("Who wanted what") < page.index("Payoffs") < page.index("<img")
    for text in ("What was threatened", "What was agreed", "Who gained by threats", "(regret)"):
        assert text in page
    assert curnits("report", folders["nasty"], "--out", out).status == 2


def test_games_and_solutions_show_in_notebooks(runs: Mapping[str, RunData]) -> None:
    for name, texts in {"two": ("beach", "100, 80"), "three": ("payoff of Ada",)}.items():
        page = runs[name].game._repr_html_()
        assert all(text in page for text in texts)
        assert page.startswith("<table>")
    answer = judge(runs["two"].game, simulate(runs["two"].game)).solution
    page = answer._repr_html_()
    for text in ("coco: exists", "140", "clearing"):
        assert text in page


def test_letters_that_no_font_has_are_shown_by_their_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curnits.analysis.figures.fonts._family", lambda letter: None)
    assert codes(["中国", "日本", "me"]) == ["1", "2", "3"]
    assert legend_names(["中国", "Zoë"]) == ["\\u4e2d\\u56fd", "Zoë"]
    assert shortened("a\a_$中") == "a\\x07_\\$\\u4e2d"
    assert families("中国 Zoë") == ["DejaVu Sans"]


def test_letters_that_another_font_has_are_drawn_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curnits.analysis.figures.fonts._family", {"中": "Noto", "国": "Hei"}.get)
    assert families("中国 Zoë") == ["DejaVu Sans", "Hei", "Noto"]
    assert codes(["中国", "me"]) == ["中国", "me"]
    assert codes(["日本", "me"]) == ["1", "2"]


def test_short_names_tell_players_apart() -> None:
    assert codes(["incumbent", "rival", "newcomer"]) == ["I", "R", "N"]
    assert codes(["producer 1", "producer 2", "saboteur"]) == ["P1", "P2", "S"]
    assert codes(["Sudan", "Egypt", "Ethiopia"]) == ["Su", "Eg", "Et"]
    assert codes(["aaaa", "aaab", "b"]) == ["1", "2", "3"]
    assert codes(["_", "$$", "long name"]) == ["1", "2", "3"]
    alike = [f"The very long name of number {k} of the organisations" for k in (1, 2)]
    assert len(set(legend_names(alike))) == 2


def test_amounts_in_the_cells_of_trades_are_short_enough_for_them() -> None:
    players = [f"Player {i}" for i in range(1, 7)]
    paid = [0.36, 0.0355, 0.0051, 0.00004, 0.11]
    table = pd.DataFrame({"payer": players[0], "payee": players[1:], "curnits": paid})
    axes = Figure().subplots()
    draw_payments(axes, table, players)
    assert [text.get_text() for text in axes.texts] == ["0.36", "0.04", "0.01", "0", "0.11"]
