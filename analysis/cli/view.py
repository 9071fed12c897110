"""The command ``view``."""

from typing import Annotated

import typer

from curnits.analysis.cli.usage import command


@command()
def view(
    source: Annotated[
        str | None,
        typer.Argument(metavar="SCENARIO", help="Scenario to start with."),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes any that is free.")
    ] = 8765,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Explore scenarios on a page in the browser; needs the extra [bold]view[/bold].

    The page is served to this machine only and loads nothing from elsewhere. Ctrl-C ends it.

    [bold]Examples[/bold]

      curnits view
      curnits view three-solutions --port 9000 --no-browser
    """
    import webbrowser
    from threading import Thread

    from curnits.analysis.view.serving import FIRST, serve
    from curnits.sim.scenario.catalogue import find
    from curnits.sim.scenario.loading import load

    chosen = source or FIRST
    load(find(chosen))

    def announce(address: str) -> None:
        typer.echo(f"The page is at {address} (Ctrl-C ends it)")
        if browser:
            Thread(target=webbrowser.open, args=[address], daemon=True).start()

    serve(port, chosen, announce)
