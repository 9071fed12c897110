"""A scenario explored by hand: stepped, watched, judged and saved. What a page shows."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from curnits.analysis import concepts
from curnits.analysis.figures.drawing import FORMATS
from curnits.analysis.figures.saving import plot_files
from curnits.analysis.judging.escalation import measure
from curnits.analysis.judging.judge import aim, compare, judge
from curnits.analysis.solution import Solution
from curnits.analysis.storage.folder import manifest, write_run
from curnits.analysis.storage.rundata import Manifest, RunData, read_run
from curnits.analysis.storage.runs import Summary
from curnits.analysis.view.choices import changed
from curnits.analysis.view.opening import Opened
from curnits.analysis.view.studio import studio
from curnits.sim.games.game import Game, GameError
from curnits.sim.running import Run, Simulation
from curnits.sim.scenario.problems import ScenarioError

_ROWS = 150
"""Ticks that are drawn while talks go on."""


class Exploration:
    """A negotiation that is stepped and looked at from any thread.

    Ticks pass one after the other.

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
            self.file = changed(opened.scenario, settings)
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
        with self._talking:
            simulation = self._simulation
            if simulation is not None and self.running:
                simulation.step()
                self.time, self.running = simulation.model.ticks, not simulation.over

    def close(self) -> None:
        """Stop for good, whoever goes on stepping."""
        with self._talking:
            self.running = False

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

    def _result(self, rows: int | None = None) -> Run:
        if self._simulation is None or not self.time:
            raise ScenarioError(self.problem or f"{self.name}: nothing has happened yet")
        with self._talking:
            return self._simulation.result(rows)

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


def _zipped(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of one folder; the same files give the same bytes."""
    archive = BytesIO()
    with ZipFile(archive, "w", ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(ZipInfo(f"{folder}/{name}"), content, ZIP_DEFLATED)
    return archive.getvalue()


def _figures(folder: Path, form: str) -> dict[str, bytes]:
    return plot_files([read_run(folder)], form)
