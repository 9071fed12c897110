"""Printing to the terminal: the console, and progress of long work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

_WIDTH = 110
"""Columns of text when the output is not a terminal."""


def console(*, stderr: bool = False) -> Console:
    """Return a console that prints names as they are, without markup."""
    made = Console(markup=False, highlight=False, emoji=False, stderr=stderr)
    if not made.is_terminal:
        made.width = _WIDTH
    return made


@contextmanager
def waiting(what: str, *, quiet: bool) -> Iterator[None]:
    """Show on a terminal that something is being done."""
    screen = console(stderr=True)
    with nullcontext() if quiet or not screen.is_terminal else screen.status(what):
        yield


@contextmanager
def ticking(ticks: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar of ticks on a terminal; give what must be called with the ticks so far."""
    with counting("Negotiating", ticks, quiet=quiet) as progress:
        yield progress


@contextmanager
def counting(what: str, total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal; give what must be called with how much has been done."""
    screen = console(stderr=True)
    with Progress(console=screen, transient=True, disable=quiet or not screen.is_terminal) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


def heading(out: Console, title: str, subtitle: str) -> None:
    """Print what the tables below are about."""
    out.print(Text.assemble((title, "bold"), f": {subtitle}"), soft_wrap=True)
