"""Which rules of negotiation get to the analytic answer, how closely and how fast.

Run it from the project's folder, for the default rules on three- and four-player games::

    python -m tests.benchmarks.negotiation --games 200 --players 3
    python -m tests.benchmarks.negotiation --games 50 --players 4

or for every rule in turn, each changed alone, or for one of them::

    python -m tests.benchmarks.negotiation --games 40 --players 3 --all-rules
    python -m tests.benchmarks.negotiation --games 100 --rules "splitting: delivered"

Games may have equilibria that no search has found. So a run also counts as verified if the verifier
finds that its own final state misses no condition by more than 0.1 % of payoff range.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from dataclasses import astuple, replace
from typing import get_args

import numpy as np
import pandas as pd

from curnits.analysis.judging.judge import judge
from curnits.sim.games.families import FAMILIES
from curnits.sim.games.game import Game
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import simulate

RULES = ("threats", "splitting", "trading", "activation")

VERIFIED = 1e-3
"""Largest residual of a state that counts as an equilibrium of its own, a share of payoff range."""


def mixed_games(count: int, players: int, seed: int) -> Iterator[tuple[str, Game]]:
    """Yield games with two actions for each player, from the random families and others."""
    sized = ["prisoners-dilemma", "public-goods", "chicken", "coordination"]
    names = [name for name in sorted(FAMILIES) if name.startswith("random-")]
    for k, child in enumerate(np.random.SeedSequence(seed).spawn(count)):
        rng = np.random.default_rng(child)
        if k % 8 == 7:
            name = sized[k // 8 % len(sized)]
            yield f"{name}-{k}", FAMILIES[name](players=players).build(rng)
        else:
            name = names[k % len(names)]
            yield f"{name}-{k}", FAMILIES[name](shape=[2] * players).build(rng)


def variants() -> Iterator[tuple[str, NegotiationSettings]]:
    """Yield the default rules, and each rule that can take the place of one of them."""
    default = NegotiationSettings.model_validate({})
    yield "default", default
    for rule in RULES:
        for choice in get_args(NegotiationSettings.model_fields[rule].annotation):
            if choice != getattr(default, rule):
                yield f"{rule}: {choice}", NegotiationSettings.model_validate({rule: choice})


def measure(
    games: list[tuple[str, Game]], settings: NegotiationSettings, ticks: int | None
) -> pd.DataFrame:
    """Return one row a game: name, whether it settled, distance, residual, ticks, their seconds."""
    rows = []
    schedule = RunSettings.model_validate({} if ticks is None else {"ticks": ticks})
    for name, game in games:
        begin = time.perf_counter()
        run = simulate(game, settings, schedule)
        seconds = (time.perf_counter() - begin) / run.ticks
        # members who divide only what is delivered seek another equilibrium
        judgement = judge(game, run, "harsanyi" if settings.splitting == "delivered" else None)
        figures = replace(judgement.state.residuals, delivery=0.0)
        residual = max(astuple(figures))
        distance = judgement.payoff_distance
        rows.append((name, run.converged, distance, residual, run.ticks, seconds))
    columns = ["game", "settled", "distance", "residual", "ticks", "seconds_a_tick"]
    return pd.DataFrame(rows, columns=columns)


def summary(rules: str, table: pd.DataFrame) -> dict[str, object]:
    """Return one line of the table of rules."""
    close = table["distance"] <= 0.005
    return {
        "rules": rules,
        "games": len(table),
        "settled": int(table["settled"].sum()),
        "within 0.5 %": int(close.sum()),
        "within 1 %": int((table["distance"] <= 0.01).sum()),
        "that or verified": int(((table["distance"] <= 0.01) | _verified(table)).sum()),
        "share": f"{100 * close.mean():.1f} %",
        "median distance": f"{table['distance'].median():.1e}",
        "median ticks": int(table["ticks"].median()),
        "ms a tick": f"{1000 * table['seconds_a_tick'].median():.2f}",
    }


def _verified(table: pd.DataFrame) -> pd.Series:
    return table["residual"] <= VERIFIED


def main() -> None:
    """Measure and print a table; name the games that were missed on stderr."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--games", type=int, default=200)
    parser.add_argument("--players", type=int, default=3)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--ticks", type=int, help="most ticks of a run; by default as in a run")
    parser.add_argument("--rules", default="default", choices=[name for name, _ in variants()])
    parser.add_argument("--all-rules", action="store_true")
    options = parser.parse_args()
    games = list(mixed_games(options.games, options.players, options.seed))
    lines = []
    for rules, settings in variants():
        if not options.all_rules and rules != options.rules:
            continue
        table = measure(games, settings, options.ticks)
        lines.append(summary(rules, table))
        missed = table[~(table["distance"] <= 0.005)]
        for row in missed.itertuples():
            what = f"missed {row.game} by {100 * row.distance:.2g} %"
            print(f"{rules}: {what}, residual {100 * row.residual:.2g} %", file=sys.stderr)
    print(pd.DataFrame(lines).to_string(index=False))


if __name__ == "__main__":
    main()
