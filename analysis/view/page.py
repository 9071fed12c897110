"""The page of ``curnits view``: Mesa's SolaraViz steps and changes the model, pictures go beside.

SolaraViz draws the controls, the settings and the clock. Its own grid of components would redraw
every figure at every frame; here a thread draws the newest state only, and rests in between.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from functools import partial
from os import environ
from threading import Event
from time import monotonic
from typing import cast

import solara
import solara.lab
from mesa.visualization import SolaraViz

from curnits.analysis.figures.registry import FIGURES
from curnits.analysis.storage.rundata import RunData
from curnits.analysis.view.html_report import (
    agreement_table,
    coalition_table,
    player_table,
    residual_table,
)
from curnits.analysis.view.serving import FIRST, MOST_BYTES, SCENARIO
from curnits.analysis.view.session import (
    Choice,
    Exploration,
    Opened,
    choices,
    open_named,
    open_uploaded,
    pictures,
    studio,
    undisturbed,
)
from curnits.sim.scenario.scenario import ScenarioError, catalogue

_NOW = ("frontier", "prices", "threats", "coalitions")
"""Figures whose first panels are shown side by side."""

_TABS = ("now", "tables", *FIGURES)
_FRAME = 25
"""Ticks between two frames, and in a step."""

_REST = 0.2
"""Seconds between two drawings, at least."""


_STYLE = """
.curnits table { border-collapse: collapse; margin: .6rem 0; }
.curnits th, .curnits td { padding: .15rem .7rem; border-bottom: 1px solid #8884; }
.curnits th, .curnits td { text-align: left; }
.curnits td.number { text-align: right; font-variant-numeric: tabular-nums; }
.curnits img { max-width: 100%; background: white; }
"""


@solara.component
def Page() -> None:
    """Let the reader choose a scenario, and show it."""
    solara.Title("Curnits")
    solara.Style(_STYLE)
    first = solara.use_memo(lambda: open_named(environ.get(SCENARIO, FIRST)), [])
    (number, opened), choose = solara.use_state((0, first))
    refused, set_refused = solara.use_state("")

    def show(read: Callable[[], Opened]) -> None:
        try:
            choose((number + 1, read()))
            set_refused("")
        except ScenarioError as error:
            set_refused(str(error))

    with solara.Sidebar(), solara.Card("Scenario"):
        names = list(catalogue())
        solara.Select(
            "Catalogue",
            names,
            value=opened.name if opened.name in names else None,
            on_value=lambda name: show(partial(open_named, name)),
        )
        solara.Text("or a file of yours, .yaml or .nfg")
        Upload(
            most=MOST_BYTES,
            event_uploaded=lambda sent: show(
                partial(open_uploaded, sent["name"], b64decode(sent["content"]))
            ),
            event_refused=set_refused,
        )
        if refused:
            solara.Error(refused)
    # for one frame there is no explorer: parts that stand in the sidebar outlive a change of key
    shown, set_shown = solara.use_state(number)
    solara.use_effect(lambda: set_shown(number), [number])
    if shown == number:
        Explorer(opened)


@solara.component_vue("upload.vue")
def Upload(
    most: int,
    event_uploaded: Callable[[dict[str, str]], None],
    event_refused: Callable[[str], None],
) -> None:
    """Send a file of at most so many bytes from the browser, or say why not."""


@solara.component
def Explorer(opened: Opened) -> None:
    """Run one scenario, with what the reader changes about it."""
    first = solara.use_memo(lambda: Exploration(opened), [])
    model = solara.use_reactive(first)
    tab, set_tab = solara.use_state(0)
    exploration = model.value
    solara.use_effect(lambda: exploration.close, [exploration])
    solara.use_thread(exploration.solve, [exploration], intrusive_cancel=False)
    SolaraViz(
        model,
        model_params={"opened": opened, **{c.name: _input(c) for c in choices(opened.scenario)}},
        play_interval=11,
        render_interval=_FRAME,
        name="Curnits",
    )
    scenario = opened.scenario
    with solara.Column(classes=["curnits"]):
        solara.v.Html(tag="h2", children=[scenario.title])
        for text in filter(None, (scenario.summary, scenario.look_for)):
            solara.Text(text)
        if exploration.problem:
            solara.Error(exploration.problem)
        else:
            Views(exploration, tab, set_tab).key(str(id(exploration)))


@solara.component
def Views(exploration: Exploration, tab: int, set_tab: Callable[[int], None]) -> None:
    """Show where the talks are, as pictures and tables."""
    run, set_run = solara.use_state(cast(RunData | None, None))
    (drawn_for, drawn), set_drawn = solara.use_state(("", dict[str, bytes]()))
    name = _TABS[tab]
    names, most = (_NOW, 1) if name == "now" else ([name] if name in FIGURES else [], 9)

    def keep_drawing(cancelled: Event) -> None:
        seen = None
        while not cancelled.is_set():
            state, started = exploration.state, monotonic()
            if state != seen:
                seen, found = state, exploration.look()
                set_run(found)
                if found is not None:
                    set_drawn((name, studio().submit(pictures, found, names, most).result()))
            cancelled.wait(max(_REST, monotonic() - started))

    drawing = solara.use_thread(keep_drawing, [name], intrusive_cancel=False)
    if drawing.error:
        solara.Error(str(drawing.error))
    if run is None:
        solara.Info("Press ▶ to let the agents talk, or Step. Changed settings hold after Reset.")
        return
    _verdict(run)
    Downloads(exploration)
    with solara.lab.Tabs(value=tab, on_value=set_tab):
        for title in _TABS:
            solara.lab.Tab(title)
    if name == "tables":
        state = run.summary.state
        for table in (player_table(run), coalition_table(run), agreement_table(state.agreement)):
            solara.HTML(unsafe_innerHTML=table)
        solara.HTML(unsafe_innerHTML=residual_table(run))
    if drawn_for == name and names and not drawn:
        solara.Text("This figure has nothing to show of this game.")
    with solara.ColumnsResponsive(12, medium=6 if len(names) > 1 else 12):
        for shown in names:
            if shown in drawn:
                _picture(shown, drawn[shown])


@solara.component
def Downloads(exploration: Exploration) -> None:
    """Offer the run folder and the figures of the talks so far."""
    stem = f"{exploration.name}-seed{exploration.file.run.seed}"
    folder = solara.use_memo(lambda: partial(undisturbed, exploration.run_folder), [])
    figures = solara.use_memo(lambda: partial(undisturbed, exploration.figures), [])
    with solara.Row():
        solara.FileDownload(folder, f"{stem}.zip", "Run folder")
        solara.FileDownload(figures, f"{stem}-figures.zip", "Figures (PDF, CSV)")


def _verdict(run: RunData) -> None:
    summary = run.summary
    if summary.converged:
        solara.Success(summary.verdict)
    elif summary.settled:
        solara.Warning(summary.verdict)
    else:
        solara.Info(summary.verdict)


def _picture(name: str, image: bytes) -> None:
    source = f"data:image/png;base64,{b64encode(image).decode()}"
    solara.v.Html(tag="img", attributes={"src": source, "alt": name})


def _input(choice: Choice) -> dict[str, object]:
    """Return a setting the way Mesa's pages take it."""
    label = choice.name.replace("_", " ").replace(".", ": ")
    if choice.others:
        return {"type": "Select", "label": label, "value": choice.value, "values": [*choice.others]}
    return {"type": "InputText", "label": label, "value": str(choice.value)}
