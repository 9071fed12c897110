"""The page of ``curnits view``: games to choose from, settings beside, the talks and pictures.

A thread lets ticks pass while the reader watches, another draws the newest state only, and rests in
between; drawing itself is done by another process.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from functools import partial
from os import environ
from threading import Event
from time import monotonic
from typing import Any, cast

import reacton.ipyvuetify as v
import solara
import solara.lab

from curnits.analysis.figures.registry import FIGURES
from curnits.analysis.storage.rundata import RunData
from curnits.analysis.studies.records import ScenarioRecord
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
    applicable,
    choices,
    elsewhere,
    game_picture,
    listed,
    matching,
    open_named,
    open_uploaded,
    pictures,
    undisturbed,
)
from curnits.analysis.view.story import story
from curnits.sim.games.game import Game
from curnits.sim.scenario.scenario import ScenarioError

_OVERVIEW = ("frontier", "prices", "threats", "coalitions")
"""Figures whose first panels are shown side by side."""

_FRAME = 25
"""Ticks between two frames, and in a step."""

_REST = 0.2
"""Seconds between two drawings, at least."""

_MOST_ENTRIES = 5
"""Games that are listed at a time; more are found by searching."""

_MOST_OUTCOMES = 64
"""Outcomes of a game that is shown as a table."""

_FIRST_SETTINGS = ("seed", "ticks", "rounds")

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


@solara.component
def Games(chosen: str, choose: Callable[[Callable[[], Opened]], None]) -> None:
    """Let the reader search the catalogue by title and story."""
    words, set_words = solara.use_state("")
    reading = solara.use_thread(lambda cancelled: listed(), [], intrusive_cancel=False)
    solara.HTML(tag="h2", unsafe_innerHTML="Games")
    solara.InputText("Search titles and stories", words, on_value=set_words, continuous_update=True)
    if reading.value is None:
        solara.ProgressLinear(True)
        return
    found = sorted(matching(words), key=lambda entry: entry.name != chosen)
    for entry in found[:_MOST_ENTRIES]:
        Entry(entry, entry.name == chosen, choose).key(entry.name)
    if len(found) > _MOST_ENTRIES:
        solara.Text(f"and {len(found) - _MOST_ENTRIES} more: search to find them", classes=["soft"])
    elif not found:
        solara.Text("No game has all these words.", classes=["soft"])


@solara.component
def Entry(
    entry: ScenarioRecord, chosen: bool, choose: Callable[[Callable[[], Opened]], None]
) -> None:
    """Show an entry of the catalogue, to be clicked."""
    money = ", money" if entry.money else ""
    button = v.Html(
        tag="button",
        class_="entry chosen" if chosen else "entry",
        children=[
            f"{entry.title} ({entry.players} players{money})",
            v.Html(tag="span", children=[entry.summary]),
        ],
    )
    v.use_event(button, "click", lambda *_: choose(partial(open_named, entry.name)))


@solara.component_vue("upload.vue")
def Upload(
    most: int,
    event_uploaded: Callable[[dict[str, str]], None],
    event_refused: Callable[[str], None],
) -> None:
    """Send a file of at most so many bytes from the browser, or say why not."""


@solara.component
def Settings(opened: Opened, restart: Callable[..., None]) -> None:
    """Offer what can be changed about a scenario: what matters most first, then by subject."""
    changed, set_changed = solara.use_state(dict[str, object]())

    def change(name: str, value: object) -> None:
        set_changed({**changed, name: value})

    groups: dict[str, list[Choice]] = {}
    for choice in choices(opened.scenario):
        groups.setdefault(_group(choice), []).append(choice)
    first = groups.pop("")
    solara.HTML(tag="h2", unsafe_innerHTML="Settings")
    for choice in sorted(first, key=_place):
        _input(choice, changed, change)
    for title, own in groups.items():
        with solara.Details(title):
            for choice in own:
                _input(choice, changed, change)
    solara.Button(
        "Apply and start over", on_click=lambda: restart(**changed), color="primary", outlined=True
    )


@solara.component
def Talks(opened: Opened, exploration: Exploration, restart: Callable[[], None]) -> None:
    """Show a game and its story, and let the agents talk."""
    tick, set_tick = solara.use_state(0)
    playing, set_playing = solara.use_state(False)
    solara.use_effect(lambda: exploration.close, [exploration])
    solving = solara.use_thread(exploration.solve, [exploration], intrusive_cancel=False)

    def step() -> None:
        for _ in range(_FRAME):
            exploration.step()
        set_tick(exploration.time)

    def play(cancelled: Event) -> None:
        while playing and exploration.running and not cancelled.is_set():
            step()
        if not cancelled.is_set():
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


def _colour() -> None:
    """Give buttons and bars the page's own colour."""
    solara.lab.theme.themes.light.primary = "#23395b"
    solara.lab.theme.themes.dark.primary = "#5b86c4"


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


def _group(choice: Choice) -> str:
    """Return the heading under which a setting stands; none for what matters most."""
    if choice.name in _FIRST_SETTINGS or choice.name.startswith("policies."):
        return ""
    if choice.section:
        return choice.section[:1].upper() + choice.section[1:]
    return "How they negotiate" if choice.others else "Fine tuning"


def _place(choice: Choice) -> int:
    return _FIRST_SETTINGS.index(choice.name) if choice.name in _FIRST_SETTINGS else 0


def _input(
    choice: Choice, changed: Mapping[str, object], change: Callable[[str, object], None]
) -> None:
    """Show a setting, with what it does below it."""
    look: dict[str, Any] = {
        "label": choice.name.rpartition(".")[2].replace("_", " "),
        "hint": choice.about,
        "persistent_hint": True,
        "dense": True,
        "v_model": changed.get(choice.name, choice.value),
        "on_v_model": partial(change, choice.name),
    }
    if choice.others:
        v.Select(items=list(choice.others), **look)
    else:
        v.TextField(**look | {"v_model": str(look["v_model"])})
