"""The talks on the page of ``curnits view``: the game and its story, then pictures as ticks pass.

A thread lets ticks pass while the reader watches, another draws the newest state only, and rests in
between; drawing itself is done by another process. :mod:`curnits.analysis.view.page` shows it.
"""

from base64 import b64encode
from collections.abc import Callable
from functools import partial
from math import inf
from threading import Event
from time import monotonic
from typing import cast

import reacton.ipyvuetify as v
import solara
import solara.lab

from curnits.analysis.figures.registry import FIGURES
from curnits.analysis.storage.rundata import RunData
from curnits.analysis.view.html_report import (
    agreement_table,
    coalition_table,
    player_table,
    residual_table,
)
from curnits.analysis.view.opening import Opened
from curnits.analysis.view.session import Exploration
from curnits.analysis.view.story import story
from curnits.analysis.view.studio import applicable, elsewhere, game_picture, pictures, undisturbed
from curnits.sim.games.game import Game

_OVERVIEW = ("frontier", "prices", "threats", "coalitions")
"""Figures whose first panels are shown side by side."""


_FRAME = 25
"""Ticks between two frames, and in a step."""


_REST = 0.2
"""Seconds between two drawings, and between two looks at the clock, at least."""


_BREATH = 0.001
"""Seconds between two frames, in which all that else is served may begin."""


_MOST_OUTCOMES = 64
"""Outcomes of a game that is shown as a table."""


@solara.component
def Talks(opened: Opened, exploration: Exploration, restart: Callable[[], None]) -> None:
    """Show a game and its story, and let the agents talk."""
    tick, set_tick = solara.use_state(0)
    playing, set_playing = solara.use_state(False)
    solara.use_effect(lambda: exploration.close, [exploration])
    solving = solara.use_thread(exploration.solve, [exploration], intrusive_cancel=False)

    def go_on() -> None:
        for _ in range(_FRAME):
            exploration.step()

    def step() -> None:
        go_on()
        set_tick(exploration.time)

    def play(cancelled: Event) -> None:
        shown = -inf
        while playing and exploration.running and not cancelled.wait(_BREATH):
            go_on()
            if monotonic() - shown > _REST:
                shown = monotonic()
                set_tick(exploration.time)
        if not cancelled.is_set():
            set_tick(exploration.time)
            set_playing(False)

    solara.use_thread(play, [playing], intrusive_cancel=False)
    scenario = opened.scenario
    v.Html(tag="h1", children=[scenario.title])
    for text in filter(None, (scenario.summary, scenario.look_for)):
        solara.Text(text)
    if scenario.source:
        solara.Text(f"Source: {scenario.source}", classes=["soft"])
    if exploration.problem:
        solara.Error(exploration.problem)
        return
    over = not exploration.running
    with solara.Div(classes=["controls"]):
        if playing:
            solara.Button(
                "Pause", icon_name="mdi-pause", on_click=lambda: set_playing(False), color="primary"
            )
        else:
            solara.Button(
                "Play",
                icon_name="mdi-play",
                on_click=lambda: set_playing(True),
                color="primary",
                disabled=over,
            )
        solara.Button("Step", on_click=step, disabled=playing or over, outlined=True)
        solara.Button("Start over", on_click=restart, outlined=True)
        solara.Text(f"tick {tick:,}", classes=["clock"])
    if playing or solving.state == solara.ResultState.RUNNING:
        solara.ProgressLinear(True)
    if tick:
        Views(exploration)
    else:
        Sight(exploration.game)


@solara.component
def Sight(game: Game) -> None:
    """Show the game before anybody has talked: payoffs, and what two players can get."""

    def draw(cancelled: Event) -> bytes | None:
        return elsewhere(game_picture, game) if game.n > 1 else None

    picture = solara.use_thread(draw, [], intrusive_cancel=False)
    solara.Info("Press Play to let the agents talk, or Step to watch them closely.")
    with solara.Div(classes=["sight"]):
        with solara.Div(classes=["wide"]):
            v.Html(tag="h2", children=["The game"])
            if len(game.outcomes) <= _MOST_OUTCOMES:
                solara.HTML(unsafe_innerHTML=game._repr_html_())
            else:
                solara.Text(f"{game.n} players, {len(game.outcomes):,} outcomes.")
        with solara.Div():
            if picture.value:
                _picture("what the first two players can get", picture.value)
            elif game.n > 1:
                solara.ProgressLinear(True)


@solara.component
def Views(exploration: Exploration) -> None:
    """Show where the talks are, as pictures, sentences and tables."""
    run, set_run = solara.use_state(cast(RunData | None, None))
    (drawn_for, drawn), set_drawn = solara.use_state(("", dict[str, bytes]()))
    shown, set_shown = solara.use_state(cast(tuple[str, ...], ()))
    name, set_name = solara.use_state("overview")
    names, most = (_OVERVIEW, 1) if name == "overview" else ((name,) if name in FIGURES else (), 9)

    def keep_drawing(cancelled: Event) -> None:
        seen, checked = None, None
        while not cancelled.is_set():
            state, started = exploration.state, monotonic()
            if state != seen:
                seen, found = state, exploration.look()
                set_run(found)
                if found is not None:
                    set_drawn((name, elsewhere(pictures, found, names, most) or {}))
                    if checked != exploration.running:
                        checked = exploration.running
                        set_shown(elsewhere(applicable, found) or ())
            cancelled.wait(max(_REST, monotonic() - started))

    drawing = solara.use_thread(keep_drawing, [name], intrusive_cancel=False)
    if drawing.error:
        solara.Error(str(drawing.error))
    if run is None:
        solara.ProgressLinear(True)
        return
    _verdict(run)
    tabs = ("overview", "story", *(n for n in FIGURES if n in shown or n == name), "tables")
    with solara.lab.Tabs(value=tabs.index(name), on_value=lambda k: set_name(tabs[k])):
        for title in tabs:
            solara.lab.Tab(title)
    if name == "story":
        _story(run)
    elif name == "tables":
        _tables(run)
    elif drawn_for != name:
        solara.ProgressLinear(True)
    elif not drawn:
        solara.Text("This figure has nothing to show of this game.")
    with solara.Div(classes=["pictures"]):
        for figure in names:
            if figure in drawn:
                _picture(figure, drawn[figure])
    Downloads(exploration).key("downloads")


@solara.component
def Downloads(exploration: Exploration) -> None:
    """Offer the run folder and the figures of the talks so far."""
    stem = f"{exploration.name}-seed{exploration.file.run.seed}"
    folder = solara.use_memo(lambda: partial(undisturbed, exploration.run_folder), [])
    figures = solara.use_memo(lambda: partial(undisturbed, exploration.figures), [])
    with solara.Div(classes=["controls"]):
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


def _story(run: RunData) -> None:
    for heading, sentences in story(run).items():
        v.Html(tag="h2", children=[heading])
        for sentence in sentences:
            solara.Text(sentence)


def _tables(run: RunData) -> None:
    for made in (player_table(run), coalition_table(run), residual_table(run)):
        solara.HTML(unsafe_innerHTML=made, classes=["wide"])
    solara.HTML(unsafe_innerHTML=agreement_table(run.summary.state.agreement), classes=["wide"])


def _picture(name: str, image: bytes) -> None:
    source = f"data:image/png;base64,{b64encode(image).decode()}"
    solara.v.Html(tag="img", attributes={"src": source, "alt": name})
