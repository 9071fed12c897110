"""Study files, designs, seeds, batches and parts, without any command."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version
from io import BytesIO
from itertools import groupby
from pathlib import Path
from threading import get_ident
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from deeds import Deeds
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import dataset as datasets
from pyarrow.fs import LocalFileSystem

from curnits.analysis.storage.parts import PARTS, Parts, read_rows, stored_files
from curnits.analysis.storage.seals import FolderError
from curnits.analysis.storage.store import Store
from curnits.analysis.studies.axes import read_axis
from curnits.analysis.studies.changes import changes
from curnits.analysis.studies.execution.cluster import local_cluster
from curnits.analysis.studies.execution.driver import Drive, ExecutorError, Pace
from curnits.analysis.studies.execution.executor import (
    ID,
    RUNS,
    Batch,
    Executor,
    Finished,
    Task,
    perform,
)
from curnits.analysis.studies.execution.local import InProcess, Workers
from curnits.analysis.studies.measures import MEASURES, Measure
from curnits.analysis.studies.reading import open_study, summary
from curnits.analysis.studies.seeding import run_id, run_seed
from curnits.analysis.studies.study import Study
from curnits.analysis.studies.studyfile import load_study
from curnits.analysis.studies.tasks import StudyRuns, study_tasks
from curnits.analysis.studies.trials import Trial
from curnits.sim.errors import InputError
from curnits.sim.scenario.payoffs import FieldError

STUDY = """\
title: Steps
study:
  scenario: threat-game
  seed: 3
  replications: 2
  axes:
    negotiation.threat_step: [0.5, 1.1]
    run.tolerance: {from: 0.001, to: 0.1, steps: 3, scale: log}
