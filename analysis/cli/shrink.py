"""The command ``shrink``."""

from pathlib import Path
from typing import Annotated, Any, override

import typer
from typer.core import TyperOption

from curnits.analysis.cli.usage import Command


class WithProperties(Command):
    """A command whose help lists the properties, which are looked up only then."""

    @override
    def format_help(self, ctx: Any, formatter: Any) -> None:
        from curnits.analysis.studies.shrinking.properties import PROPERTIES

        listed = "; ".join(f"{name}: {row.title}" for name, row in PROPERTIES.items())
        for option in self.params:
            if isinstance(option, TyperOption) and option.name == "keep":
                option.help = f"{option.help} {listed}."
        super().format_help(ctx, formatter)


def shrink(
    source: Annotated[
        str,
        typer.Argument(metavar="SCENARIO", help="Scenario file, Gambit .nfg or catalogue name."),
    ],
    keep: Annotated[str, typer.Option(metavar="PROPERTY", help="What must still be shown.")],
    concept: Annotated[
        str | None, typer.Option(help="Whose answers are looked at; by default the usual ones.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Scenario file to write, instead of printing.")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, help="Seed of random changes where axioms are tried.")
    ] = 1,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier result.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Find a smaller game that still shows a property: fewer players and actions, rounder payoffs.

    [bold]Examples[/bold]

      curnits shrink producers-and-saboteur --keep threats-pay
      curnits shrink three-solutions --keep several-equilibria --out smaller.yaml
      curnits shrink geoengineering --keep axiom:buttons
      curnits shrink below-maximin --keep axiom:maximin --concept first-mover-value
    """
    from curnits.analysis.cli.console import waiting
    from curnits.analysis.concepts import concept_named
    from curnits.analysis.storage.files import write_files
    from curnits.analysis.studies.shrinking.properties import (
        PropertyError,
        Setting,
        property_named,
    )
    from curnits.analysis.studies.shrinking.shrink import shrink as smallest
    from curnits.sim.files.reading import about
    from curnits.sim.games.normal import normal_form
    from curnits.sim.scenario.scenario import find, load

    kept = property_named(keep)
    if concept is not None:
        concept_named(concept)
    scenario = load(find(source))
    with about(source), waiting("Shrinking", quiet=quiet):
        game = normal_form(scenario.build(), "shrinking")
        setting = Setting(scenario.negotiation, scenario.run, concept, seed)
        if not kept.shown(game, setting):
            raise PropertyError(f"the game does not show {keep}: {kept.title}")
        text = scenario.playing(smallest(game, lambda other: kept.shown(other, setting))).to_yaml()
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_files(out.parent, {out.name: text.encode()}, replace=force)
