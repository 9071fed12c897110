"""How often games have several ``coco`` equilibria: a count by family of games."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import truncate
from pathlib import Path
from typing import Any, NamedTuple, TextIO

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from curnits.analysis.solution import Solution, Vector
from curnits.analysis.solvers.exhaustive.everywhere import CONTINUUM, solve
from curnits.analysis.storage.files import write_files
from curnits.analysis.storage.seals import FolderError
from curnits.analysis.studies.execution.driver import Drive, ExecutorError, Pace
from curnits.analysis.studies.execution.executor import DONE, RUNS, Executor, Rows, Tables, Task
from curnits.analysis.studies.seeding import run_id
from curnits.sim.games.families import FAMILIES, Family, FamilyError
from curnits.sim.games.game import Game

SAME = 1e-4
"""Payoffs closer than this, a share of payoff range, count as one answer."""

CLEAR = 0.01
"""Payoffs further apart than this, a share of payoff range, are clearly different."""

_MOST_DRAWS = 1000
"""Draws of parameters before a family counts as empty."""


_SHORT = {"correlation": "ρ", "high": "0 to"}


@dataclass(frozen=True)
class Kind:
    """A family of three-player games with some of its parameters fixed.

    Attributes
    ----------
    family : str
        A key of :data:`curnits.sim.games.families.FAMILIES`.
    parameters : mapping
        Others are the family's own; real numbers among those are drawn anew for each game, from
        0.7 to 1.4 times what is usual, if the family is not random itself.
    share : int
        How many games of this kind there are for each one of the rarest.
    """

    family: str
    parameters: Mapping[str, Any]
    share: int = 1

    @property
    def name(self) -> str:
        """The family and what is fixed."""
        own = [
            "×".join(map(str, value)) if key == "shape" else f"{_SHORT.get(key, key)} {value}"
            for key, value in self.parameters.items()
            if key not in ("players", "producers")
        ]
        return " ".join([self.family, *own])

    def draw(self, rng: np.random.Generator) -> Game:
        """Return one game."""
        usual = FAMILIES[self.family](**self.parameters)
        if self.family.startswith("random-"):
            return usual.build(rng)
        for _ in range(_MOST_DRAWS):
            try:
                return FAMILIES[self.family](**_varied(usual, rng)).build(rng)
            except FamilyError:  # the numbers violate what defines the family
                continue
        raise FamilyError(f"no game of {self.name} in {_MOST_DRAWS} draws")


def _varied(usual: Family, rng: np.random.Generator) -> dict[str, Any]:
    """Return the parameters of a family with other real numbers."""
    varied = dict(vars(usual))
    for name, value in varied.items():
        if isinstance(value, float):
            varied[name] = value * float(rng.uniform(0.7, 1.4))
        elif isinstance(value, tuple) and all(isinstance(x, float) for x in value):
            varied[name] = [x * float(rng.uniform(0.7, 1.4)) for x in value]
    return varied


_TWO: Mapping[str, Any] = {"shape": (2, 2, 2)}
_THREE: Mapping[str, Any] = {"players": 3}

KINDS: tuple[Kind, ...] = (
    Kind("random-uniform", _TWO, 12),
    Kind("random-normal", _TWO, 12),
    Kind("random-log-normal", _TWO, 12),
    Kind("random-integer", {**_TWO, "high": 9}, 6),
    Kind("random-integer", {**_TWO, "high": 3}, 6),
    Kind("random-covariant", {**_TWO, "correlation": 0.5}, 6),
    Kind("random-covariant", {**_TWO, "correlation": -0.4}, 6),
    Kind("random-uniform", {"shape": (3, 2, 2)}, 6),
    Kind("random-uniform", {"shape": (3, 3, 3)}, 2),
    Kind("arms-race", _THREE),
    Kind("battle-of-the-sexes", _THREE),
    Kind("chicken", _THREE),
    Kind("coordination", _THREE),
    Kind("majority", _THREE),
    Kind("matching-pennies", _THREE),
    Kind("prisoners-dilemma", _THREE),
    Kind("producers-and-saboteur", {"producers": 2}),
    Kind("public-goods", _THREE),
)
"""Every family of games, with three players."""


class Count(NamedTuple):
    """One game and what was found; a row of the file of a study.

    ``answers``: different payoffs in equilibrium; ``prices``: different prices and payoffs, a
    continuum counting as one; ``continuum``: whether there is a continuum of prices; ``complete``:
    whether it is known that there are no more; ``widest``: the largest difference between answers
    in anybody's payoff, a share of payoff range.
    """

    seed: int
    kind: str
    game: int
    answers: int
    prices: int
    continuum: bool
    complete: bool
    widest: float


@dataclass(frozen=True)
class GameCounts:
    """Solves games drawn from their kinds; sent to workers once a batch."""

    def perform(self, tasks: Sequence[Task]) -> Iterator[Mapping[str, Rows]]:
        """Yield the row of each game."""
        for task in tasks:
            seed, kind, number = task.spec
            # a game is the same however many others there are
            rng = np.random.default_rng([seed, kind, number])
            found = count(seed, KINDS[kind].name, number, KINDS[kind].draw(rng))
            yield {RUNS: {name: [value] for name, value in found._asdict().items()}}

    def describe(self, task: Task) -> Mapping[str, Any]:
        """Return nothing: all there is to say are columns of its own."""
        return {}


def study(
    file: Path,
    games: int,
    seed: int,
    executor: Callable[[], Executor],
    progress: Callable[[int], None],
    interrupted: Callable[[], bool] = lambda: False,
) -> pd.DataFrame | None:
    """Count the equilibria of games of all kinds, adding a row to a file for each one.

    Parameters
    ----------
    file : Path
        CSV with the columns of :class:`Count`; games that it holds already are not counted again.
    games : int
        Of all kinds together, at least; see :func:`numbers`.
    seed : int
    executor : callable
        Makes what solves the games; called once it is known that the file can be used.
    progress : callable
        Called with the number of games so far.
    interrupted : callable, optional
        Asked several times a second whether to stop; what is finished stays in the file.

    Returns
    -------
    DataFrame or None
        The rows of the file; None if it was interrupted before all were there.

    Raises
    ------
    FolderError
        If the file cannot be written, or does not hold such rows.
    ExecutorError
        If a game could not be counted.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8", newline="") as rows:
            if rows.tell() == 0:
                rows.write(_line(Count._fields))
                rows.flush()
            pending = _pending(_whole_rows(file), games, seed)
            if not _count(pending, rows, sum(numbers(games)), executor(), progress, interrupted):
                return None
        return _in_order(file)
    except OSError as error:
        raise FolderError(f"{file}: cannot be written: {error.strerror}") from error


