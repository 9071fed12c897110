"""What is changed: catalogue files, Gambit files, solutions, certificates and run folders."""

from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from curnits.analysis.cli.app import main
from curnits.sim.scenario.catalogue import catalogue

SLOW = ("saboteur", "strangers", "five", "six", "strikes", "tenants")
"""Parts of the names of scenarios that take long to solve."""

_GAMES = ("hot-dog-stands", "three-solutions", "bargaining", "banker")


@dataclass(frozen=True)
class Material:
    """Good inputs.

    Attributes
    ----------
    scenarios : mapping from name to text
    gambit : sequence of text
    solutions : sequence of text
        With and without certificates.
    runs : sequence of Path
    """

    scenarios: Mapping[str, str]
    gambit: Sequence[str]
    solutions: Sequence[str]
    runs: Sequence[Path]


def prepare(folder: Path) -> Material:
    """Make good inputs of every kind, in a few seconds."""
    runs = [folder / f"run-{k}" for k in range(3)]
    talkative = "learning-to-agree"
    for name, place in zip(("hot-dog-stands", "three-solutions", talkative), runs, strict=True):
        _call("run", name, "--ticks", "60", "--quiet", "--out", str(place))
    solved = [
        ("hot-dog-stands", "--certify"),
        ("three-solutions", "--certify"),
        ("banker",),
        ("banker", "--concept", "harsanyi", "--certify"),
        ("threat-game", "--concept", "nash", "--disagreement", "1,0"),
        ("threat-game", "--concept", "best-correlated"),
        ("strategic-banker", "--concept", "strict"),
        ("hot-dog-stands-with-money", "--certify"),
    ]
    return Material(
        {name: path.read_text("utf-8") for name, path in catalogue().items()},
        [_call("convert", name, "--to", "nfg") for name in ("hot-dog-stands", "three-solutions")]
        + ['NFG 1 R "" { "A" "B" } { 2 2 } { { "" 1, 2 } { "x" 1/3 -4e1 } } 0 1 2 1'],
        [_call("solve", *words, "--json", "--quiet") for words in solved],
        runs,
    )


def _call(*words: str) -> str:
    out = StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(StringIO()):
            main(words)
    except SystemExit as ended:
        if ended.code not in (0, 1, None):
            raise RuntimeError(f"{words} ended with {ended.code}") from ended
    return out.getvalue()
