"""A scenario explored by hand: chosen, stepped, watched, judged and saved. What a page shows."""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache, partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any, Literal, get_args, get_origin
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from matplotlib.figure import Figure
from pydantic import BaseModel

from curnits.analysis import concepts
from curnits.analysis.figures.drawing import FORMATS, WIDTHS, lay_out, pages, paper
from curnits.analysis.figures.frontier import draw_frontier, game_table
from curnits.analysis.figures.saving import plot_files
from curnits.analysis.judging.escalation import measure
from curnits.analysis.judging.judge import aim, compare, judge
from curnits.analysis.solution import Solution
from curnits.analysis.storage.folder import manifest, write_run
from curnits.analysis.storage.record import utf8_safe
from curnits.analysis.storage.rundata import Manifest, RunData, read_run
from curnits.analysis.storage.runs import Summary
from curnits.analysis.studies.records import ScenarioRecord
from curnits.sim.games.game import Game, GameError
from curnits.sim.negotiation.policies import POLICIES, Truthful, policy_name
from curnits.sim.negotiation.settings import RunSettings
from curnits.sim.running import Run, Simulation
from curnits.sim.scenario.catalogue import catalogue, find
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.problems import ScenarioError
from curnits.sim.scenario.scenario import Scenario

_ROWS = 150
"""Ticks that are drawn while talks go on."""

_DOTS = 160
"""Dots in an inch of a picture on a screen."""


@dataclass(frozen=True)
class Opened:
    """A scenario that was chosen.

    Attributes
    ----------
    name : str
        Of the catalogue, or of the file without its ending.
    scenario : Scenario
    """

    name: str
    scenario: Scenario


