"""The command ``curnits``: parse, call, print. Heavy modules are imported inside the commands."""

import errno
import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from signal import SIGTERM, default_int_handler, signal
from typing import TYPE_CHECKING, Annotated, Any, override

import typer
from typer.core import TyperOption

from curnits.analysis.cli import (
    catalogue,
    figures,
    leverage,
    limits,
    several,
    shrink,
    sweep,
    tournament,
    view,
)
from curnits.analysis.cli.axioms import check_axioms
from curnits.analysis.cli.usage import USAGE_ERROR, App, Command, in_one_line
from curnits.sim.errors import InputError
from curnits.sim.files.reading import about, printable

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

    from curnits.sim.games.game import Game
    from curnits.sim.scenario.scenario import Scenario

app = App(
    help="Negotiation with threats and coalitions, simulated by agents and solved analytically.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Source = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="Scenario file, Gambit .nfg or catalogue name.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Show no progress.")]
Verbose = Annotated[bool, typer.Option("--verbose", help="Print coalitions and conditions, too.")]
Force = Annotated[bool, typer.Option("--force", help="Replace an earlier result.")]


class Format(StrEnum):
    """What ``convert`` writes."""

    NFG = "nfg"
    YAML = "yaml"


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


@app.command()
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
    from curnits.analysis.cli.show import show_run
    from curnits.analysis.judging.judge import aim, judge, unjudged
    from curnits.analysis.judging.policies import impossible, judge_policies
    from curnits.analysis.storage.files import fresh_folder, untaken
    from curnits.analysis.storage.folder import write_run
    from curnits.analysis.storage.record import printable, to_json
    from curnits.analysis.storage.runs import Summary
    from curnits.analysis.studies.interrupting import STATUS, interruptible
    from curnits.sim.running import Simulation, pursue

    source, name, chosen = _chosen(source, of, run_id)
    changes = {"seed": seed, "ticks": ticks}
    scenario = chosen.with_run(**{k: v for k, v in changes.items() if v is not None})
    game = scenario.build()
    _announce(source, game, quiet=quiet, ticks=scenario.run.ticks)
    warning = impossible(scenario)
    if warning is not None:
        typer.echo(f"curnits: {warning}", err=True)
    usual = Path("runs") / (name if of else f"{name}-seed{scenario.run.seed}")
    target = out or (usual if force else untaken(usual))
    with fresh_folder(target, replace=force) as folder:
        with ticking(scenario.run.ticks, quiet=quiet) as progress, interruptible() as stopped:
            finished = pursue(Simulation.of(scenario), progress, stopped)
        if finished.interrupted:
            scenario = scenario.with_run(ticks=finished.ticks)
        with about(source), waiting("Solving", quiet=quiet):
            compare = unjudged if finished.interrupted else judge
            judgement = compare(game, finished, aim(game, scenario.negotiation))
            ways = judge_policies(scenario, finished)
            summary = Summary.of(printable(name), scenario, finished, judgement, policies=ways)
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


class _WithConcepts(Command):
    """A command whose help lists the concepts, which are looked up only then."""

    @override
    def format_help(self, ctx: Any, formatter: Any) -> None:
        from curnits.analysis.concepts import CONCEPTS

        listed = "; ".join(f"{name}: {row.title}" for name, row in CONCEPTS.items())
        for option in self.params:
            if isinstance(option, TyperOption) and option.name == "concept":
                option.help = f"{option.help} {listed}."
        super().format_help(ctx, formatter)


@app.command(cls=_WithConcepts)
def solve(
    source: Source,
    concept: Annotated[
        str | None,
        typer.Option(help="What to solve for; by default coco, or coco-value with money."),
    ] = None,
    disagreement: Annotated[
        str | None,
        typer.Option(
            help="Where bargaining starts: payoffs such as 2,1 or maximin (the default): "
            "what each player can secure alone."
        ),
    ] = None,
    every: Annotated[
        bool,
        typer.Option("--all", help="Look for every answer, and say whether the list is complete."),
    ] = False,
    certify: Annotated[
        bool,
        typer.Option(
            "--certify", help="Prove answers in fractions, or in intervals (not for every concept)."
        ),
    ] = False,
    verbose: Verbose = False,
    sample: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="CONFLICTS",
            help="Estimate the coco value from so many conflicts, drawn at random.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the sample.")] = 0,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Solve a game analytically, and verify the answer.

    [bold]Examples[/bold]

      curnits solve hot-dog-stands
      curnits solve game.nfg --concept nash --disagreement 2,1
      curnits solve three-solutions --all
      curnits solve three-solutions --json > solution.json
      curnits solve ferguson-threats --certify
      curnits solve game.yaml --concept coco-value --sample 1000
    """
    from numpy.random import default_rng

    from curnits.analysis import concepts
    from curnits.analysis.cli.console import console, heading, waiting
    from curnits.analysis.cli.show import show_estimate, show_solution
    from curnits.analysis.storage.record import to_json
    from curnits.analysis.storage.solutions import SolutionRecord
    from curnits.analysis.studies.records import EstimateRecord
    from curnits.sim.scenario.scenario import find, load

    scenario = load(find(source))
    game = scenario.build()
    start = _disagreement(disagreement, game.n)
    chosen = concept or concepts.default_concept(game)
    if sample is not None:
        if every or certify or start is not None:
            raise concepts.ConceptError(
                "--sample goes with neither --all, --certify, nor --disagreement"
            )
        with about(source), waiting("Sampling", quiet=quiet):
            found = concepts.estimate(game, chosen, sample, default_rng(seed))
        estimated = EstimateRecord.of_game(game, chosen, seed, found)
        if json:
            typer.echo(to_json(estimated), nl=False)
        else:
            out = console()
            heading(out, game.title, chosen)
            show_estimate(out, estimated)
        return
    row = concepts.concept_named(chosen)
    if row.threats:
        _announce(source, row.played(game), quiet=quiet)
    solve_game = concepts.solve_all if every else concepts.solve
    with about(source), waiting("Solving", quiet=quiet):
        solution = solve_game(game, chosen, start)
        record = SolutionRecord.of(game, scenario.game.form, solution)
    if certify:
        from curnits.analysis.storage.attaching import certified

        with about(source), waiting("Certifying", quiet=quiet):
            record = certified(record, game, solution)
    if json:
        typer.echo(to_json(record), nl=False)
    else:
        out = console()
        heading(out, game.title, chosen)
        show_solution(out, record, verbose=verbose)
    uncertain = certify and any(found.certificate is None for found in record.equilibria)
    raise typer.Exit(0 if record.equilibria and not uncertain else 1)


@app.command()
def check(
    path: Annotated[Path, typer.Argument(metavar="RUN_DIR|SOLUTION.json")],
    axioms: Annotated[
        bool,
        typer.Option(
            "--axioms",
            help="Instead, try axioms such as additivity on the answer's concept and game; a "
            "scenario will do for that.",
        ),
    ] = False,
    concept: Annotated[
        str | None, typer.Option(help="With --axioms: of which concept, if not the answer's.")
    ] = None,
    trials: Annotated[
        int, typer.Option(min=1, help="With --axioms: random changes of the game for each.")
    ] = 5,
    seed: Annotated[int, typer.Option(min=0, help="With --axioms: seed of those changes.")] = 1,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify a run folder or a solution again, from its files alone; or try axioms on it.

    [bold]Examples[/bold]

      curnits check runs/hot-dog-stands-seed1
      curnits solve threat-game --json > answer.json
      curnits check answer.json
      curnits check --axioms answer.json
      curnits check --axioms threat-game --concept first-mover --trials 20
    """
    if axioms:
        check_axioms(path, concept, seed, trials, json=json, quiet=quiet)
    if concept is not None:
        raise InputError("--concept is for --axioms; an answer's own concept is verified")
    from curnits.analysis.checking.answers import check_run, check_solution
    from curnits.analysis.cli.console import console, waiting
    from curnits.analysis.cli.show import show_check
    from curnits.analysis.storage.record import to_json

    with about(path), waiting("Verifying", quiet=quiet):
        report = check_run(path) if path.is_dir() else check_solution(path)
    if json:
        typer.echo(to_json(report), nl=False)
    else:
        show_check(console(), report)
    raise typer.Exit(0 if report.passed else 1)


