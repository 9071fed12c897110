"""Arguments and options that several commands have."""

from typing import Annotated

import typer

Source = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Scenario file, Gambit .nfg or catalogue name.")
]


Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]


Verbose = Annotated[bool, typer.Option("--verbose", help="Print coalitions and conditions, too.")]


Force = Annotated[bool, typer.Option("--force", help="Replace an earlier result.")]
