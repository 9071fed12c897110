"""Records of solutions and of checks: what ``solve`` and ``check`` write."""

from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from pydantic import Field, model_validator

from curnits.analysis.solution import (
    Candidate,
    CoalitionAccount,
    Equilibrium,
    OpenThreat,
    Shortfall,
    Solution,
    Vector,
)
from curnits.analysis.storage.certificate_records import CertificateRecord
from curnits.analysis.storage.games import GameRecord
from curnits.analysis.storage.record import (
    ByPlayer,
    Record,
    RecordError,
    by_player,
    mask_of,
    utf8_safe,
    vector,
)
from curnits.analysis.verification.payments import payments, transfers
from curnits.sim.games.coalitions import Mask, grand, members
from curnits.sim.games.game import Game, GameError

if TYPE_CHECKING:
    from curnits.analysis.verification.literal import LiteralConditions

FIGURES = ("pareto", "support", "regret", "split", "delivery", "clearing")
"""The residuals, in the order in which they are shown."""

EXACT = 1e-12
"""Residuals, shares of payoff range, that are the rounding of floating-point numbers."""


class Share(Record):
    """One outcome, or one joint action of a coalition, and how often it is played."""

    outcome: dict[str, str]
    probability: float


class OpenRecord(Record):
    """What all optimal threats of a conflict do; see :class:`curnits.analysis.solution.OpenThreat`.

    ``least`` and ``most`` have what each member gets, utilons.
    """

    unique: bool
    least: dict[str, float]
    most: dict[str, float]
    least_destroyed: float
    most_destroyed: float

    @classmethod
    def of(cls, game: Game, mask: Mask, threat: OpenThreat) -> Self:
        """Write what a coalition's threats leave open."""
        inside = members(mask)
        return cls(
            unique=threat.unique,
            least={game.players[i]: float(threat.least[i]) for i in inside},
            most={game.players[i]: float(threat.most[i]) for i in inside},
            least_destroyed=threat.least_destroyed,
            most_destroyed=threat.most_destroyed,
        )


class CoalitionRecord(Record):
    """The books of one coalition; see :class:`curnits.analysis.solution.CoalitionAccount`.

    ``drift`` says how fast the threat's probabilities change as prices vanish, and ``open`` what
    other optimal threats would do; null where that was not worked out.
    """

    members: list[str]
    threat: list[Share]
    value: float
    delivered: dict[str, float]
    claims: dict[str, float]
    dividend: float
    weights: dict[str, float]
    disposal: dict[str, float]
    drift: list[Share] = Field(default_factory=list)
    open: OpenRecord | None = None

    @model_validator(mode="after")
    def _tells_of_its_members(self) -> Self:
        for amounts in (self.delivered, self.claims, self.weights, self.disposal):
            if amounts.keys() != set(self.members):
                raise ValueError(f"expected amounts of {self.members}, not of {list(amounts)}")
        return self

    @classmethod
    def of(cls, game: Game, account: CoalitionAccount, drift: Vector | None) -> Self:
        """Write the books of a coalition."""
        inside = members(account.coalition)

        def own(amounts: Vector) -> dict[str, float]:
            return {game.players[i]: float(amounts[i]) for i in inside}

        return cls(
            members=[game.players[i] for i in inside],
            threat=_shares(game, account.coalition, account.threat),
            value=account.value,
            delivered=own(account.delivered),
            claims=own(account.claims),
            dividend=account.dividend,
            weights=own(account.weights),
            disposal=own(account.disposal),
            drift=[] if drift is None else _shares(game, account.coalition, drift),
            open=None
            if account.open is None
            else OpenRecord.of(game, account.coalition, account.open),
        )


class TransferRecord(Record):
    """What one player pays another, utilons."""

    payer: str
    payee: str
    amount: float


class PaidRecord(Record):
    """Payoffs, and the payments they include; null where nothing can be paid.

    ``before_payments`` has the payoffs of the agreement, ``payments`` what each player is paid on
    top (negative: pays), and ``transfers`` who pays whom, with as few payments as need be.
    """

    payoffs: ByPlayer[float]
    before_payments: ByPlayer[float] | None = None
    payments: ByPlayer[float] | None = None
    transfers: list[TransferRecord] | None = None


class EquilibriumRecord(PaidRecord):
    """An answer with its residuals; ``vanishing`` says how zero prices are approached."""

    prices: ByPlayer[float]
    vanishing: dict[str, float]
    on: str
    agreement: list[Share]
    coalitions: list[CoalitionRecord]
    residuals: dict[str, float | None]
    accepted: bool
    certificate: CertificateRecord | None = None

    @classmethod
    def of(cls, game: Game, equilibrium: Equilibrium) -> Self:
        """Write an answer of a game."""
        candidate = equilibrium.candidate
        figures = {name: float(getattr(equilibrium.residuals, name)) for name in FIGURES}
        return cls(
            prices=by_player(game, candidate.prices),
            vanishing={p: v for p, v in by_player(game, candidate.vanishing).items() if v},
            **paid(game, equilibrium),
            on=equilibrium.on,
            agreement=_shares(game, grand(game.n), candidate.agreement),
            coalitions=[
                CoalitionRecord.of(game, account, candidate.drift.get(account.coalition))
                for account in equilibrium.coalitions
            ],
            residuals={name: x if isfinite(x) else None for name, x in figures.items()},
            accepted=equilibrium.accepted,
        )

    def candidate(self, game: Game) -> Candidate:
        """Read the answer back, with the threats of those coalitions that are listed.

        Raises
        ------
        RecordError
            If a player, an action or a coalition is not one of the game's.
        """
        threats, drift = {}, {}
        for k, record in enumerate(self.coalitions):
            place = f"coalitions.{k}"
            mask = mask_of(game.players, record.members, f"{place}.members")
            if mask != grand(game.n):
                threats[mask] = _distribution(game, mask, record.threat, f"{place}.threat")
                drift[mask] = _distribution(game, mask, record.drift, f"{place}.drift")
        return Candidate(
            vector(game, self.prices, "prices"),
            _distribution(game, grand(game.n), self.agreement, "agreement"),
            threats,
            vector(game, dict.fromkeys(game.players, 0.0) | self.vanishing, "vanishing"),
            drift if self.vanishing else {},
        )


