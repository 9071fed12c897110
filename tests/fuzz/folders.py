"""Folders that a command has written, with a file in them changed, and commands that read them."""

import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random

import pandas as pd
import pyarrow as pa

from curnits.sim.files.yaml import parse

from .changes import as_json, changed_bytes, changed_data, changed_table
from .material import TINY_TOURNAMENT, Material

FIGURES = (
    *("frontier", "prices", "convergence", "coalitions", "dividends", "threats", "escalation"),
    *("trades", "talks", "comparison", "nonsense"),
)
COLUMNS = ("distance", "negotiation.threat_step", "seed", "payoff.row", "status", "nowhere")

_KINDS = {"run": 4, "population": 2, "sweep": 2, "tournament": 2}
"""Kinds of folders, and how often each is taken."""


def changed_folder(material: Material, folder: Path, rng: Random) -> tuple[str, Sequence[str]]:
    """Put a folder with a changed file into another one; return its name and a command for it."""
    kind = rng.choices(*zip(*_KINDS.items(), strict=True))[0]
    place = folder / kind
    shutil.copytree(rng.choice(material.folders[kind]), place)
    file = rng.choice(sorted(path for path in place.rglob("*") if path.is_file()))
    _change(file, rng)
    commands = _commands(kind, place, folder, rng)
    if file.suffix != ".yaml":  # else there may be more to do, without end
        commands = [*commands, *_resuming(kind, place, folder)]
    return kind, [*rng.choice(commands), "--quiet"]


def _change(file: Path, rng: Random) -> None:
    if file.suffix == ".parquet" and rng.random() < 0.9:
        table = changed_table(pd.read_parquet(file), rng)
        with suppress(pa.ArrowException):  # values of several types: the file stays as it was
            table.to_parquet(file, index=False)
    elif file.suffix == ".json" and rng.random() < 0.8:
        file.write_text(as_json(changed_data(json.loads(file.read_text()), rng)))
    elif file.suffix == ".yaml" and rng.random() < 0.8:
        file.write_text(as_json(changed_data(parse(file.read_text()).data, rng)))
    elif rng.random() < 0.2:
        file.unlink()
    else:
        file.write_bytes(changed_bytes(file.read_bytes(), rng))


def _commands(kind: str, place: Path, folder: Path, rng: Random) -> Sequence[Sequence[str]]:
    path, out, more = str(place), str(folder / "out"), rng.choice(((), ("--json",)))
    drawing = ("plot", path, "--out", out)
    columns = ("--x", rng.choice(COLUMNS), "--outcome", rng.choice(COLUMNS))
    own: Mapping[str, Sequence[Sequence[str]]] = {
        "run": (
            *((*drawing, "--figure", rng.choice(FIGURES)),) * 3,
            ("report", path, "--out", f"{out}.html"),
        ),
        "population": (drawing,),
        "sweep": (
            ("sweep", path, "--status", *more),
            ("sweep", path, "--dry-run", *more),
            ("run", "--of", path, "--id", _some_run(place), "--ticks", "9", "--out", out),
            drawing,
            (*drawing, *columns),
        ),
        "tournament": (drawing, ("tournament", f"{path}/tournament.yaml", "--dry-run", *more)),
    }
    return (*own[kind], ("check", path, *more), ("check", path, "--repeat", *more))


def _some_run(place: Path) -> str:
    with suppress(OSError, ValueError, KeyError, IndexError, pa.ArrowException):
        return str(pd.read_parquet(place / "runs.parquet")["run"].iloc[-1])
    return "0" * 16


def _resuming(kind: str, place: Path, folder: Path) -> Sequence[Sequence[str]]:
    file = folder / "tournament.yaml"
    file.write_text(TINY_TOURNAMENT)
    return {
        "sweep": [["sweep", str(place), "--resume"]],
        "tournament": [["tournament", str(file), "--out", str(place), "--resume"]],
    }.get(kind, [])
