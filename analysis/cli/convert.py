"""The command ``convert``: write a game as a Gambit file, or as a complete scenario file."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from curnits.analysis.cli.options import Force, Source
from curnits.analysis.cli.usage import command
from curnits.sim.files.reading import about


class Format(StrEnum):
    """What ``convert`` writes."""

    NFG = "nfg"
    YAML = "yaml"


@command()
def convert(
    source: Source,
    to: Annotated[Format, typer.Option(help="Format to write.")],
    out: Annotated[Path | None, typer.Option(help="File to write, instead of printing.")] = None,
    force: Force = False,
) -> None:
    """Write a game as a Gambit file, or as a complete scenario file.

    Games of every form but coalitions and bargaining problems are then stated by their payoffs.

    [bold]Examples[/bold]

      curnits convert hot-dog-stands --to nfg --out hot-dogs.nfg
      curnits convert game.nfg --to yaml
    """
    from curnits.analysis.storage.files import write_files
    from curnits.sim.games.nfg import write_nfg
    from curnits.sim.games.normal import NormalGame, normal_form
    from curnits.sim.scenario.catalogue import find
    from curnits.sim.scenario.loading import load

    scenario = load(find(source))
    with about(source):
        if to is Format.YAML:
            tabular = isinstance(scenario.build(), NormalGame)
            text = (scenario.as_normal_form() if tabular else scenario).to_yaml()
        else:
            text = write_nfg(normal_form(scenario.build(), "a Gambit file"))
    if to is Format.NFG and scenario.game.money:
        typer.echo("curnits: Gambit files cannot say that there is money; left out", err=True)
    if out is None:
        typer.echo(text, nl=False)
    else:
        write_files(out.parent, {out.name: text.encode()}, replace=force)
