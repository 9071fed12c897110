"""When does escalation pay? The threshold in harm and cost, stated and confirmed on a grid of runs.

Two rivals divide 10; if talks fail both insist on everything and get nothing. Ada may invent one
threat that takes ``harm`` from Bo at a ``cost`` to Ada, utilons, after paying for ``research``.
In the conflict game the threat changes Ada's stand by ``harm − cost``, of which half reaches its
payoff (prices are equal), as long as the agreement is a mixture of the two ways to yield. So it
pays, and is invented, if ``(harm − cost)/2 > research``, and then Ada gets that more than ``5``,
less what it paid for research.

Run with ``python tests/benchmarks/escalation_threshold.py --out threshold.csv``.
"""

import argparse
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from curnits.sim.games.ladders import Ladder, Rung
from curnits.sim.games.normal import from_payoffs
from curnits.sim.running import simulate

PIE = from_payoffs([[[0, 0], [10, 0]], [[0, 10], [0, 0]]], players=["Ada", "Bo"])
INSIST = 1


def study(harms: list[float], costs: list[float], researches: list[float]) -> pd.DataFrame:
    """Return one row a run: what should happen, and what did."""
    rows = []
    for research, cost, harm in product(researches, costs, harms):
        threat = Rung("threat", np.array([cost, harm]))
        run = simulate(PIE, ladders=[Ladder(0, INSIST, (threat,), 0, research)])
        pays = (harm - cost) / 2 > research
        rows.append(
            {
                "harm": harm,
                "cost": cost,
                "research": research,
                "pays": pays,
                "expected_payoff": 5 + ((harm - cost) / 2 - research) * pays,
                "invented": not run.tables["inventions"].empty,
                "payoff": run.payoffs[0],
                "settled": run.converged,
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Run the grid, write it, and print a map and how often theory and runs agree."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=7, help="harms and costs of the grid")
    parser.add_argument("--out", type=Path, help="file for the table, CSV")
    options = parser.parse_args()
    # harms lie between costs, so that no point is exactly on the threshold
    costs = np.linspace(0, 6, options.steps)
    table = study([float(x) for x in costs + 0.35], [float(x) for x in costs], [0.0, 1.0])
    if options.out is not None:
        table.to_csv(options.out, index=False)
    for research, part in table.groupby("research"):
        print(f"research {research:g}: invented (1) or not (0)")
        print(
            part.astype({"invented": int}).pivot_table("invented", "cost", "harm", aggfunc="first")
        )
    error = (table["payoff"] - table["expected_payoff"]).abs().max() / 10
    agree = int((table["pays"] == table["invented"]).sum())
    print(f"{agree} of {len(table)} runs as stated, largest error in payoff {error:.1e} of the pie")


if __name__ == "__main__":
    main()
