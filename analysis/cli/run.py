"""The command ``run``: let agents negotiate, solve the game, and say how close they got."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from curnits.analysis.cli.effort import announce
from curnits.analysis.cli.options import Force, Json, Quiet, Verbose
from curnits.analysis.cli.usage import command
from curnits.sim.files.reading import about

if TYPE_CHECKING:
    from curnits.sim.scenario.scenario import Scenario


@command()
def run(
    source: Annotated[
        str | None,
        typer.Argument(metavar="SCENARIO", help="Scenario file, Gambit .nfg or catalogue name."),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the run.")] = None,
    ticks: Annotated[int | None, typer.Option(min=1, help="Ticks before giving up.")] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Run folder; by default runs/<name>-seed<seed>, numbered if taken."),
    ] = None,
    of: Annotated[
        str | None, typer.Option(metavar="STUDY_DIR", help="Repeat a run of a study, with --id.")
    ] = None,
    run_id: Annotated[str | None, typer.Option("--id", help="Which run: 16 digits.")] = None,
    force: Force = False,
    verbose: Verbose = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Let agents negotiate a scenario, solve it, and say how close they got.

    Writes a run folder with the complete scenario, tables of what happened and a summary. Ctrl-C
    ends the talks where they are; what was recorded is written, marked as unfinished.

    [bold]Examples[/bold]

      curnits run hot-dog-stands
      curnits run game.nfg --seed 7 --ticks 5000 --out here
      curnits run three-solutions --json
      curnits run --of studies/when-do-threats-pay --id 1f2a201d0f85f1f0
    """
    from curnits.analysis.cli.console import console, heading, ticking, waiting
    from curnits.analysis.cli.show_run import show_run
    from curnits.analysis.judging.judge import aim, judge, unjudged
    from curnits.analysis.judging.policies import impossible, judge_policies
    from curnits.analysis.storage.files import fresh_folder, untaken
    from curnits.analysis.storage.folder import write_run
    from curnits.analysis.storage.record import to_json, utf8_safe
    from curnits.analysis.storage.runs import Summary
    from curnits.analysis.studies.interrupting import STATUS, interruptible
    from curnits.sim.running import Simulation, pursue

    source, name, chosen = _chosen(source, of, run_id)
    changes = {"seed": seed, "ticks": ticks}
    scenario = chosen.with_run(**{k: v for k, v in changes.items() if v is not None})
    game = scenario.build()
    announce(source, game, quiet=quiet, ticks=scenario.run.ticks)
    warning = impossible(scenario)
    if warning is not None:
        typer.echo(f"curnits: {warning}", err=True)
    usual = Path("runs") / (name if of else f"{name}-seed{scenario.run.seed}")
    target = out or (usual if force else untaken(usual))
    with fresh_folder(target, replace=force) as folder:
        with about(source):
            simulation = Simulation.of(scenario)
        with ticking(scenario.run.ticks, quiet=quiet) as progress, interruptible() as stopped:
            finished = pursue(simulation, progress, stopped)
        if finished.interrupted:
            scenario = scenario.with_run(ticks=finished.ticks)
        with about(source), waiting("Solving", quiet=quiet):
            compare = unjudged if finished.interrupted else judge
            judgement = compare(game, finished, aim(game, scenario.negotiation))
            ways = judge_policies(scenario, finished)
            summary = Summary.of(utf8_safe(name), scenario, finished, judgement, policies=ways)
        write_run(
            folder,
            scenario,
            finished.tables,
            summary.model_dump(),
            ["curnits", *sys.argv[1:]],
            unfinished=finished.interrupted,
        )
    if json:
        typer.echo(to_json(summary.printed(target)), nl=False)
    else:
        screen = console()
        heading(screen, game.title, f"run, seed {scenario.run.seed}")
        show_run(screen, summary, verbose=verbose)
        screen.print(f"Written to {target}", soft_wrap=True)
    if finished.interrupted:
        typer.echo(f"curnits: interrupted after {finished.ticks:,} ticks; unfinished", err=True)
        raise typer.Exit(STATUS)
    raise typer.Exit(0 if summary.converged else 1)


def _chosen(source: str | None, of: str | None, run_id: str | None) -> "tuple[str, str, Scenario]":
    """Return the source of a run, its name and its scenario, from a file or from a study."""
    from curnits.sim.scenario.catalogue import find
    from curnits.sim.scenario.loading import load

    if source is not None and of is None and run_id is None:
        path = find(source)
        return source, path.stem, load(path)
    if source is None and of is not None and run_id is not None:
        from curnits.analysis.studies.reading import open_study

        study = open_study(of)
        return of, f"{study.study.name}-{run_id}", study.scenario(run_id)
    raise typer.BadParameter("expected either SCENARIO, or --of STUDY_DIR and --id RUN")
