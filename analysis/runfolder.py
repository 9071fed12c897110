"""Run folders: written whole or not at all, and read back."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib.metadata import version
from itertools import chain, count
from pathlib import Path
from platform import python_version
from tempfile import mkdtemp, mkstemp
from typing import Any

import pandas as pd

from analysis.records import to_json
from sim.scenario import Scenario

TABLES = (
    *("ticks", "negotiators", "coalitions", "members", "agreements", "threats", "trades"),
    *("inventions", "offers", "breakdowns", "acts", "talks"),
)
"""The tables of every run folder, one Parquet file each."""

SCENARIO, MANIFEST, SUMMARY = "scenario.yaml", "manifest.json", "summary.json"

_DEPENDENCIES = ("highspy", "mesa", "numpy", "pandas", "pyarrow", "pydantic", "scipy")


class FolderError(ValueError):
    """A place that cannot be written to, or a folder that holds no run."""


def untaken(usual: Path) -> Path:
    """Return ``usual``, or if that exists ``usual-2``, ``usual-3``, … the first that does not."""
    numbered = (usual.with_name(f"{usual.name}-{k}") for k in count(2))
    return next(path for path in chain([usual], numbered) if not path.exists())


@contextmanager
def fresh_folder(target: Path, *, replace: bool) -> Iterator[Path]:
    """Give a folder to fill that takes the place of ``target`` when the block ends.

    If the block raises, nothing is left behind: neither the folder nor parents made for it.

    Parameters
    ----------
    target : Path
        Where the folder shall be.
    replace : bool
        Whether an earlier run folder there may be replaced. Nothing else is ever replaced.

    Raises
    ------
    FolderError
        If ``target`` is taken or cannot be written.
    """
    made: list[Path] = []
    try:
        _check_free(target, replace)
        made = [p for p in (target.parent, *target.parent.parents) if not p.exists()]
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        draft.chmod(0o755)
    except OSError as error:
        _remove_empty(made)
        raise FolderError(f"{target}: cannot be written: {error.strerror}") from error
    try:
        yield draft
        _check_free(target, replace)
        _move(draft, target)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        _remove_empty(made)
        if isinstance(error, OSError):
            raise FolderError(f"{target}: cannot be written: {error.strerror}") from error
        raise


def write_text(target: Path, text: str, *, replace: bool) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    FolderError
        If the file exists and may not be replaced, or cannot be written.
    """
    if target.exists() and not replace:
        raise FolderError(f"{target}: exists already (--force replaces it)")
    try:
        handle, name = mkstemp(prefix=f".{target.name}-", dir=target.parent, text=True)
    except OSError as error:
        raise FolderError(f"{target}: cannot be written: {error.strerror}") from error
    draft = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        draft.chmod(0o644)
        draft.replace(target)
    except OSError as error:
        raise FolderError(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


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
    made = {**manifest(scenario, command), "unfinished": unfinished}
    (folder / MANIFEST).write_text(to_json(made), encoding="utf-8")
    for name in TABLES:
        with (folder / f"{name}.parquet").open("wb") as file:  # Arrow opens names in UTF-8 only
            tables[name].to_parquet(file, index=False)
    (folder / SUMMARY).write_text(to_json(dict(summary)), encoding="utf-8")


def manifest(scenario: Scenario, command: Sequence[str]) -> dict[str, Any]:
    """Return what a run is made with: versions, the seed and the command."""
    return {
        "curnits": version("curnits"),
        "python": python_version(),
        "dependencies": {name: version(name) for name in _DEPENDENCIES},
        "run": run_id(scenario),
        "seed": scenario.run.seed,
        "command": list(command),
    }


def run_id(scenario: Scenario) -> str:
    """Return a name that only runs of this very scenario, seed included, have: 16 hex digits."""
    return sha256(scenario.to_yaml().encode()).hexdigest()[:16]


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """Read one of the :data:`TABLES` of a run folder.

    Raises
    ------
    FolderError
        If it is not there or is no Parquet file.
    """
    path = folder / f"{name}.parquet"
    try:
        with path.open("rb") as file:
            return pd.read_parquet(file)
    except FileNotFoundError as error:
        raise FolderError(f"{path}: no such file (expected in a run folder)") from error
    except (OSError, ValueError) as error:  # pyarrow's errors are kinds of these
        raise FolderError(f"{path}: not a Parquet table: {error}") from error


def _check_free(target: Path, replace: bool) -> None:
    if not target.exists():
        return
    if not (target / MANIFEST).is_file():
        raise FolderError(f"{target}: exists already and is not a run folder; choose another --out")
    if not replace:
        raise FolderError(f"{target}: exists already (--force replaces it, --out names another)")


def _move(draft: Path, target: Path) -> None:
    """Put a finished folder in place; an earlier one gives way only once the new one is there."""
    if not target.exists():
        draft.rename(target)
        return
    aside = Path(mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    earlier = target.rename(aside / target.name)
    try:
        draft.rename(target)
    except BaseException:
        earlier.rename(target)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()
