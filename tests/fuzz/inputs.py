"""Inputs: a folder with changed files in it, and the words of a command that reads them."""

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pyarrow as pa

from curnits.sim.files.yaml import parse

from .changes import (
    SNIPPETS,
    as_json,
    changed_bytes,
    changed_data,
    changed_table,
    changed_text,
)
from .material import Material

_CONCEPTS = (
    *("coco", "coco-value", "harsanyi", "nash", "kalai-smorodinsky", "egalitarian", "shapley"),
    *("best-nash", "best-correlated", "disarmed", "proposer-commitment"),
)
_FIGURES = (
    *("frontier", "prices", "convergence", "coalitions", "dividends", "threats", "escalation"),
    *("trades", "talks", "comparison", "nonsense"),
)


@dataclass(frozen=True)
class Input:
    """A command line, and the name that its messages must mention; none for usage errors."""

    words: Sequence[str]
    names: Sequence[str]


def build(material: Material, folder: Path, seed: int, number: int) -> Input:
    """Write input ``number`` of a seed into an empty folder; always the same."""
    rng = Random(f"{seed}:{number}")
    return rng.choices(_KINDS, _WEIGHTS)[0](material, folder, rng)


def _reading(file: Path, rng: Random) -> Sequence[str]:
    """Return a command that reads a scenario."""
    path = str(file)
    return rng.choice(
        (
            ("solve", path, "--json", "--quiet"),
            ("solve", path, "--quiet", "--concept", rng.choice(_CONCEPTS)),
            ("run", path, "--ticks", "12", "--quiet", "--out", str(file.parent / "out")),
            ("convert", path, "--to", rng.choice(("yaml", "nfg"))),
            ("leverage", path, "--quiet"),
        )
    )


def _scenario(material: Material, folder: Path, rng: Random) -> Input:
    name = rng.choice(sorted(material.scenarios))
    text = material.scenarios[name]
    file = folder / "in.yaml"
    match rng.randrange(4):
        case 0:
            content = changed_text(text, rng).encode("utf-8", "surrogatepass")
        case 1:
            content = changed_bytes(text.encode(), rng)
        case _:
            content = as_json(changed_data(parse(text).data, rng)).encode()
    file.write_bytes(content)
    return Input(_reading(file, rng), ("in.yaml",))


def _gambit(material: Material, folder: Path, rng: Random) -> Input:
    text, file = rng.choice(material.gambit), folder / "in.nfg"
    if rng.random() < 0.5:
        words = text.split(" ")
        for _ in range(rng.choice((1, 2))):
            words[rng.randrange(len(words))] = rng.choice((*SNIPPETS, *words))
        text = " ".join(words)
    else:
        text = changed_text(text, rng)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return Input(_reading(file, rng), ("in.nfg",))


def _solution(material: Material, folder: Path, rng: Random) -> Input:
    file = folder / "in.json"
    text = rng.choice(material.solutions)
    if rng.random() < 0.8:
        text = as_json(changed_data(json.loads(text), rng))
    else:
        text = changed_text(text, rng)
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    return Input(("check", str(file), "--quiet", *rng.choice(((), ("--json",)))), ("in.json",))


def _run_folder(material: Material, folder: Path, rng: Random) -> Input:
    place = folder / "run"
    shutil.copytree(rng.choice(material.runs), place)
    file = rng.choice(sorted(place.iterdir()))
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
    out = str(folder / "out")
    words: Any = rng.choice(
        (
            ("check", str(place), "--quiet"),
            ("check", str(place), "--quiet", "--json"),
            *[("plot", str(place), "--quiet", "--out", out, "--figure", rng.choice(_FIGURES))] * 3,
            ("report", str(place), "--quiet", "--out", out + ".html"),
        )
    )
    return Input(words, ("run", "nonsense", *_FIGURES))


def _command_line(_: Material, folder: Path, rng: Random) -> Input:
    commands = ("run", "solve", "check", "plot", "report", "convert", "scenarios", "leverage")
    words = [rng.choice((*commands, "limits", "x", ""))]
    pool = (
        *("hot-dog-stands", "threat-game", "nothing", "", ".", "..", "/", "/dev/null", "a\0b"),
        *("--json", "--quiet", "--force", "--all", "--help", "--version", "--nonsense", "--", "-"),
        *("--concept", "--disagreement", "--to", "--out", "--seed", "--ticks", "--figure"),
        *("coco", "nash", "1,1", "1", "0", "-1", "9" * 30, "nan", "1e999,1", "yaml", "nfg", "x"),
        *("n" * 300, "a\nb", "ü", "\udcff", str(folder), str(folder / "new")),
    )
    words += [rng.choice(pool) for _ in range(rng.randint(0, 5))]
    if words[0] == "run":
        words += ["--ticks", "12", "--out", str(folder / rng.choice(("o", "n" * 300, "a/b/c")))]
    return Input(words, ())


type _Maker = Callable[[Material, Path, Random], Input]
_KINDS: Sequence[_Maker] = (_scenario, _gambit, _solution, _run_folder, _command_line)
_WEIGHTS = (40, 15, 20, 20, 5)
