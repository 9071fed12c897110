"""The command ``curnits``: registers every command, and ends with one message for bad input.

Heavy modules are imported inside the commands.
"""

import errno
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from signal import SIGTERM, default_int_handler, signal
from typing import Annotated

import typer

from curnits.analysis.cli import (
    catalogue,
    check,
    convert,
    figures,
    leverage,
    limits,
    population,
    run,
    several,
    shrink,
    solve,
    sweep,
    tournament,
    view,
)
from curnits.analysis.cli.usage import USAGE_ERROR, App, in_one_line
from curnits.sim.errors import InputError
from curnits.sim.files.reading import printable

app = App(
    help="Negotiation with threats and coalitions, simulated by agents and solved analytically.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
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


app.command()(run.run)
app.command(cls=solve.WithConcepts)(solve.solve)
app.command()(check.check)
app.command()(convert.convert)
app.command()(catalogue.scenarios)
app.command()(figures.plot)
app.command()(figures.report)
app.command()(leverage.leverage)
app.command(cls=shrink.WithProperties)(shrink.shrink)
app.command()(several.basins)
app.command()(several.multiplicity)
app.command()(sweep.sweep)
app.command()(tournament.tournament)
app.command()(population.population)
app.add_typer(limits.app, name="limits")
app.command()(view.view)