def open_named(source: str) -> Opened:
    """Open a scenario of the catalogue, a scenario file or a Gambit file.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    path = find(source)
    return Opened(utf8_safe(path.stem), load(path))


def open_uploaded(name: str, content: bytes) -> Opened:
    """Open a scenario or a Gambit file that was sent from a browser.

    Raises
    ------
    ScenarioError
        If it cannot be read, or names another file, which is never read here; else the message
        says what commands say of the same file.
    """
    plain = Path(name).name or "scenario.yaml"
    with TemporaryDirectory() as folder:
        path = Path(folder) / plain
        path.write_bytes(content)
        try:
            return Opened(path.stem, load(path, alone=True))
        except ScenarioError as error:
            raise ScenarioError(str(error).replace(f"{folder}/", "")) from error


_POLICIES = "policies"
"""The section of the settings that has a policy for each player."""


@dataclass(frozen=True)
class Choice:
    """A setting that can be changed: its present value, and the others if they can be listed.

    ``about`` says what it does and in which unit, ``section`` what it is part of.
    """

    name: str
    value: object
    others: tuple[str, ...]
    about: str = field(default="", compare=False)
    section: str = field(default="", compare=False)


def choices(scenario: Scenario) -> tuple[Choice, ...]:
    """Return the settings of negotiation and run, as a scenario has them."""
    return (*_settings(scenario.run), *_policies(scenario), *_settings(scenario.negotiation))


@cache
def listed() -> tuple[ScenarioRecord, ...]:
    """Return the catalogue, read once; that takes a few seconds."""
    return tuple(ScenarioRecord.of(path, load(path)) for path in catalogue().values())


def matching(words: str) -> tuple[ScenarioRecord, ...]:
    """Return the entries of the catalogue that have all words in their titles or stories."""
    wanted = words.casefold().split()

    def has_all(entry: ScenarioRecord) -> bool:
        texts = (entry.name, entry.title, entry.summary, entry.look_for, entry.source, entry.shows)
        text = " ".join(texts).casefold()
        return all(word in text for word in wanted)

    return tuple(entry for entry in listed() if has_all(entry))


class Exploration:
    """A negotiation that is stepped and looked at from any thread.

    It has what Mesa's pages expect of a model, and is made from keywords alone. Ticks pass
    :func:`undisturbed`, one after the other.

    Parameters
    ----------
    opened : Opened
    **settings
        Settings of negotiation and run that shall differ, as values or as text.

    Attributes
    ----------
    name : str
    file : Scenario
        With the settings changed.
    problem : str
        Why there is nothing to run; empty otherwise.
    time : int
        Ticks so far.
    running : bool
        Whether anything is left to do.
    """

    def __init__(self, opened: Opened, **settings: object) -> None:
        self.name, self.file = opened.name, opened.scenario
        self.problem = ""
        self.time, self.running = 0, False
        self._simulation: Simulation | None = None
        self._solution: Solution | None = None
        self._solving = Lock()
        self._talking = Lock()
        try:
            self.file = _changed(opened.scenario, settings)
            self._game = self.file.build()
            self._simulation = Simulation.of(self.file)
            self.running = True
        except (ScenarioError, GameError) as error:
            self.problem = str(error)

    @property
    def game(self) -> Game:
        """The game, with all rungs of all ladders."""
        if self.problem:
            raise ScenarioError(self.problem)
        return self._game

    @property
    def state(self) -> tuple[int, bool]:
        """What pictures depend on: ticks so far, and whether the analytic answer is known."""
        return self.time, self._solution is not None

    def step(self) -> None:
        """Let one tick pass, if any is left."""
        if self.running:
            undisturbed(self._tick)

    def close(self) -> None:
        """Stop for good, whoever goes on stepping."""
        undisturbed(self._stop)

    def solve(self) -> None:
        """Find the analytic answer, once; it may take a while."""
        with self._solving:
            if self._simulation is not None and self._solution is None:
                concept = aim(self._game, self.file.negotiation)
                self._solution = concepts.solve(self._game, concept)

    def look(self) -> RunData | None:
        """Return the state of the talks like a finished run; None before the first tick.

        While they last they are compared with the analytic answer if that is known by now, and
        leverage, which takes other games to be solved, is left out.
        """
        if not self.time:
            return None
        over, run = not self.running, self._result(_ROWS)
        game, concept = self._game, aim(self._game, self.file.negotiation)
        if over:
            summary = Summary.of(self.name, self.file, run, judge(game, run, concept))
        else:
            solution = self._solution or Solution(concept, None, (), False, "not solved yet")
            judgement = compare(game, run, concept, solution)
            if self._solution is None:
                verdict = f"{run.ticks:,} ticks; the analytic answer is still being looked for."
                judgement = replace(judgement, verdict=verdict)
            harm = measure(game, judgement.state, None)
            summary = Summary.of(self.name, self.file, run, judgement, harm)
        about = Manifest.model_validate(manifest(self.file, self._command))
        climbed = self.file.ladder_list
        text = self.file.to_yaml()
        return RunData(game, climbed, summary, about, run.tables, text, self.file)

    def run_folder(self) -> bytes:
        """Return the run folder as it would be if talks ended now, zipped.

        Its scenario says so, too: run again it gives the same tables.
        """
        with TemporaryDirectory() as folder:
            path = self._written(Path(folder))
            files = {item.name: item.read_bytes() for item in sorted(path.iterdir())}
        return _zipped(path.name, files)

    def figures(self, form: str = FORMATS[0]) -> bytes:
        """Return all figures of the talks so far, with their data and captions, zipped."""
        with TemporaryDirectory() as folder:
            path = self._written(Path(folder))
            files = studio().submit(_figures, path, form).result()
        return _zipped(f"{path.name}-figures", files)

    def _tick(self) -> None:
        with self._talking:
            simulation = self._simulation
            if simulation is not None and self.running:
                simulation.step()
                self.time, self.running = simulation.model.ticks, not simulation.over

    def _stop(self) -> None:
        with self._talking:
            self.running = False

    def _result(self, rows: int | None = None) -> Run:
        if self._simulation is None or not self.time:
            raise ScenarioError(self.problem or f"{self.name}: nothing has happened yet")
        return undisturbed(partial(self._recorded, self._simulation, rows))

    def _recorded(self, simulation: Simulation, rows: int | None) -> Run:
        with self._talking:
            return simulation.result(rows)

    @property
    def _command(self) -> list[str]:
        return ["curnits", "view", self.name]

    def _written(self, place: Path) -> Path:
        run = self._result()
        file = self.file if run.converged else self.file.with_run(ticks=run.ticks)
        judgement = judge(self._game, run, aim(self._game, file.negotiation))
        summary = Summary.of(self.name, file, run, judgement)
        folder = place / f"{self.name}-seed{run.seed}"
        folder.mkdir()
        write_run(folder, file, run.tables, summary.model_dump(), self._command)
        return folder


def undisturbed[T](work: Callable[[], T]) -> T:
    """Do something in a thread of its own: pages trace theirs, and interrupt them at any line."""
    with ThreadPoolExecutor(1) as worker:
        return worker.submit(work).result()


@cache
def studio() -> ProcessPoolExecutor:
    """Return a process that draws: pages go on meanwhile, and matplotlib's settings are its own."""
    spawn = get_context("spawn")
    return ProcessPoolExecutor(1, spawn, signal.signal, (signal.SIGINT, signal.SIG_IGN))


