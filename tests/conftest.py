"""Makes what lies beside this file importable from every test, and marks the fast ones."""

import signal
from pathlib import Path

import pytest
from command import Command
from hypothesis import settings

# the same examples everywhere, so that who changed nothing sees what the gate saw; others are for
# looking for faults: --hypothesis-profile=explore. Nothing is timed: a first program is slow
settings.register_profile("curnits", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=500, print_blob=True)
settings.load_profile("curnits")

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
    "test_every_scenario_is_solved_and_checked",
    "test_every_scenario_runs_and_gets_there",
    "test_an_interrupted_run_keeps_what_was_recorded",
    "test_names_that_are_not_utf8_and_a_terminal_that_knows_ascii_only",
    "test_payoffs_survive_being_written",
)
"""Tests in them that take as long as all others."""


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = item.path.relative_to(Path(__file__).parent)
        chosen = not {str(part) for part in (place, *place.parents)}.isdisjoint(FAST)
        if chosen and not item.name.startswith(LONG):
            item.add_marker(pytest.mark.fast)
