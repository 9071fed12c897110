"""What stands beside the talks on the page of ``curnits view``: games to choose from, and settings.

Takes what is shown and whom to tell of choices; :mod:`curnits.analysis.view.page` puts it there.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import reacton.ipyvuetify as v
import solara
import solara.lab

from curnits.analysis.studies.records import ScenarioRecord
from curnits.analysis.view.choices import Choice, choices
from curnits.analysis.view.opening import Opened, listed, matching, open_named

_MOST_ENTRIES = 5
"""Games that are listed at a time; more are found by searching."""


_FIRST_SETTINGS = ("seed", "ticks", "rounds")


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
    changed = solara.use_reactive(dict[str, object]())

    def change(name: str, value: object) -> None:
        changed.value = {**changed.peek(), name: value}  # more may change than is drawn by now

    groups: dict[str, list[Choice]] = {}
    for choice in choices(opened.scenario):
        groups.setdefault(_group(choice), []).append(choice)
    first = groups.pop("")
    solara.HTML(tag="h2", unsafe_innerHTML="Settings")
    for choice in sorted(first, key=_place):
        _input(choice, changed.value, change)
    for title, own in groups.items():
        with solara.Details(title):
            for choice in own:
                _input(choice, changed.value, change)
    solara.Button(
        "Apply and start over",
        on_click=lambda: restart(**changed.peek()),
        color="primary",
        outlined=True,
    )


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
