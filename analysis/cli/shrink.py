"""The command ``shrink``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, override

import typer

from curnits.analysis.cli.options import Force, Quiet, Source
from curnits.analysis.cli.usage import Listing, command

if TYPE_CHECKING:
    from curnits.sim.games.normal import NormalGame
    from curnits.sim.scenario.scenario import Scenario


class WithProperties(Listing):
    """A command whose help lists the properties."""

    option = "keep"

    @staticmethod
    @override
    def titles() -> dict[str, str]:
        from curnits.analysis.studies.shrinking.properties import PROPERTIES

        return {name: row.title for name, row in PROPERTIES.items()}


@command(WithProperties)
def shrink(
    source: Source,
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
    force: Force = False,
    quiet: Quiet = False,
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
    from curnits.analysis.studies.shrinking.properties import PropertyError, Setting, property_named
    from curnits.analysis.studies.shrinking.shrink import shrink as smallest
    from curnits.sim.files.reading import about
    from curnits.sim.games.normal import normal_form
    from curnits.sim.scenario.catalogue import find
    from curnits.sim.scenario.loading import load

    kept = property_named(keep)
    if concept is not None:
        concept_named(concept)
    scenario = load(find(source))
    with about(source), waiting("Shrinking", quiet=quiet):
        game = normal_form(scenario.build(), "shrinking")
        setting = Setting(scenario.negotiation, scenario.run, concept, seed)
        if not kept.shown(game, setting):
            raise PropertyError(f"the game does not show {keep}: {kept.title}")
        smaller = smallest(game, lambda other: kept.shown(other, setting))
        written = _about(scenario, smaller)
    text = written.to_yaml()
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_files(out.parent, {out.name: text.encode()}, replace=force)


def _about(scenario: "Scenario", game: "NormalGame") -> "Scenario":
    """Return a scenario with another game; settings for players who are gone are left out."""
    from curnits.sim.errors import InputError
    from curnits.sim.negotiation.settings import NegotiationSettings
    from curnits.sim.running import Simulation

    other = scenario.playing(game).model_copy(update={"newcomers": {}})
    try:
        Simulation.of(other)
    except InputError:
        return other.model_copy(update={"negotiation": NegotiationSettings.model_validate({})})
    return other