"""


def study(tmp_path: Path, text: str = STUDY) -> Study:
    file = tmp_path / "study.yaml"
    file.write_text(text)
    return load_study(file)


@pytest.mark.parametrize(
    ("stated", "labels"),
    [
        ([1, 2.0, 2.5], (1, 2, 2.5)),
        ({"from": 0, "to": 1, "steps": 3}, (0, 0.5, 1)),
        ({"from": 0, "to": 1, "by": 0.3}, (0, 0.3, 0.6, 0.9)),
        ({"from": 1, "to": 0, "by": -0.5}, (1, 0.5, 0)),
        ({"from": 1, "to": 100, "by": 10, "scale": "log"}, (1, 10, 100)),
        ({"from": "1/3", "to": 1, "steps": 1}, (0.333333333333,)),
        ({"choices": {"low": 1, "high": [1, 2]}}, ("low", "high")),
        ([[1, 2], {"b": 1, "a": 2}], ("[1, 2]", '{"a": 2, "b": 1}')),
        (["auto", 1], ("auto", "1")),
        ([True, False], (True, False)),
    ],
)
def test_axes(stated: Any, labels: tuple[Any, ...]) -> None:
    assert read_axis(stated).labels == labels


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ([], "at least one value"),
        (3, "expected a list"),
        ([1, 1.0], "there twice"),
        ({"from": 1, "to": 2}, "either steps or by"),
        ({"from": 1, "to": 2, "by": -1}, "expected 1 to"),
        ({"from": 1, "to": 2, "by": 0}, "expected a step"),
        ({"from": 0, "to": 2, "steps": 2, "scale": "log"}, "positive ends"),
        ({"from": 0, "too": 2}, "did you mean to?"),
        ({"from": float("nan"), "to": 2, "steps": 2}, "finite number"),
        ({"choices": {}}, "at least one value"),
        ({"choices": [1]}, "values by name"),
        ({"choices": {"a": 1}, "from": 1}, "stand alone"),
    ],
)
def test_axes_that_are_none(stated: Any, problem: str) -> None:
    with pytest.raises(FieldError, match=problem.replace("?", r"\?")):
        read_axis(stated)


HEAD = "title: x\nstudy:\n  scenario: threat-game\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (HEAD + "  axes:\n    negotiation.threat_stp: [1]\n", ":5: .*did you mean threat_step"),
        (HEAD + "  axes:\n    run.ticks:\n      - 5\n      - -1\n", ":7: .*run.ticks.2: .*than or"),
        (HEAD + "  axs: 3\n", ":4: study.axs: unknown key .did you mean axes"),
        (HEAD + "  axes:\n    run.ticks: [5]\n  fixed: {run.ticks: 6}\n", ":5: .*there twice"),
        (HEAD + "  paired: [{run.ticks: [5], run.window: [1, 2]}]\n", ":4: .*equally many"),
        (HEAD + "  measures: [outcme]\n", ":4: .*no measure 'outcme'"),
        (HEAD + "  measures: []\n", ":4: .*found none"),
        (HEAD + "  axes:\n    game.payoffs.row.7: [1]\n", ":5: .*no entry 7"),
        (HEAD + "  axes:\n    title.x: [1]\n", ":5: .*without parts"),
        (HEAD + "  fixed:\n    run.tick: 1\n", ":5: .*did you mean ticks"),
        (HEAD + "  replications: 2\n  axes: {run.seed: [1]}\n", ":4: .*all alike"),
        (
            HEAD + "  sample: {method: sobol, size: 2, over: {run.ticks: [1]}}\n",
            ":4: .*drawn twice",
        ),
        (HEAD + "  sample: {method: sobol, size: 2, over: {}}\n", ":4: .*at least one parameter"),
        (HEAD + "game: {}\n", ":4: game: the scenario is named"),
        (HEAD + "  axes: {run.ticks: {from: 1, to: 200000, by: 1}}\n  replications: 99\n", "runs"),
        ("title: x\n", ":1: study: expected the section"),
        ("title: x\nstudy: {scenario: threat-gme}\n", ":2: study.scenario: .*threat-game"),
        ("title: x\nstudy: {}\n", "game: expected the section game"),
    ],
)
def test_mistakes_are_told_with_their_lines(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=problem) as error:
        study(tmp_path, text)
    assert "\n" not in str(error.value)


def test_sections_left_empty_can_be_varied(tmp_path: Path) -> None:
    game = "game: {form: family, family: chicken}\nrun:\n"
    found = study(tmp_path, f"title: x\n{game}study: {{axes: {{run.ticks: [7]}}}}\n")
    assert found.scenario(found.design[0]).run.ticks == 7


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("  quick: {axes: fast}\n", ":4: study.quick.axes: expected a mapping"),
        ("  axes: fast\n  quick: {}\n", ":4: study.axes: expected a mapping"),
        ("  quick: 3\n", ":2: study: there is no quick version"),
        ("  quick: {axis: {}}\n", ":4: study.quick.axis: unknown key"),
    ],
)
def test_mistakes_of_the_quick_version(lines: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "study.yaml"
    file.write_text(HEAD + lines)
    with pytest.raises(InputError, match=problem):
        load_study(file, quick=True)


def test_values_that_do_not_fit_together_are_found(tmp_path: Path) -> None:
    text = (
        HEAD + "  axes:\n    negotiation.sanding_start: [0.1, 0.01]\n"
        "    negotiation.sanding_floor: [0.001, 0.05]\n"
    )
    with pytest.raises(InputError, match="sanding_floor must not exceed"):
        study(tmp_path, text)


def test_large_designs_are_checked_by_every_value(tmp_path: Path) -> None:
    text = HEAD + "  axes:\n    run.window: {from: 1, to: 2000, by: 1}\n    run.ticks:\n      - 1\n"
    assert study(tmp_path, text + "      - 2\n").design.runs == 4000
    with pytest.raises(InputError, match=r":9: .*run\.ticks\.3"):
        study(tmp_path, text + "      - 2\n      - 0\n")


def test_a_game_can_vary_as_a_whole(tmp_path: Path) -> None:
    found = study(
        tmp_path,
        "title: x\nstudy:\n  axes:\n    game.seed: [1, 2]\n    game:\n      choices:\n"
        "        chicken: {form: family, family: chicken, parameters: {players: 2}}\n"
        "        random: {form: family, family: random-uniform, parameters: {shape: [2, 2]}}\n",
    )
    games = [found.scenario(point).game for point in found.design]
    assert [(game.family, game.seed) for game in games] == [
        ("chicken", 1),
        ("random-uniform", 1),
        ("chicken", 2),
        ("random-uniform", 2),
    ]


def test_names_may_hold_points(tmp_path: Path) -> None:
    text = (
        "title: x\ngame: {form: normal, players: [Mr. A, B], payoffs: {Mr. A: [[1, 0], [0, 2]], "
        "B: [[1, 0], [0, 2]]}}\nstudy: {axes: {game.payoffs.Mr. A.1.1: [2, 5]}}\n"
    )
    found = study(tmp_path, text)
    assert found.scenario(found.design[1]).build().outcomes.max() == 5


@pytest.mark.parametrize("method", ["random", "sobol", "latin_hypercube"])
def test_samples(method: str, tmp_path: Path) -> None:
    text = (
        HEAD + f"  sample:\n    method: {method}\n    size: 8\n    over:\n"
        "      run.ticks: {from: 1, to: 4, whole: true}\n"
        "      run.tolerance: {from: 0.001, to: 0.1, scale: log}\n"
        "      negotiation.threats: [optimistic, logit]\n"
    )
    small, large = study(tmp_path, text), study(tmp_path, text.replace("size: 8", "size: 16"))
    drawn = [dict(point.labels) for point in large.design]
    assert {row["run.ticks"] for row in drawn} <= {1, 2, 3, 4}
    assert {row["negotiation.threats"] for row in drawn} == {"optimistic", "logit"}
    assert all(0.001 <= float(row["run.tolerance"]) <= 0.1 for row in drawn)
    begins = [dict(point.labels) for point in small.design] == drawn[:8]
    assert begins == (method != "latin_hypercube")
    assert bool(changes(small, large)) == (method == "latin_hypercube")


@given(
    st.dictionaries(st.text(max_size=5), st.integers() | st.floats(allow_nan=False) | st.booleans())
)
def test_seeds_belong_to_parameters(parameters: dict[str, Any]) -> None:
    other = dict(reversed(parameters.items()))
    assert run_id(other) == run_id(parameters)
    assert run_seed(1, other) == run_seed(1, parameters)
    assert 0 <= run_seed(1, parameters) < 2**63
    assert run_seed(2, parameters) != run_seed(1, parameters)
    assert run_id({**parameters, "one more": 1}) != run_id(parameters)


def test_added_values_leave_earlier_runs_as_they_are(tmp_path: Path) -> None:
    old = study(tmp_path)
    new = study(tmp_path, STUDY.replace("[0.5, 1.1]", "[0.1, 0.5, 1.1]").replace("s: 2", "s: 3"))
    assert changes(old, new) == []
    before = {point.id: old.scenario(point) for point in old.design}
    after = {point.id: new.scenario(point) for point in new.design}
    assert before.items() <= after.items()
    assert len(after) == 27


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("[0.5, 1.1]", "[0.5, 1.2]", "threat_step: the value 1.1 is gone"),
        ("seed: 3", "seed: 4", "study.seed: 3 became 4"),
        ("replications: 2", "replications: 1", "study.replications: 2 became 1"),
        ("  seed: 3\n", "  seed: 3\n  fixed: {run.ticks: 9}\n", "study.fixed.run.ticks: added"),
        ("    negotiation.threat_step: [0.5, 1.1]\n", "", "threat_step: gone"),
        ("threat-game", "hot-dog-stands", "game"),
        ("  seed: 3\n", "  seed: 3\n  record: all\n", "study.record: 'summary' became 'all'"),
    ],
)
def test_changes_are_named(old: str, new: str, reason: str, tmp_path: Path) -> None:
    assert changes(study(tmp_path), study(tmp_path)) == []
    found = changes(study(tmp_path), study(tmp_path, STUDY.replace(old, new)))
    assert any(reason in change for change in found), found


def test_a_written_study_reads_back_equal(tmp_path: Path) -> None:
    first = study(tmp_path)
    again = study(tmp_path, first.to_yaml())
    assert again.to_yaml() == first.to_yaml()
    assert [p.id for p in again.design] == [p.id for p in first.design]
    assert changes(first, again) == changes(again, first) == []


def drive(executor: Executor, specs: list[Any], parts: list[Any] | None = None) -> pd.DataFrame:
    tasks = (Task(f"{k:016x}", spec) for k, spec in enumerate(specs))
    kept: list[Any] = [] if parts is None else parts
    done = Drive(Deeds(), tasks, executor, kept.append, lambda *_: None).run(lambda: False)
    assert done
    rows = pa.concat_tables([part[RUNS] for part in kept], promote_options="permissive")
    return rows.to_pandas().sort_values("run", ignore_index=True)


def test_what_fails_is_a_row() -> None:
    kept: list[Any] = []
    rows = drive(InProcess(), [1, "fail", 2], kept)
    assert rows["status"].tolist() == ["done", "failed", "done"]
    assert rows["message"].tolist() == ["", "ValueError: as told", ""]
    assert rows["told"].tolist() == ["1", "fail", "2"]
    sides = [part["failures"] for part in kept if "failures" in part]
    assert "raise ValueError" in sides[0]["traceback"][0].as_py()


class Columns(Deeds):
    """The same with columns by name, in as many rows as told."""

    def do(self, task: Task) -> Any:
        made = {name: rows.to_dict("list") for name, rows in super().do(task).items()}
        return made | {"series": {"x": list(range(task.spec))} if task.spec != 3 else {}}


@pytest.mark.parametrize("work", [Deeds(), Columns()])
def test_only_that_fails_whose_values_no_table_can_hold(work: Deeds) -> None:
    tasks = [Task(f"{k:016x}", spec) for k, spec in enumerate([1, 2.5, 2, object, 3, 1])]
    if isinstance(work, Columns):
        tasks = [task for task in tasks if task.spec != 2.5]
    tables = perform(Batch(0, work, tasks, version("curnits"))).tables
    assert tables is not None
    rows = tables[RUNS].to_pandas().sort_values("run")
    assert rows["status"].tolist() == [
        "failed" if task.spec is object else "done" for task in tasks
    ]
    assert rows["told"].tolist() == [str(task.spec) for task in tasks]
    kept = [task.id for task in tasks if task.spec is not object]
    assert tables["more"][ID].to_pylist() == np.repeat(kept, 2).tolist()
    assert tables["failures"][ID].to_pylist() == [f"{3:016x}"]


def test_tables_do_not_depend_on_what_goes_together() -> None:
    tasks = [Task(f"{k:016x}", spec) for k, spec in enumerate([1, 2, 3, 1])]
    together = perform(Batch(0, Columns(), tasks, version("curnits"))).tables
    alone = [perform(Batch(0, Columns(), [task], version("curnits"))).tables for task in tasks]
    assert together is not None
    for name in together:
        parts = [tables[name] for tables in alone if tables is not None]
        joined = pa.concat_tables(parts, promote_options="permissive")
        assert joined.sort_by(ID).equals(together[name].sort_by(ID).cast(joined.schema)), name


class Teams(Deeds):
    """The same by groups, noting how many are done together; failures spoil those that follow."""

    sizes: ClassVar[list[int]] = []

    def perform(self, tasks: Sequence[Task]) -> Iterator[Any]:
        self.sizes.append(len(tasks))
        return super().perform(tasks)


def test_what_fails_in_a_group_fails_alone() -> None:
    specs = [1, 2, "fail", 4, "fail", 6, 7, 8]
    tasks = [Task(f"{k:016x}", spec, "g" if k < 6 else "") for k, spec in enumerate(specs)]
    Teams.sizes.clear()
    tables = perform(Batch(0, Teams(), tasks, version("curnits"))).tables
    assert tables is not None
    rows = tables[RUNS].to_pandas().sort_values("run")
    assert rows["told"].tolist() == [str(spec) for spec in specs]
    assert rows["status"].tolist() == ["failed" if x == "fail" else "done" for x in specs]
    assert Teams.sizes == [6, 1, 1, 1, 1, 1, 1]  # the group, four that were left, two of their own
    assert (
        tables["more"][ID].to_pylist()
        == np.repeat([f"{k:016x}" for k in (0, 1, 3, 5, 6, 7)], 2).tolist()
    )


def test_what_was_done_of_a_group_outlasts_an_interruption() -> None:
    tasks = [Task(f"{k:016x}", spec, "g") for k, spec in enumerate([1, 2, "interrupt", 3])]
    finished = perform(Batch(0, Teams(), tasks, version("curnits")))
    assert finished.interrupted
    assert finished.tables is not None
    assert finished.tables[RUNS].num_rows == 2


def paced(*batches: tuple[int, float], grouped: bool = True) -> Pace:
    pace = Pace()
    for tasks, seconds in batches:
        pace.observe(tasks, seconds, grouped=grouped)
    return pace


def test_batches_are_cut_by_time() -> None:
    assert (paced((1, 9.0)).batch, paced((1, 9.0)).together) == (1, 1)
    slow = paced((1, 9.0), (1, 2.0))
    assert (slow.batch, slow.together) == (1, 16)
    assert not slow.known
    quicker = paced((1, 9.0), (1, 2.0), (16, 4.0))
    assert (quicker.batch, quicker.together) == (2, 32)  # eight seconds, as long as four alone
    assert quicker.known
    quick = paced((1, 0.1), (1, 0.01), grouped=False)
    assert (quick.batch, quick.known) == (50, True)


class Cut:
    """Performs batches in 0.2 s, and 0.1 s for each task, noting of whom they are."""

    workers, parallel = 1, False

    def __init__(self) -> None:
        self._here = InProcess()
        self.batches: list[list[str]] = []

    def submit(self, batch: Batch) -> None:
        self.batches.append([task.group for task in batch.tasks])
        self._here.submit(batch)

    def wait(self, seconds: float) -> list[Finished]:
        done = self._here.wait(seconds)
        return [replace(one, seconds=0.2 + 0.1 * len(self.batches[-1])) for one in done]

    def close(self) -> None:
        self._here.close()


def test_groups_stay_together() -> None:
    names = ["x"] * 3 + ["a"] * 3 + ["b"] * 30 + [""] * 6
    tasks = (Task(f"{k:016x}", k, name) for k, name in enumerate(names))
    crew = Cut()
    assert Drive(Deeds(), tasks, crew, lambda _: None, lambda *_: None).run(lambda: False)
    found = ["".join(batch) or len(batch) for batch in crew.batches]
    assert found == ["x", "x", "xaaa", "b" * 8, "b" * 10, "b" * 10, "bb", 3, 1]


def test_killed_workers_lose_only_what_kills_them() -> None:
    specs: list[Any] = [*range(30)]
    specs[25] = "die"
    rows = drive(Workers(2), specs)
    assert rows["run"].tolist() == [f"{k:016x}" for k in range(30)]
    assert rows["status"].tolist() == ["failed" if k == 25 else "done" for k in range(30)]
    assert "lost 3 times" in rows["message"][25]


def test_ctrl_c_does_not_reach_workers_that_are_being_started() -> None:
    assert drive(Workers(1), ["tell what is blocked"])["got"].tolist() == ["SIGINT"]


def test_other_versions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curnits.analysis.studies.execution.driver.version", lambda name: "9.9")
    with pytest.raises(ExecutorError, match=r"a worker has curnits .* \(expected 9.9"):
        drive(InProcess(), [1])


def table(*numbers: int) -> dict[str, pa.Table]:
    names = [f"{number:016x}" for number in numbers]
    frame = pd.DataFrame({"run": np.repeat(names, 2), "x": range(2 * len(names))})
    known = {"replicate": 1, "status": "done", "message": ""}
    rows = pd.DataFrame({"run": names, **known, "y": [float(number) for number in numbers]})
    return {
        "ticks": pa.Table.from_pandas(frame, preserve_index=False),
        RUNS: pa.Table.from_pandas(rows, preserve_index=False),
    }


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = Store(str(tmp_path / "here") if request.param == "local" else f"memory://{tmp_path}")
    yield made
    if made.fs.exists(made.root):
        made.fs.rm(made.root, recursive=True)


def order(count: int) -> list[str]:
    return [f"{number:016x}" for number in range(count)]


def content(store: Store, name: str) -> bytes:
    with store.open(name) as file:
        return file.read()


def contents(store: Store) -> dict[str, bytes]:
    return {name: content(store, name) for name in store.names()}


def test_parts_are_put_in_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curnits.analysis.storage.parts._MANY", 4)
    monkeypatch.setattr("curnits.analysis.storage.parts._BLOCK", 7)
    rng = np.random.default_rng(1)
    parts = Parts(store, RUNS, "run")
    for number in rng.permutation(23):
        parts.add(table(int(number)))
    assert sorted(parts.finished().tolist()) == list(range(23))
    assert len(store.names(PARTS)) < 23
    assert parts.complete(order(23)) == {"ticks": 46, RUNS: 23}
    assert store.names() == ["runs.parquet", "ticks.parquet"]
    first = contents(store)
    rows = pd.read_parquet(store.open("runs.parquet"))
    assert rows["y"].tolist() == list(range(23))
    again = Parts(store, RUNS, "run")  # goes on with a complete one
    again.add(table(23))
    assert again.complete(order(24))["runs"] == 24
    assert contents(store).keys() == first.keys()


class Killed(BaseException):
    """What the process would not have survived."""


def test_killed_at_any_step_no_part_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(store: Store) -> Parts:
        parts = Parts(store, RUNS, "run")
        done = set(parts.finished().tolist())
        for number in range(7):
            if number not in done:
                parts.add(table(number))
        parts.complete(order(7))
        return parts

    monkeypatch.setattr("curnits.analysis.storage.parts._MANY", 3)
    whole = Store(str(tmp_path / "whole"))
    work(whole)
    work(whole)  # its tables become a part and are put together again
    wanted = contents(whole)
    step = 0
    for step in range(1, 200):
        left, known = step, Store(f"{tmp_path}/killed{step}")
        names = ("write", "move", "remove", "remove_folder")

        ticks = iter(range(left))

        def tick(ticks: Iterator[int] = ticks) -> None:
            if next(ticks, None) is None:
                raise Killed

        with monkeypatch.context() as patched:
            for name in names:
                usual = getattr(Store, name)

                def counted(*args: Any, usual: Any = usual, tick: Any = tick) -> Any:
                    tick()
                    return usual(*args)

                patched.setattr(Store, name, counted)
            try:
                work(known)
                work(known)
            except Killed:
                ended = False
            else:
                ended = True
        held = set(Parts(known, RUNS, "run").finished().tolist())
        assert held == set(range(len(held)))
        work(known)
        assert contents(known) == wanted
        if ended:
            break
    assert 30 < step < 199


class Watched(BytesIO):
    """A file that notes which threads read it."""

    threads: ClassVar[set[int]] = set()

    def read(self, *given: Any) -> bytes:
        self.threads.add(get_ident())
        return super().read(*given)


def test_files_are_read_by_the_thread_that_asks(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads of pyarrow's that hold a Python file abort a process that ends meanwhile."""
    parts = Parts(store, RUNS, ID)
    for k in range(2):
        columns = {f"column {i}": [float(i)] for i in range(8)}
        parts.add({RUNS: pa.table({ID: [f"{k:016x}"], **columns})})
    opened = store.open
    monkeypatch.setattr(store, "open", lambda name: Watched(opened(name).read()))
    Watched.threads.clear()
    assert read_rows(store, stored_files(store, RUNS)[RUNS]).num_rows == 2
    parts.complete([f"{k:016x}" for k in range(2)])
    assert Watched.threads == {get_ident()}
    with pytest.raises(FolderError, match="no column 'colour'"):
        read_rows(store, [f"{RUNS}.parquet"], ["colour"])


