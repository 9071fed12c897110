"""The command ``curnits``: lists every command, and ends with one message for bad input.

The module of a command is imported when that command is asked for, or all when help is.
"""

import errno
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from signal import SIGTERM, default_int_handler, signal
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from curnits.analysis.cli.usage import USAGE_ERROR, App, in_one_line
from curnits.sim.errors import InputError
from curnits.sim.files.reading import printable
from curnits.sim.registry import Registry

_COMMANDS = {
    "run": "run:run",
    "solve": "solve:solve",
    "check": "check:check",
    "convert": "convert:convert",
    "scenarios": "catalogue:scenarios",
    "plot": "figures:plot",
    "report": "figures:report",
    "leverage": "leverage:leverage",
    "shrink": "shrink:shrink",
    "basins": "several:basins",
    "multiplicity": "several:multiplicity",
    "sweep": "sweep:sweep",
    "tournament": "tournament:tournament",
    "population": "population:population",
    "view": "view:view",
    "limits": "limits:limits",
}
"""Every command by name, in the order of the help: the module beside this one, and its name."""


class Commands(TyperGroup):
    """Commands that are imported when they are asked for, and those that are registered."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        known = Registry[Any](__package__, _COMMANDS)
        known.update(self.commands)
        self.commands = known


app = App(
    cls=Commands,
    help="Negotiation with threats and coalitions, simulated by agents and solved analytically.",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; bad input ends it with one message and status 2."""
    if isinstance(sys.stdout, TextIOWrapper):  # terminals that cannot show a letter show its code
        sys.stdout.reconfigure(errors="backslashreplace")
    if arguments is None:  # the process is this command's own: end it as Ctrl-C does
        signal(SIGTERM, default_int_handler)
    try:
        try:
            status = app(arguments, prog_name="curnits", standalone_mode=False)
        finally:
            if isinstance(sys.stdout, TextIOWrapper):
                sys.stdout.flush()
    except InputError as error:
        for message in error.args:
            typer.echo(f"curnits: {printable(message)}", err=True)
        sys.exit(2)
    except USAGE_ERROR as error:
        if type(error).__name__ != "NoArgsIsHelpError":  # which has printed the help
            typer.echo(f"curnits: {printable(in_one_line(error))}", err=True)
        sys.exit(2)
    except OSError as error:
        if error.filename is not None:
            raise
        # no file is to blame, so it is the output itself, and what is left in it is given up
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno == errno.EPIPE:  # whoever read it has enough, as after "| head"
            sys.exit(1)
        typer.echo(f"curnits: output cannot be written: {error.strerror}", err=True)
        sys.exit(2)
    sys.exit(status)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"curnits {version('curnits')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    pass
