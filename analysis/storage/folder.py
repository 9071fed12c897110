"""What is in a run folder, written and read back."""

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from platform import python_version
from typing import Any

import pandas as pd

from curnits.analysis.storage.record import to_json, utf8_safe
from curnits.analysis.storage.seals import seal
from curnits.sim.scenario.scenario import Scenario

TABLES = (
    *("ticks", "negotiators", "coalitions", "members", "agreements", "threats", "trades"),
    *("inventions", "offers", "breakdowns", "acts", "talks"),
)
"""The tables of every run folder, one Parquet file each."""

SCENARIO, SUMMARY = "scenario.yaml", "summary.json"

_DEPENDENCIES = ("highspy", "mesa", "numpy", "pandas", "pyarrow", "pydantic", "scipy")


def write_run(
    folder: Path,
    scenario: Scenario,
    tables: Mapping[str, pd.DataFrame],
    summary: Mapping[str, Any],
    command: Sequence[str],
    *,
    unfinished: bool = False,
) -> None:
    """Fill a folder with a run: the complete scenario, a manifest, the tables and the summary.

    The manifest says if the run is unfinished, that is, was interrupted.
    """
    (folder / SCENARIO).write_text(scenario.to_yaml(), encoding="utf-8")
    for name in TABLES:
        content = tables[name].to_parquet(index=False)  # Arrow opens names in UTF-8 only
        (folder / f"{name}.parquet").write_bytes(content)
    (folder / SUMMARY).write_text(to_json(dict(summary)), encoding="utf-8")
    seal(folder, {**manifest(scenario, command), "unfinished": unfinished})


def manifest(scenario: Scenario, command: Sequence[str]) -> dict[str, Any]:
    """Return what a run is made with: versions, the seed and the command."""
    return {
        **versions(),
        "run": run_id(scenario),
        "seed": scenario.run.seed,
        "command": [utf8_safe(word) for word in command],
    }


def versions() -> dict[str, Any]:
    """Return the versions of this program, of Python and of what it is built on."""
    return {
        "curnits": _version("curnits"),
        "python": python_version(),
        "dependencies": {name: _version(name) for name in _DEPENDENCIES},
    }


_version = cache(version)


def run_id(scenario: Scenario) -> str:
    """Return a name that only runs of this very scenario, seed included, have: 16 hex digits."""
    return sha256(scenario.to_yaml().encode()).hexdigest()[:16]
