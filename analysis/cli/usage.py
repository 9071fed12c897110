"""How commands present themselves: help in a user's words, wrong usage in one line.

:mod:`curnits.analysis.cli.app` registers its commands with :class:`App`.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast, override

import typer
from typer.core import TyperCommand, TyperOption

USAGE_ERROR = cast(type[Exception], typer.BadParameter.__mro__[1])
"""What is raised for wrong usage; newer versions of typer carry it under a private name."""


class Command(TyperCommand):
    """A command whose help names arguments without braces and without Python's types."""

    @override
    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        pieces = super().collect_usage_pieces(ctx)
        return [piece.replace("{", "").replace("}", "") for piece in pieces]

    @override
    def format_help(self, ctx: Any, formatter: Any) -> None:
        for parameter in cast(list[Any], self.params):
            if parameter.param_type_name == "argument":
                parameter.display_type_rich = _nothing
        super().format_help(ctx, formatter)


class Listing(Command):
    """A command whose help lists what an option may be, which is looked up only then."""

    option: str

    @staticmethod
    def titles() -> Mapping[str, str]:
        """Return what the option may be, with what that means."""
        raise NotImplementedError

    @override
    def format_help(self, ctx: Any, formatter: Any) -> None:
        listed = "; ".join(f"{name}: {title}" for name, title in self.titles().items())
        for option in self.params:
            if isinstance(option, TyperOption) and option.name == self.option:
                option.help = f"{option.help} {listed}."
        super().format_help(ctx, formatter)


class App(typer.Typer):
    """A group of such commands."""

    @override
    def command(self, *words: Any, **options: Any) -> Callable[[Any], Any]:
        return super().command(*words, **{"cls": Command, **options})


def in_one_line(error: Any) -> str:
    """Return what is wrong with how a command was called, and where its help is."""
    said = " ".join(error.format_message().split()).removesuffix(".")
    where = error.ctx.command_path if error.ctx is not None else "curnits"
    return f"{said} (see: {where} --help)"


def _nothing(ctx: Any) -> None:
    """Show no type."""