def paid(game: Game, equilibrium: Equilibrium) -> dict[str, Any]:
    """Return the entries of a :class:`PaidRecord` for an answer of a game."""
    entries: dict[str, Any] = {"payoffs": by_player(game, equilibrium.payoffs)}
    net = payments(game, equilibrium)
    if net is not None:
        played = equilibrium.candidate.agreement @ game.outcomes
        entries["before_payments"] = by_player(game, played)
        entries["payments"] = by_player(game, net)
        entries["transfers"] = [
            TransferRecord(payer=game.players[i], payee=game.players[j], amount=amount)
            for i, j, amount in transfers(net)
        ]
    return entries


class ShortfallRecord(Record):
    """How far a literal equilibrium is; see :class:`curnits.analysis.solution.Shortfall`."""

    weights: float | None
    disposal: float | None
    violation: float
    prices: dict[str, float]
    members: list[str]

    @classmethod
    def of(cls, game: Game, shortfall: Shortfall) -> Self:
        """Write a shortfall; what is not known is null."""
        weights, disposal = (
            x if isfinite(x) else None for x in (shortfall.weights, shortfall.disposal)
        )
        return cls(
            weights=weights,
            disposal=disposal,
            violation=shortfall.violation,
            prices=by_player(game, shortfall.prices),
            members=[game.players[i] for i in members(shortfall.coalition)],
        )


class SolutionRecord(Record):
    """What ``solve --json`` prints."""

    game: GameRecord
    concept: str
    exists: bool | None
    complete: bool
    method: str
    notes: list[str]
    disagreement: dict[str, float] | None
    credibility: dict[str, float] | None = None
    equilibria: list[EquilibriumRecord]
    shortfall: ShortfallRecord | None = None

    @classmethod
    def of(cls, game: Game, form: str, solution: Solution) -> Self:
        """Write the solution of a game."""
        game = solution.game or game
        start, shortfall = solution.disagreement, solution.shortfall
        levels = solution.credibility
        return cls(
            game=GameRecord.of(game, form),
            concept=solution.concept,
            exists=solution.exists,
            complete=solution.complete,
            method=solution.method,
            notes=list(solution.notes),
            disagreement=None if start is None else by_player(game, start),
            credibility=None if levels is None else by_player(game, levels),
            equilibria=[EquilibriumRecord.of(game, found) for found in solution.equilibria],
            shortfall=None if shortfall is None else ShortfallRecord.of(game, shortfall),
        )


class LiteralRecord(Record):
    """How a coalition fares; :class:`curnits.analysis.verification.literal.LiteralConditions`."""

    members: list[str]
    frontier: float | None
    regret: float
    coco_split: float
    harsanyi_split: float
    holds: bool

    @classmethod
    def of(cls, game: Game, conditions: "LiteralConditions") -> Self:
        """Write the conditions of a coalition."""
        return cls(
            members=[game.players[i] for i in members(conditions.coalition)],
            frontier=conditions.frontier,
            regret=conditions.regret,
            coco_split=conditions.coco_split,
            harsanyi_split=conditions.harsanyi_split,
            holds=conditions.holds,
        )


class CheckRecord(Record):
    """What ``check --json`` prints: answers as verified now, and what their file has wrong.

    ``literal`` has the literal conditions of the state and of each answer that has threats, if they
    mean something for these. Populations, studies and tournaments have no concept and no answers.
    ``reached`` tells whether a run got to an answer. One whose players have policies need not, and
    passes if its files are right.
    """

    path: str
    kind: str
    concept: str | None
    passed: bool
    reached: bool | None = None
    equilibria: list[EquilibriumRecord]
    state: EquilibriumRecord | None
    literal: list[list[LiteralRecord]]
    objections: list[str]

    @classmethod
    def of_tables(cls, path: Path, kind: str, objections: list[str]) -> Self:
        """Report on a folder that holds tables, and no answers."""
        return cls(
            path=utf8_safe(path),
            kind=kind,
            concept=None,
            passed=not objections,
            equilibria=[],
            state=None,
            literal=[],
            objections=objections,
        )

    def but(self, objections: list[str]) -> Self:
        """Return the report with more objections."""
        passed = self.passed and not objections
        return self.model_copy(
            update={"passed": passed, "objections": [*self.objections, *objections]}
        )


def _shares(game: Game, mask: Mask, weights: Vector) -> list[Share]:
    return [
        Share(outcome=game.joint_action(mask, int(k)), probability=float(weights[k]))
        for k in np.flatnonzero(weights)
    ]


def _distribution(game: Game, mask: Mask, shares: list[Share], key: str) -> Vector:
    weights = np.zeros(game.joint_actions(mask))
    for k, share in enumerate(shares):
        try:
            weights[game.find_joint_action(mask, share.outcome)] += share.probability
        except GameError as error:
            raise RecordError(f"{key}.{k}.outcome: {error}") from error
    return weights


def transfers_said(transfers: Sequence[TransferRecord]) -> str:
    """Return who pays whom in a sentence."""
    said = [f"{made.payer} pays {made.payee} {made.amount:.6g}" for made in transfers]
    return f"{'; '.join(said) or 'Nobody pays anything'}."