def _pending(known: pd.DataFrame, games: int, seed: int) -> list[Task]:
    done = set(zip(known["seed"], known["kind"], known["game"], strict=True))
    return [
        Task(run_id({"kind": kind.name, "game": k, "seed": seed}), (seed, number, k))
        for number, (kind, own) in enumerate(zip(KINDS, numbers(games), strict=True))
        for k in range(own)
        if (seed, kind.name, k) not in done
    ]


def _count(
    pending: Sequence[Task],
    rows: TextIO,
    total: int,
    executor: Executor,
    progress: Callable[[int], None],
    interrupted: Callable[[], bool],
) -> bool:
    """Count what is pending; return whether that was not interrupted."""
    finished, failures = total - len(pending), list[str]()
    progress(finished)

    def keep(tables: Tables) -> None:
        for row in tables[RUNS].to_pylist():
            if row["status"] == DONE:
                rows.write(_line(row[name] for name in Count._fields))
            else:
                failures.append(row["message"])
        rows.flush()

    def told(number: int, pace: Pace, size: int) -> None:
        nonlocal finished
        finished += number
        progress(finished)

    complete = Drive(GameCounts(), iter(pending), executor, keep, told).run(interrupted)
    if failures:
        games = f"{len(failures)} game{'s' * (len(failures) > 1)}"
        raise ExecutorError(f"{games} failed: {failures[0]}")
    return complete


