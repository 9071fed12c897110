"""The page of ``curnits view``: its frame and style, with what is beside and the talks inside.

Takes no arguments; :mod:`curnits.analysis.view.serving` serves it.
"""

from base64 import b64decode
from collections.abc import Callable
from functools import partial
from os import environ
from typing import Any, cast

import reacton.ipyvuetify as v
import solara
import solara.lab

from curnits.analysis.view.aside import Games, Settings, Upload
from curnits.analysis.view.opening import Opened, open_named, open_uploaded
from curnits.analysis.view.serving import FIRST, MOST_BYTES, SCENARIO
from curnits.analysis.view.session import Exploration
from curnits.analysis.view.talks import Talks
from curnits.sim.scenario.problems import ScenarioError

_ASIDE = 380
"""Width of what stands beside the talks, pixels."""


_STYLE = """
.curnits { font-family: system-ui, sans-serif; line-height: 1.5; }
.curnits .bar { border-bottom: 1px solid #8884; }
.curnits .v-navigation-drawer { max-width: 88vw; }
.curnits .side { padding: 16px; }
.curnits .side h2, .curnits .talks h2 { font-size: 1.05rem; margin: 18px 0 6px; }
.curnits .side h2:first-child { margin-top: 0; }
.curnits .talks { max-width: 1180px; margin: 0 auto; padding: 16px clamp(12px, 3vw, 32px) 48px; }
.curnits .talks h1 { font-size: 1.6rem; line-height: 1.25; margin: 4px 0 8px; }
.curnits .side .v-input { margin-bottom: 10px; }
.curnits .side .v-messages__message { line-height: 1.35; }
.curnits .soft { opacity: .72; font-size: .92em; }
.curnits .entry { display: block; width: 100%; text-align: left; padding: 6px 8px; margin: 2px 0;
  border-radius: 6px; border: 1px solid #8884; color: inherit; background: none; cursor: pointer; }
.curnits .entry:hover, .curnits .entry.chosen { border-color: #5b86c4; background: #5b86c422; }
.curnits .entry span { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical;
  overflow: hidden; font-size: .85em; opacity: .75; }
.curnits .controls { display: flex; flex-wrap: wrap; gap: 8px; align-items: center;
  margin: 14px 0; }
.curnits .clock { font-variant-numeric: tabular-nums; margin-left: 4px; }
.curnits .wide { overflow-x: auto; }
.curnits table { border-collapse: collapse; margin: .6rem 0; }
.curnits caption { text-align: left; opacity: .72; }
.curnits th, .curnits td { padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #8884;
  text-align: left; vertical-align: top; }
.curnits td.number { text-align: right; font-variant-numeric: tabular-nums; }
.curnits .pictures { display: grid; gap: 16px; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(360px, 100%), 1fr)); }
.curnits .sight { display: grid; gap: 24px; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(340px, 100%), 1fr)); }
.curnits img { max-width: 100%; background: #fff; border-radius: 6px; padding: 8px;
  border: 1px solid #8884; }
"""


@solara.component
def Layout(children: list[Any]) -> None:
    """Stand for the layout that Solara has by default; the page brings its own."""
    v.Html(tag="div", class_="curnits", children=children)


@solara.component
def Page() -> None:
    """Let the reader choose a game, and show it."""
    solara.Title("Curnits")
    solara.Style(_STYLE)
    solara.use_memo(_colour, [])
    first = solara.use_memo(lambda: open_named(environ.get(SCENARIO, FIRST)), [])
    start = solara.use_memo(lambda: Exploration(first), [])
    (number, opened, exploration, again), set_shown = solara.use_state(
        (0, first, start, dict[str, object]())
    )
    (refused, sent), set_said = solara.use_state(("", ""))
    aside, set_aside = solara.use_state(cast(bool | None, None))  # None: open if there is room

    def show(opened: Opened, **settings: object) -> None:
        set_shown((number + 1, opened, Exploration(opened, **settings), settings))
        set_aside(None)

    def choose(read: Callable[[], Opened], file: str = "") -> None:
        try:
            show(read())
            set_said(("", file))
        except ScenarioError as error:
            set_said((str(error), ""))

    drawer = v.NavigationDrawer(
        app=True,
        width=_ASIDE,
        clipped=True,
        v_model=aside,
        on_v_model=set_aside,
        mobile_break_point="960",
        disable_route_watcher=True,
    )
    with drawer, solara.Column(classes=["side"], gap="4px"):
        Games(opened.name, choose)
        solara.HTML(tag="h2", unsafe_innerHTML="A file of yours")
        Upload(
            most=MOST_BYTES,
            event_uploaded=lambda file: choose(
                partial(open_uploaded, file["name"], b64decode(file["content"])), file["name"]
            ),
            event_refused=lambda reason: set_said((reason, "")),
        )
        about = f"Shown: {sent}" if sent else "A scenario (.yaml) or a Gambit game (.nfg)"
        solara.Text(about, classes=["soft"])
        Settings(opened, partial(show, opened)).key(f"settings of {opened.name} {id(opened)}")
    icon = v.AppBarNavIcon(attributes={"aria-label": "Games and settings"})
    v.use_event(icon, "click", lambda *_: set_aside(not aside))
    v.AppBar(
        app=True,
        clipped_left=True,
        flat=True,
        class_="bar",
        children=[
            icon,
            v.ToolbarTitle(children=["Curnits"]),
            v.Spacer(),
            solara.lab.ThemeToggle(),
        ],
    )
    with v.Content(), solara.Div(classes=["talks"]):
        if refused:
            solara.Error(refused)
        Talks(opened, exploration, partial(show, opened, **again)).key(str(number))


def _colour() -> None:
    """Give buttons and bars the page's own colour."""
    solara.lab.theme.themes.light.primary = "#23395b"
    solara.lab.theme.themes.dark.primary = "#5b86c4"
