"""Inputs: a folder with changed files in it, and the words of a command that reads them."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from curnits.sim.files.yaml import parse

from .changes import (
    SNIPPETS,
    as_json,
    changed_bytes,
    changed_data,
    changed_text,
)
from .folders import COLUMNS, FIGURES, changed_folder
from .material import Material

_CONCEPTS = (
    *("coco", "coco-value", "harsanyi", "nash", "kalai-smorodinsky", "egalitarian", "shapley"),
    *("best-nash", "best-correlated", "disarmed", "proposer-commitment", "strict"),
    *("first-mover", "first-mover-value"),
)
_KEPT = ("zero-price", "threats-pay", "several-equilibria", "axiom:maximin")
"""What games are shrunk for; not what agents do, who would negotiate for minutes."""


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
    path, out = str(file), str(file.parent / "out")
    words = rng.choice(
        (
            *(("solve", path, "--json"), ("run", path, "--ticks", "12", "--out", out)) * 3,
            *(("solve", path, "--concept", rng.choice(_CONCEPTS)),) * 3,
            ("run", path, "--ticks", "12", "--json", "--verbose", "--out", out),
            ("convert", path, "--to", rng.choice(("yaml", "nfg"))),
            ("leverage", path),
            ("solve", path, rng.choice(("--all", "--certify", "--verbose"))),
            ("solve", path, "--concept", "coco-value", "--sample", "20"),
            ("check", path, "--axioms", "--trials", "1"),
            ("shrink", path, "--keep", rng.choice(_KEPT)),
            ("basins", path, "--starts", "2", "--ticks", "8", "--out", out),
            ("limits", rng.choice(("sanding", "thickening", "influence")), path, "--out", out),
        )
    )
    return words if words[0] == "convert" else (*words, "--quiet")


def _scenario(material: Material, folder: Path, rng: Random) -> Input:
    name = rng.choice(sorted(material.scenarios))
    file = folder / "in.yaml"
    file.write_bytes(_changed_yaml(material.scenarios[name], rng))
    return Input(_reading(file, rng), ("in.yaml",))


def _changed_yaml(text: str, rng: Random) -> bytes:
    match rng.randrange(4):
        case 0:
            return changed_text(text, rng).encode("utf-8", "surrogatepass")
        case 1:
            return changed_bytes(text.encode(), rng)
        case _:
            return as_json(changed_data(parse(text).data, rng)).encode()


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


def _other(material: Material, folder: Path, rng: Random) -> Input:
    """Change a file of a population, study or tournament."""
    kind = rng.choice(sorted(material.others))
    file, text = folder / "in.yaml", rng.choice(material.others[kind])
    file.write_bytes(_changed_yaml(text, rng))
    path, out = str(file), str(folder / "out")
    listing = (path, "--dry-run", *rng.choice(((), ("--json",))))
    words: Sequence[str] = {
        "population": ("population", path, "--rounds", "1", "--quiet", "--json", "--out", out),
        "study": ("sweep", *listing, *rng.choice(((), ("--quick",)))),
        "tournament": ("tournament", *listing, *rng.choice(((), ("--seed", "3")))),
    }[kind]
    return Input(words, ("in.yaml",))


def _folder(material: Material, folder: Path, rng: Random) -> Input:
    name, words = changed_folder(material, folder, rng)
    return Input(words, (name, "nonsense", *FIGURES, *COLUMNS))


def _command_line(_: Material, folder: Path, rng: Random) -> Input:
    words = [rng.choice(("", "x", *_COMMANDS))]
    pool = (
        *("hot-dog-stands", "threat-game", "nothing", "", ".", "..", "/", "/dev/null", "a\0b"),
        *("--json", "--quiet", "--force", "--all", "--help", "--version", "--nonsense", "--", "-"),
        *("--concept", "--disagreement", "--to", "--out", "--seed", "--ticks", "--figure"),
        *("coco", "nash", "1,1", "1", "0", "-1", "9" * 30, "nan", "1e999,1", "yaml", "nfg", "x"),
        *("n" * 300, "a\nb", "ü", "\udcff", str(folder), str(folder / "new")),
    )
    words += [rng.choice(pool) for _ in range(rng.randint(0, 5))]
    out = str(folder / rng.choice(("o", "n" * 300, "a/b/c")))
    if words[0] in _BOUNDS:
        words += [*_BOUNDS[words[0]], "--out", out]
    return Input(words, ())


_COMMANDS = (
    *("run", "solve", "check", "plot", "report", "convert", "scenarios", "leverage", "limits"),
    *("sweep", "tournament", "population", "basins", "multiplicity", "shrink"),
)
_BOUNDS: Mapping[str, Sequence[str]] = {
    "run": ("--ticks", "12"),
    "basins": ("--ticks", "12", "--starts", "3"),
    "multiplicity": ("--games", "1"),
    "population": ("--rounds", "1"),
    "sweep": ("--dry-run",),
    "tournament": ("--dry-run",),
}
"""What is added to commands, so that they end soon and write where they may."""

type _Maker = Callable[[Material, Path, Random], Input]
_KINDS: Sequence[_Maker] = (*(_scenario, _gambit, _solution, _other, _folder, _command_line),)
_WEIGHTS = (30, 10, 15, 15, 25, 5)