def _line(values: Iterable[object]) -> str:
    return ",".join(map(str, values)) + "\n"


def _in_order(file: Path) -> pd.DataFrame:
    """Put the rows of a file in order, in which workers may not have finished; return them."""
    rows = _read(file)
    kinds = {kind.name: k for k, kind in enumerate(KINDS)}
    order = np.lexsort([rows["game"], rows["kind"].map(kinds), rows["seed"]])
    if (order != np.arange(len(rows))).any():
        head, *lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
        text = "".join([head, *(lines[k] for k in order)])
        write_files(file.parent, {file.name: text.encode()}, replace=True)
    return rows.iloc[order].reset_index(drop=True)


def _whole_rows(file: Path) -> pd.DataFrame:
    """Read a file, but first cut off the half row in which it ends if a study was killed."""
    _read(file)  # it is the file of a study
    content = file.read_bytes()
    truncate(file, content.rfind(b"\n") + 1)
    return _read(file)


def _read(file: Path) -> pd.DataFrame:
    try:
        rows = pd.read_csv(file)
    except (OSError, ValueError) as error:
        raise FolderError(f"{file}: not the table of a study ({error})") from error
    if list(rows.columns) != list(Count._fields):
        raise FolderError(f"{file}: expected the columns {', '.join(Count._fields)}")
    return rows


def numbers(games: int) -> list[int]:
    """Return how many games of each kind are drawn, if there are ``games`` or a few more."""
    total = sum(kind.share for kind in KINDS)
    return [-(-games * kind.share // total) for kind in KINDS]


def count(seed: int, kind: str, number: int, game: Game) -> Count:
    """Solve one game for all its equilibria."""
    solution = solve(game)
    points = _payoffs(game, solution)
    distinct: list[Vector] = []
    for point in points:
        if all(np.abs(point - other).max() > SAME for other in distinct):
            distinct.append(point)
    widest = max((float(np.abs(p - q).max()) for p in distinct for q in distinct), default=0.0)
    spread = CONTINUUM in solution.notes
    return Count(seed, kind, number, len(distinct), len(points), spread, solution.complete, widest)


def _payoffs(game: Game, solution: Solution) -> list[Vector]:
    low = game.outcomes.min(axis=0)
    return [(found.payoffs - low) / game.scales for found in solution.equilibria]


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a kind: how many games have 1, 2, 3 or more answers, and how sure that is.

    Parameters
    ----------
    rows : DataFrame
        With the columns of :class:`Count`.

    Returns
    -------
    DataFrame
        ``kind``, ``games``, ``complete`` (games with a complete list), ``none`` (games without an
        accepted answer), ``one``, ``two``, ``three``, ``more`` (different payoffs), ``several``
        (share of games with two or more), ``low`` and ``high`` (its 95 % interval, Wilson 1927),
        ``clear`` (games with answers that differ by more than :data:`CLEAR`), ``widest`` (median
        over games with several answers of the largest difference in payoff, a share of range),
        ``prices`` (games where some payoffs have several isolated prices) and ``continuum`` (games
        with a continuum of prices).
    """
    table = []
    for kind, own in rows.groupby("kind", sort=False):
        several = own[own["answers"] > 1]
        share = binomtest(len(several), len(own)).proportion_ci(method="wilson")
        table.append(
            {
                "kind": kind,
                "games": len(own),
                "complete": int(own["complete"].sum()),
                "none": int((own["answers"] == 0).sum()),
                "one": int((own["answers"] == 1).sum()),
                "two": int((own["answers"] == 2).sum()),
                "three": int((own["answers"] == 3).sum()),
                "more": int((own["answers"] > 3).sum()),
                "several": len(several) / len(own),
                "low": float(share.low),
                "high": float(share.high),
                "clear": int((own["widest"] > CLEAR).sum()),
                "widest": float(several["widest"].median()),
                "prices": int((own["prices"] > own["answers"]).sum()),
                "continuum": int(own["continuum"].sum()),
            }
        )
    return pd.DataFrame(table)
