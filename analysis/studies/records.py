"""What commands print as JSON and nobody reads back."""

from pathlib import Path
from typing import Self

from curnits.analysis.storage.record import Record, by_player, known
from curnits.analysis.studies.basins import Basins
from curnits.analysis.studies.leverage import Leverage
from curnits.sim.games.game import Game
from curnits.sim.games.harmful import harmful_actions
from curnits.sim.games.normal import own_actions
from curnits.sim.scenario.scenario import Scenario


class GainRecord(Record):
    """What a player's harmful actions are worth to it under a solution; null: not known."""

    solution: str
    player: str
    armed: float | None
    disarmed: float | None
    gain: float | None


class WorthRecord(Record):
    """What one harmful action is worth to its owner, by solution; null: not known."""

    player: str
    action: str
    worth: dict[str, float | None]


class LeverageRecord(Record):
    """What ``leverage --json`` prints: actions that only harm, and what they are worth, utilons.

    ``gains`` takes away all harmful actions of a player together, ``actions`` each by itself.
    """

    harmful: dict[str, list[str]]
    gains: list[GainRecord]
    actions: list[WorthRecord]

    @classmethod
    def of(cls, game: Game, found: Leverage) -> Self:
        """Write what the players of a game gain."""
        return cls(
            harmful={
                game.players[i]: [own_actions(game)[i][k] for k in actions]
                for i, actions in harmful_actions(game).items()
            },
            gains=[
                GainRecord(
                    solution=gain.solution,
                    player=game.players[gain.player],
                    armed=known(gain.armed),
                    disarmed=known(gain.disarmed),
                    gain=known(gain.gain),
                )
                for gain in found.gains
            ],
            actions=[
                WorthRecord(
                    player=game.players[worth.player],
                    action=own_actions(game)[worth.player][worth.action],
                    worth={name: known(gain) for name, gain in worth.by_solution.items()},
                )
                for worth in found.worths
            ],
        )


class ScenarioRecord(Record):
    """An entry of the catalogue; ``shows`` is the folder it stands in."""

    name: str
    title: str
    players: int
    form: str
    money: bool
    shows: str
    summary: str
    look_for: str
    source: str

    @classmethod
    def of(cls, path: Path, scenario: Scenario) -> Self:
        """Describe a scenario file."""
        return cls(
            name=path.stem,
            title=scenario.title,
            players=scenario.game.game.n,
            form=scenario.game.form,
            money=scenario.game.money,
            shows=path.parent.name,
            summary=scenario.summary,
            look_for=scenario.look_for,
            source=scenario.source,
        )


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
