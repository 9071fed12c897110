"""What commands print as JSON and nobody reads back."""

from pathlib import Path
from typing import Self

from curnits.analysis.solvers.sampling import Estimate
from curnits.analysis.storage.record import Record, null_if_nan
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
                    armed=null_if_nan(gain.armed),
                    disarmed=null_if_nan(gain.disarmed),
                    gain=null_if_nan(gain.gain),
                )
                for gain in found.gains
            ],
            actions=[
                WorthRecord(
                    player=game.players[worth.player],
                    action=own_actions(game)[worth.player][worth.action],
                    worth={name: null_if_nan(gain) for name, gain in worth.by_solution.items()},
                )
                for worth in found.worths
            ],
        )


class EstimateRecord(Record):
    """What ``solve --sample --json`` prints: payoffs give or take margins, utilons.

    Each player's payoff is as near as its margin with the given ``confidence``; ``conflicts`` were
    solved ``of`` so many.
    """

    concept: str
    conflicts: int
    of: int
    seed: int
    confidence: float
    payoffs: dict[str, float]
    margins: dict[str, float]

    @classmethod
    def of_game(cls, game: Game, concept: str, seed: int, found: Estimate) -> Self:
        """Write an estimate."""
        return cls(
            concept=concept,
            conflicts=found.conflicts,
            of=found.of,
            seed=seed,
            confidence=found.confidence,
            payoffs=dict(zip(game.players, found.payoffs.tolist(), strict=True)),
            margins=dict(zip(game.players, found.margins.tolist(), strict=True)),
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
