"""Makes what lies beside this file importable, marks the fast tests, and has long ones begin."""

import os
import signal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from command import Command
from hypothesis import settings
from xdist.scheduler import WorkStealingScheduling

# the same examples everywhere, so that who changed nothing sees what the gate saw; others are for
# looking for faults: --hypothesis-profile=explore. Nothing is timed: a first program is slow
settings.register_profile("curnits", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=500, print_blob=True)
settings.load_profile("curnits")

# as in commands, and before numpy is imported: threads of linear algebra wait for one another, and
# the processors that they keep busy with that are those of other tests
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# shells start what runs in the background deaf to Ctrl-C, and what is started by it, too
signal.signal(signal.SIGINT, signal.default_int_handler)

FAST = (
    "analysis/judging/test_judge.py",
    "analysis/solvers/test_conflict.py",
    "analysis/solvers/test_references.py",
    "analysis/solvers/test_values.py",
    "analysis/verification/test_identities.py",
    "commands/test_cli.py",
    "commands/test_run.py",
    "sim/games",
    "sim/negotiation/test_conflicts.py",
    "sim/negotiation/test_market.py",
    "sim/negotiation/test_settings.py",
    "sim/negotiation/test_splitting.py",
    "sim/negotiation/test_stopping.py",
    "sim/negotiation/test_threats.py",
    "sim/negotiation/test_trading.py",
    "sim/scenario/test_bad_input.py",
    "sim/scenario/test_files.py",
    "sim/scenario/test_set_forms.py",
)
"""What takes less than a minute on two cores, and uses every library: files and folders."""

LONG = (
    "test_a_player_who_cannot_be_paid_leaves_open_where_talks_end",
    "test_convert_there_and_back",
    "test_every_scenario_is_solved_and_checked",
    "test_every_scenario_runs_and_gets_there",
    "test_it_compiles_where_nothing_can_be_written",
    "test_an_interrupted_run_keeps_what_was_recorded",
    "test_names_that_are_not_utf8_and_a_terminal_that_knows_ascii_only",
    "test_nobody_listens",
    "test_payoffs_survive_being_written",
    "test_round_trip_is_exact",
    "test_run_says_what_is_paid",
    "test_threats_that_are_not_believed_lead_elsewhere",
)
"""Tests in them that take as long as all others."""

FIRST = (
    "commands/test_view.py",
    "documents/test_readme.py",
    "commands/test_sweep.py",
    "commands/test_tournament.py",
    "commands/test_killed.py",
    "documents/test_notebooks.py",
    "commands/test_output.py",
)
"""Files with tests of many seconds: at the end of a run one process would wait for another."""


@pytest.fixture
def curnits(capsys: pytest.CaptureFixture[str]) -> Command:
    """Run the command inside the test process."""
    return Command(capsys)


@pytest.fixture
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Write the small file that a test module states as ``TINY``."""
    made = tmp_path / "tiny.yaml"
    made.write_text(request.module.TINY)
    return made


@cache
def _place(path: Path) -> Path:
    return path.relative_to(Path(__file__).parent)


@cache
def _fast(path: Path) -> bool:
    place = _place(path)
    return not {str(part) for part in (place, *place.parents)}.isdisjoint(FAST)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not import for fast tests what others need."""
    fast = config.getoption("markexpr") == "fast" and collection_path.suffix == ".py"
    return True if fast and not _fast(collection_path) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _fast(item.path) and not item.name.startswith(LONG):
            item.add_marker(pytest.mark.fast)
    order = {name: k for k, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(str(_place(item.path)), len(order)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let a process that has nothing left to do take tests from another."""
    return WorkStealingScheduling(config, log)