def elsewhere[T](work: Callable[..., T], *given: object) -> T | None:
    """Let the process that draws do something; None once the program is ending."""
    try:
        waiting = studio().submit(work, *given)
    except RuntimeError:  # no work is taken any more
        return None
    return waiting.result()


def pictures(run: RunData, names: Sequence[str], most: int) -> dict[str, bytes]:
    """Return figures of a run as PNG by name, at most so many panels of each; those that apply."""
    drawn = {}
    for name, panels in pages([run], names).items():
        file = BytesIO()
        with paper(run.scenario):
            lay_out(name, panels[:most]).savefig(file, format="png", dpi=_DOTS)
        drawn[name] = file.getvalue()
    return drawn


def game_picture(game: Game) -> bytes:
    """Return what the first two players can get, as PNG: what can be seen before anybody talks."""
    file = BytesIO()
    with paper(" ".join((game.title, *game.players))):
        page = Figure(figsize=(WIDTHS["column"], 2.9))
        axes = page.subplots()
        draw_frontier(axes, game_table(game, 0, 1))
        page.legend(loc="outside lower center", ncols=2)
        page.savefig(file, format="png", dpi=_DOTS)
    return file.getvalue()


def applicable(run: RunData) -> tuple[str, ...]:
    """Return the names of the figures that have something to show of a run."""
    return tuple(pages([run]))


def _figures(folder: Path, form: str) -> dict[str, bytes]:
    return plot_files([read_run(folder)], form)


def _settings(section: BaseModel, above: str = "", part: str = "") -> Iterator[Choice]:
    for name, known in type(section).model_fields.items():
        value, kind, about = getattr(section, name), known.annotation, known.description or ""
        if isinstance(value, BaseModel):
            yield from _settings(value, f"{above}{name}.", about)
        elif isinstance(value, str | int | float):
            others = get_args(kind) if get_origin(kind) is Literal else ()
            yield Choice(f"{above}{name}", value, others, about, part)


def _policies(scenario: Scenario) -> Iterator[Choice]:
    """Offer the policies that need no parameters, and those that players have."""
    if scenario.negotiation.protocol != "ticks":
        return
    simple = tuple(
        name
        for name, kind in POLICIES.items()
        if not any(known.is_required() for known in kind.model_fields.values())
    )
    for player in scenario.game_without_ladders.players:
        own = _policy(scenario, player)
        others = tuple(dict.fromkeys((own, *simple)))
        yield Choice(f"{_POLICIES}.{player}", own, others, f"how {player} negotiates")


def _policy(scenario: Scenario, player: str) -> str:
    return policy_name(scenario.negotiation.policies.get(player, Truthful()))


def _changed(scenario: Scenario, settings: Mapping[str, object]) -> Scenario:
    run = {name: value for name, value in settings.items() if name in RunSettings.model_fields}
    rules: dict[str, Any] = {}
    for name, value in settings.items() - run.items():
        section, _, key = name.rpartition(".")
        if name.startswith(f"{_POLICIES}."):
            player = name.removeprefix(f"{_POLICIES}.")
            if value != _policy(scenario, player):  # what is not changed keeps its parameters
                rules.setdefault(_POLICIES, dict(scenario.negotiation.policies))[player] = value
        elif section:
            inner = getattr(scenario.negotiation, section).model_dump()
            rules[section] = {**inner, **rules.get(section, {}), key: value}
        else:
            rules[name] = value
    return scenario.with_run(**run).with_negotiation(**rules)


def _zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of one folder; the same files give the same bytes."""
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(ZipInfo(f"{folder}/{name}"), content, ZIP_DEFLATED)
    return archive.getvalue()
