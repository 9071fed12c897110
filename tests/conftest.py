"""Makes what lies beside this file importable from every test, and marks the fast ones."""

from pathlib import Path

import pytest

FAST = (
    "analysis/test_conflict.py",
    "analysis/test_convergence.py",
    "analysis/test_identities.py",
    "analysis/test_references.py",
    "analysis/test_values.py",
    "games",
    "negotiation/test_conflicts.py",
    "negotiation/test_market.py",
    "negotiation/test_settings.py",
    "negotiation/test_splitting.py",
    "negotiation/test_stopping.py",
    "negotiation/test_threats.py",
    "negotiation/test_trading.py",
    "test_bad_input.py",
    "test_cli.py",
    "test_run.py",
    "test_scenario_files.py",
    "test_set_forms.py",
)
"""What takes about a minute and a half on two cores, and uses every library: files and folders."""

LONG = "test_every_scenario_runs_and_gets_there"
"""A test in them that takes as long as all others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        place = item.path.relative_to(Path(__file__).parent)
        chosen = not {str(part) for part in (place, *place.parents)}.isdisjoint(FAST)
        if chosen and not item.name.startswith(LONG):
            item.add_marker(pytest.mark.fast)
