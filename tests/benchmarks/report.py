"""What the benchmarks of solvers have in common: their options and the table they print."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd


def report(
    about: str,
    count: int,
    measure: Callable[[int, int], pd.DataFrame],
    *,
    by: Sequence[str] = ("players",),
    **columns: tuple[str, Any],
) -> None:
    """Measure some seeded games, write one row a game, and print figures by number of players."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--games", type=int, default=count)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--out", help="write one row a game to this CSV file")
    options = parser.parse_args()
    table = measure(options.games, options.seed)
    if options.out:
        table.to_csv(options.out, index=False)
    summary = table.groupby(list(by)).agg(
        games=("game", "size"), accepted=("accepted", "sum"), **columns
    )
    print(summary.to_string(float_format="{:.2g}".format))
    print(f"accepted {table['accepted'].sum()} of {len(table)}")