def test_tables_are_read_lazily_wherever_they_lie(store: Store, tmp_path: Path) -> None:
    store.write("study.yaml", study(tmp_path).to_yaml().encode())
    parts = Parts(store, RUNS, ID)
    parts.add(table(2, 0))
    parts.add({name: rows.append_column("z", rows["run"]) for name, rows in table(1).items()})
    for names, done in (([2, 0, 1], False), ([0, 1, 2], True)):
        if done:
            parts.complete(order(3))
        data = open_study(store.address)
        wanted = [f"{number:016x}" for number in names]
        for name, times in (("ticks", 2), (RUNS, 1)):
            lazy = data.dataset(name)
            assert lazy.schema.names[0] == "run"
            assert isinstance(lazy.filesystem, LocalFileSystem)  # others may hang a process's end
            assert lazy.count_rows() == 3 * times
            rows = lazy.to_table().to_pandas()
            pd.testing.assert_frame_equal(rows, data.table(name))
            assert rows["run"].tolist() == np.repeat(wanted, times).tolist()
            found = lazy.to_table(columns=["z"], filter=datasets.field("run") == wanted[-1])
            assert found.num_rows == times
        with pytest.raises(FolderError, match="no table 'agents'"):
            data.dataset("agents")


def test_damaged_parts_are_done_again(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    parts = Parts(store, RUNS, "run")
    for number in range(3):
        parts.add(table(number))
    name = store.names(PARTS)[3]
    damaged = bytearray(content(store, name))
    damaged[len(damaged) // 5] ^= 255
    store.write(name, bytes(damaged))
    assert sorted(Parts(store, RUNS, "run").finished().tolist()) == [0, 2]
    assert "is damaged" in caplog.text
    assert "done again" in caplog.text


def test_stores_are_locked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curnits.analysis.storage.store._BEAT", 0.02)
    monkeypatch.setattr("curnits.analysis.storage.store._STILL", 0.3)
    other = Store(store.address)
    with (
        store.locked(),
        pytest.raises(FolderError, match="another command is writing"),
        other.locked(),
    ):
        pass
    store.fs.pipe_file(store.path("lock"), b'["somebody who was killed", 7]')
    with other.locked():
        pass


def test_summaries_have_intervals() -> None:
    rows = pd.DataFrame(
        {"g": ["a"] * 40 + ["b"] * 5 + ["c"], "y": [*np.arange(40.0), *[3.0] * 5, np.nan]}
    )
    found = summary(rows, "y", ["g"]).set_index("g")
    assert found.loc["a", "mean"] == 19.5
    half = 1.96 * np.arange(40).std() / np.sqrt(40)
    assert found.loc["a", "low"] == pytest.approx(19.5 - half, abs=0.4)
    assert found.loc["a", "high"] == pytest.approx(19.5 + half, abs=0.4)
    assert found.loc["b", ["mean", "low", "high"]].tolist() == [3.0] * 3
    assert "c" not in found.index
    zeros = summary(pd.DataFrame({"g": ["a", "b"], "y": [0.0, 0.3]}), "y", ["g"])
    assert zeros["high"].tolist() == [0.0, 0.3]  # amounts, though one of them could be a share


class Careless:
    """Loses all batches that are under way with one that kills its worker, as clusters may."""

    workers, parallel = 2, True

    def __init__(self) -> None:
        self._batches: list[Batch] = []

    def submit(self, batch: Batch) -> None:
        self._batches.append(batch)

    def wait(self, seconds: float) -> list[Finished]:
        batches, self._batches = self._batches, []
        lost = any(task.spec == "die" for batch in batches for task in batch.tasks)
        return [Finished(batch.number) if lost else perform(batch) for batch in batches]

    def close(self) -> None:
        self._batches.clear()


def test_those_lost_with_others_are_not_given_up() -> None:
    specs: list[Any] = [*range(50)]
    specs[0] = specs[9] = specs[49] = "die"
    rows = drive(Careless(), specs)
    given_up = rows.loc[rows["status"] == "failed", "told"]
    assert len(rows) == 50
    assert given_up.tolist() == ["die"] * 3


def test_measures_of_others_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Measure("players", lambda trial: {"players": trial.game.n})
    monkeypatch.setattr("curnits.analysis.studies.measures.plugin", lambda kind, name: own)
    found = study(tmp_path, HEAD + "  measures: [mine]\n")
    (tables,) = StudyRuns(found).perform([Task("0", found.design[0])])
    assert tables[RUNS]["players"] == [2]
    assert list(tables) == [RUNS]


ALIKE = """\
title: Alike
study:
  scenario: threat-game
  replications: 11
  fixed: {run.ticks: 40, run.window: 8}
  axes:
    negotiation.threat_step: [0.5, 1.1]
    negotiation.activation: [simultaneous, random]
"""


def groups(found: Study) -> list[str]:
    return [task.group for task in study_tasks(found, range(len(found.design)))]


def test_runs_that_differ_in_their_seeds_form_groups(tmp_path: Path) -> None:
    found = groups(study(tmp_path, ALIKE))
    assert [len(list(own)) for _, own in groupby(found)] == [11, 11, 11, 11]
    assert found[11:22] == found[33:] == [""] * 11  # chance decides who moves: one by one
    assert found[0] != found[22]
    by_seed = HEAD + "  axes: {run.ticks: [5, 6], run.seed: [1, 2, 3]}\n"
    assert [len(list(own)) for _, own in groupby(groups(study(tmp_path, by_seed)))] == [3, 3]
    assert groups(study(tmp_path, HEAD + "  axes: {run.ticks: [5, 6]}\n")) == ["", ""]


@pytest.mark.parametrize("record", ["summary", "all", "{every: 3}"])
def test_rows_are_the_same_in_lockstep(record: str, tmp_path: Path) -> None:
    found = study(tmp_path, ALIKE + f"  measures: [outcome, answer, history]\n  record: {record}\n")
    tasks = list(study_tasks(found, [*range(10), *range(11, 13), 22]))
    assert {bool(task.group) for task in tasks} == {True, False}
    work, own = StudyRuns(found), version("curnits")
    together = perform(Batch(0, work, tasks, own)).tables
    alone = [perform(Batch(0, work, [task], own)).tables for task in tasks]
    assert together is not None
    assert together[RUNS]["status"].to_pylist() == ["done"] * 13
    for name in together:
        joined = pa.concat_tables([tables[name] for tables in alone if tables is not None])
        assert joined.equals(together[name]), name


def test_ticks_are_recorded_where_a_measure_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rows(trial: Trial) -> dict[str, int]:
        return {"rows": len(trial.run.tables["ticks"])}

    for series, wanted in ((True, 5), (False, 2)):
        monkeypatch.setitem(MEASURES, "mine", Measure("rows", rows, series=series))
        found = study(tmp_path, HEAD + "  measures: [mine]\n  fixed: {run.ticks: 40}\n")
        (tables,) = StudyRuns(found).perform([Task("0", found.design[0])])
        assert tables[RUNS]["rows"] == [wanted]


def test_a_local_cluster_needs_no_certain_port() -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # somebody else has taken it
            taken.bind(("127.0.0.1", 8787))
            taken.listen()
        local_cluster(1).close()  # would warn, and a warning is an error here