@app.command()
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
    from curnits.sim.scenario.scenario import find, load

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


app.command()(catalogue.scenarios)
app.command()(figures.plot)
app.command()(figures.report)
app.command()(leverage.leverage)
app.command(cls=shrink.WithProperties)(shrink.shrink)
app.command()(several.basins)
app.command()(several.multiplicity)
app.command()(sweep.sweep)
app.command()(tournament.tournament)
app.add_typer(limits.app, name="limits")
app.command()(view.view)


def _chosen(source: str | None, of: str | None, run_id: str | None) -> "tuple[str, str, Scenario]":
    """Return the source of a run, its name and its scenario, from a file or from a study."""
    from curnits.sim.scenario.scenario import find, load

    if source is not None and of is None and run_id is None:
        path = find(source)
        return source, path.stem, load(path)
    if source is None and of is not None and run_id is not None:
        from curnits.analysis.studies.reading import open_study

        study = open_study(of)
        return of, f"{study.study.name}-{run_id}", study.scenario(run_id)
    raise typer.BadParameter("expected either SCENARIO, or --of STUDY_DIR and --id RUN")


def _announce(source: str, game: "Game", *, quiet: bool, ticks: int = 0) -> None:
    """Say on stderr what a large game will take, or refuse it."""
    from curnits.analysis.solvers.effort import foresee

    with about(source):
        expected = foresee(game, ticks)
    if expected and not quiet:
        typer.echo(f"curnits: {expected}", err=True)


def _disagreement(text: str | None, n: int) -> "NDArray[float64] | None":
    import numpy as np

    from curnits.analysis.concepts import ConceptError
    from curnits.sim.scenario.payoffs import FieldError, number

    if text is None or text == "maximin":
        return None
    try:
        point = np.array([number(part, ()) for part in text.split(",")])
    except FieldError as error:
        raise ConceptError(f"--disagreement: {error}") from error
    if len(point) != n:
        raise ConceptError(f"--disagreement: expected {n} payoffs (found {len(point)})")
    return point
