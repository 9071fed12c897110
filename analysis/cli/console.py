"""Printing to the terminal: the console, and progress of long work.

Rich is imported only where something is shown, so that programs that ask for JSON need not wait.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 110
"""Columns of text when the output is not a terminal."""


def console(*, stderr: bool = False) -> "Console":
    """Return a console that prints names as they are, without markup."""
    from rich.console import Console

    made = Console(markup=False, highlight=False, emoji=False, stderr=stderr)
    if not made.is_terminal:
        made.width = _WIDTH
    return made


@contextmanager
def waiting(what: str, *, quiet: bool) -> Iterator[None]:
    """Show on a terminal that something is being done."""
    shown = not quiet and sys.stderr.isatty()
    with console(stderr=True).status(what) if shown else nullcontext():
        yield


@contextmanager
def ticking(ticks: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar of ticks on a terminal; give what must be called with the ticks so far."""
    with counting("Negotiating", ticks, quiet=quiet) as progress:
        yield progress


@contextmanager
def counting(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[float], None]]:
    """Show a bar on a terminal; give what must be called with how much has been done."""
    from rich.progress import Progress

    screen = console(stderr=True)
    with Progress(console=screen, transient=True, disable=quiet or not screen.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def heading(out: "Console", title: str, subtitle: str) -> None:
    """Print what the tables below are about."""
    from rich.text import Text

    out.print(Text.assemble((title, "bold"), f": {subtitle}"), soft_wrap=True)
