"""Where talks by offers lead as breakdown becomes unlikely, beside the equilibria.

Run it from the project's folder::

    python -m tests.benchmarks.protocols
    python -m tests.benchmarks.protocols --games hot-dog-stands threat-game --csv table.csv

A row for each game, protocol and probability of breakdown: what theory has for the limit
(``curnits.analysis.judging.judge.aim``), and how far average offers are from that and from the
usual concept, in per cent of payoff range.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from curnits.analysis.concepts import default_concept, solve, units
from curnits.analysis.judging.judge import aim, judge
from curnits.sim.games.game import Game
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import simulate
from curnits.sim.scenario.catalogue import catalogue
from curnits.sim.scenario.loading import load

GAMES = (
    "battle-of-the-sexes",
    "hot-dog-stands",
    "ferguson-threats",
    "threat-game",
    "ferguson-with-money",
    "majority",
    "public-goods",
    "producers-and-saboteur",
)
PROTOCOLS = (
    ("alternating-offers", "maximin"),
    ("alternating-offers", "threats"),
    ("proposer-commitment", "threats"),
)
BREAKDOWNS = (0.1, 0.03, 0.01)


def distance(game: Game, payoffs: np.ndarray, concept: str) -> float:
    """Return the per cent of payoff range to the nearest answer of a concept."""
    answers = solve(game, concept).equilibria
    gaps = [np.abs((payoffs - found.payoffs) / units(game)).max() for found in answers]
    return 100.0 * min(gaps, default=np.nan)


def study(name: str, protocol: str, disagreement: str) -> pd.DataFrame:
    """Return one row a probability of breakdown."""
    game, rows = load(catalogue()[name]).build(), []
    for breakdown in BREAKDOWNS:
        offers = {"breakdown": breakdown, "disagreement": disagreement}
        settings = NegotiationSettings.model_validate({"protocol": protocol, "offers": offers})
        run = simulate(game, settings, RunSettings())
        judgement = judge(game, run, aim(game, settings))
        usual = distance(game, run.payoffs, default_concept(game))
        rows.append(
            {
                "game": name,
                "players": game.n,
                "protocol": f"{protocol}, {disagreement}"
                if protocol == "alternating-offers"
                else protocol,
                "breakdown": breakdown,
                "settled": run.converged,
                "compared with": judgement.concept,
                "distance, %": 100.0 * judgement.payoff_distance,
                "from coco, %": usual,
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table; show progress on stderr."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", nargs="+", default=GAMES, choices=sorted(catalogue()))
    parser.add_argument("--csv", type=Path, help="file to write the table to as well")
    options = parser.parse_args()
    tables = []
    for name in options.games:
        for protocol, disagreement in PROTOCOLS:
            print(f"{name}: {protocol}, {disagreement}", file=sys.stderr)
            tables.append(study(name, protocol, disagreement))
    table = pd.concat(tables, ignore_index=True)
    if options.csv:
        table.to_csv(options.csv, index=False)
    index = ["game", "players", "protocol", "compared with"]
    columns = ["distance, %", "from coco, %"]
    wide = table.pivot_table(index=index, columns="breakdown", values=columns, sort=False)
    print(wide.map(lambda x: f"{x:.2g}").to_string())
    print(f"{int(table['settled'].sum())} of {len(table)} runs settled")


if __name__ == "__main__":
    main()
