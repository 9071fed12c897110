"""One run of a tournament: from a line-up to rows.

Takes a tournament and a line-up, gives the line-up's own row, and one for each seat.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from curnits.analysis.judging.policies import achieved
from curnits.analysis.studies.execution.executor import Task
from curnits.analysis.tournaments.lineups import Lineup
from curnits.analysis.tournaments.tournament import Tournament
from curnits.sim.negotiation.references import reference
from curnits.sim.running import Simulation, pursue

SEATS = "seats"
"""The table with one row a seat."""


@dataclass(frozen=True)
class TournamentRuns:
    """Does the runs of one tournament; sent to workers once a batch."""

    tournament: Tournament

    def perform(self, tasks: Sequence[Task]) -> Iterator[Mapping[str, pd.DataFrame]]:
        """Yield the rows of each run."""
        return (self._tables(task) for task in tasks)

    def _tables(self, task: Task) -> Mapping[str, pd.DataFrame]:
        """Return the rows of one run.

        Payoffs are averages over talks that ended, in utilons; ``share`` is what they exceed the
        reference by, as a share of the player's payoff range.
        """
        lineup: Lineup = task.spec
        scenario = self.tournament.scenario(lineup)
        game = scenario.build()
        run = pursue(Simulation.of(scenario))
        payoffs = achieved(game, run)
        due = reference(game, self.tournament.section.reference)
        talks = run.tables["talks"].groupby("talk")["ending"].first()
        row = {
            "settled": run.converged,
            "ticks": run.ticks,
            "agreed": int((talks == "agreed").sum()),
            "broke_down": int((talks == "broke down").sum()),
        }
        rows = {
            "player": list(game.players),
            "payoff": payoffs,
            "share": (payoffs - game.low) / game.scales - due,
        }
        seats = pd.DataFrame(rows).set_index("player").loc[list(self._seats(lineup))]
        seats.insert(0, "policy", list(lineup.policies))
        return {"runs": pd.DataFrame([row]), SEATS: seats.reset_index()}

    def describe(self, task: Task) -> Mapping[str, Any]:
        """Return what the row of a run begins with, whether it is done or has failed."""
        lineup: Lineup = task.spec
        return {**lineup.labels, "seed": lineup.seed(self.tournament.section.seed)}

    def _seats(self, lineup: Lineup) -> tuple[str, ...]:
        return self.tournament.seats[lineup.game]
