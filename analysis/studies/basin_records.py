"""What ``basins`` prints as JSON, and says of work that was interrupted."""

from typing import Self

from curnits.analysis.storage.record import Record, by_player
from curnits.analysis.studies.basins import Basins
from curnits.sim.games.game import Game


class BasinRecord(Record):
    """An equilibrium and how many runs ended there; no payoffs: runs that ended elsewhere."""

    payoffs: dict[str, float] | None
    prices: dict[str, float] | None
    runs: int


class BasinsRecord(Record):
    """What ``basins --json`` prints.

    ``complete``: whether all equilibria are known; ``unfinished``: whether the work was interrupted
    after ``starts`` runs.
    """

    starts: int
    unfinished: bool
    settled: int
    complete: bool
    basins: list[BasinRecord]

    @classmethod
    def of(cls, game: Game, found: Basins) -> Self:
        """Write down how many runs reached each equilibrium."""
        reached = found.runs["reached"].value_counts()
        basins = [
            BasinRecord(
                payoffs=by_player(game, answer.payoffs),
                prices=by_player(game, answer.candidate.prices),
                runs=int(reached.get(k, 0)),
            )
            for k, answer in enumerate(found.solution.equilibria, start=1)
        ]
        if 0 in reached:
            basins.append(BasinRecord(payoffs=None, prices=None, runs=int(reached[0])))
        return cls(
            starts=len(found.runs),
            unfinished=found.unfinished,
            settled=int(found.runs["settled"].sum()),
            complete=found.solution.complete,
            basins=basins,
        )


def unfinished(found: Basins) -> str:
    """Say how far work went that was interrupted."""
    return f"Unfinished: interrupted after {len(found.runs)} of {found.starts} starts."
