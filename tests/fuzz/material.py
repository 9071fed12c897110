"""What is changed: files of every kind that comes along, Gambit files, solutions, and folders."""

from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from curnits.analysis.cli.app import main
from curnits.sim.scenario.catalogue import FOLDERS, catalogue, shipped

TINY_STUDY = """\
title: Tiny
study:
  scenario: threat-game
  replications: 2
  fixed: {run.ticks: 5}
  axes:
    negotiation.threat_step: {choices: {small: 0.5, large: 1.1}}
  measures: [outcome, answer]
  record: {every: 2}
  figures:
    - {name: drawn, kind: bands, x: negotiation.threat_step, outcome: distance}
"""
"""A study that is carried out in a second."""

TINY_TOURNAMENT = """\
title: Tiny
run: {ticks: 20}
tournament:
  replications: 2
  policies: {truthful: truthful, eager: eager, tough: {unyielding: {reservation: equal}}}
  games: {fight: {family: chicken}}
  threshold: {policy: eager, instead_of: truthful, share_of: tough}
"""
"""A tournament that is played in two seconds."""


@dataclass(frozen=True)
class Material:
    """Good inputs.

    Attributes
    ----------
    scenarios : mapping from name to text
    gambit : sequence of text
    solutions : sequence of text
        With and without certificates.
    others : mapping from kind to texts
        Files of populations, studies and tournaments.
    folders : mapping from kind to paths
        Folders that commands have written.
    """

    scenarios: Mapping[str, str]
    gambit: Sequence[str]
    solutions: Sequence[str]
    others: Mapping[str, Sequence[str]]
    folders: Mapping[str, Sequence[Path]]


def prepare(folder: Path) -> Material:
    """Make good inputs of every kind, in some seconds."""
    runs = [folder / f"run-{k}" for k in range(3)]
    talkative = "learning-to-agree"
    for name, place in zip(("hot-dog-stands", "three-solutions", talkative), runs, strict=True):
        _call("run", name, "--ticks", "60", "--quiet", "--out", str(place))
    tiny = {"sweep": TINY_STUDY, "tournament": TINY_TOURNAMENT}
    folders = {"run": runs, **{kind: [folder / kind] for kind in (*tiny, "population")}}
    for kind, text in tiny.items():
        file = folder / f"{kind}.yaml"
        file.write_text(text, "utf-8")
        _call(kind, str(file), "--quiet", "--out", str(folder / kind))
    meeting = ("insisting-neighbours", "--rounds", "2", "--quiet")
    _call("population", *meeting, "--out", str(folder / "population"))
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
        {kind: [path.read_text("utf-8") for path in shipped(kind).values()] for kind in FOLDERS},
        folders,
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
