"""How commands present themselves: help in a user's words, wrong usage in one line.

Commands are made by :func:`command`, groups of them by :class:`App`;
:mod:`curnits.analysis.cli.app` lists them.
"""

from collections.abc import Callable, Mapping
from typing import Any, cast, override

import typer
from typer.core import TyperCommand, TyperOption
from typer.main import get_command

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

    def __init__(self, **options: Any) -> None:
        super().__init__(
            no_args_is_help=True, add_completion=False, rich_markup_mode="rich", **options
        )

    @override
    def command(self, *words: Any, **options: Any) -> Callable[[Any], Any]:
        return super().command(*words, **{"cls": Command, **options})


def command(cls: type[Command] = Command) -> Callable[[Callable[..., None]], TyperCommand]:
    """Make a command of a function: its docstring is the help, its parameters are the options."""

    def made(function: Callable[..., None]) -> TyperCommand:
        alone = App()
        alone.command(cls=cls)(function)
        return cast(TyperCommand, get_command(alone))

    return made


def in_one_line(error: Any) -> str:
    """Return what is wrong with how a command was called, and where its help is."""
    said = " ".join(error.format_message().split()).removesuffix(".")
    where = error.ctx.command_path if error.ctx is not None else "curnits"
    return f"{said} (see: {where} --help)"


def _nothing(ctx: Any) -> None:
    """Show no type."""
