"""Pictures for a page, drawn in a process of their own, and work that a page must not interrupt.

Takes runs and games, gives PNG; pages and the gallery call it.
"""

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import cache
from io import BytesIO
from multiprocessing import get_context

from matplotlib.figure import Figure

from curnits.analysis.figures.drawing import WIDTHS, lay_out, pages, paper
from curnits.analysis.figures.frontier import draw_frontier, game_table
from curnits.analysis.storage.rundata import RunData
from curnits.sim.games.game import Game

_DOTS = 160
"""Dots in an inch of a picture on a screen."""


def undisturbed[T](work: Callable[[], T]) -> T:
    """Do something in a thread of its own: downloads are traced, and interrupted at any line."""
    with ThreadPoolExecutor(1) as worker:
        return worker.submit(work).result()


@cache
def studio() -> ProcessPoolExecutor:
    """Return a process that draws: pages go on meanwhile, and matplotlib's settings are its own."""
    spawn = get_context("spawn")
    return ProcessPoolExecutor(1, spawn, signal.signal, (signal.SIGINT, signal.SIG_IGN))


def elsewhere[T](work: Callable[..., T], *given: object) -> T | None:
    """Let the process that draws do something; None once the program is ending."""
    try:
        waiting = studio().submit(work, *given)
    except RuntimeError:  # no work is taken any more
        return None
    return waiting.result()


def pictures(run: RunData, names: Sequence[str], most: int) -> dict[str, bytes]:
    """Return figures of a run as PNG by name, at most so many panels of each; those that apply."""
    drawn = {}
    for name, panels in pages([run], names).items():
        file = BytesIO()
        with paper(run.scenario):
            lay_out(name, panels[:most]).savefig(file, format="png", dpi=_DOTS)
        drawn[name] = file.getvalue()
    return drawn


def game_picture(game: Game) -> bytes:
    """Return what the first two players can get, as PNG: what can be seen before anybody talks."""
    file = BytesIO()
    with paper(" ".join((game.title, *game.players))):
        page = Figure(figsize=(WIDTHS["column"], 2.9))
        axes = page.subplots()
        draw_frontier(axes, game_table(game, 0, 1))
        page.legend(loc="outside lower center", ncols=2)
        page.savefig(file, format="png", dpi=_DOTS)
    return file.getvalue()


def applicable(run: RunData) -> tuple[str, ...]:
    """Return the names of the figures that have something to show of a run."""
    return tuple(pages([run]))
