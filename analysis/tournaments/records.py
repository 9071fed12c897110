"""What ``tournament --json`` prints and the folder keeps as ``results.json``."""

from typing import Self

import pandas as pd

from curnits.analysis.storage.record import Record, null_if_nan
from curnits.analysis.tournaments.results import Results


class EstimateRecord(Record):
    """A mean with its 95 % interval, shares of payoff range above the reference."""

    mean: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, row: pd.Series, name: str = "mean") -> Self:
        """Write down a row of a table."""
        low, high = null_if_nan(float(row["low"])), null_if_nan(float(row["high"]))
        return cls(mean=null_if_nan(float(row[name])), low=low, high=high)


class RankRecord(EstimateRecord):
    """What a policy earns on average over all policies it may meet."""

    policy: str


class MixtureRecord(Record):
    """An equilibrium of the game of policies, and what could be gained by leaving it."""

    shares: dict[str, float]
    regret: float


class InvasionRecord(Record):
    """What a rare policy earns more than the one that everybody else has."""

    resident: str
    invader: str
    advantage: EstimateRecord
    verdict: str


class ThresholdRecord(Record):
    """Up to which share of some others a policy earns more than another one."""

    policy: str
    instead_of: str
    share_of: str
    share: float | None
    low: float | None
    high: float | None


class EcologyRecord(Record):
    """Shares at first and in the end; ``generations`` and ``mutation`` as in the file."""

    generations: float
    mutation: float
    start: dict[str, float]
    end: dict[str, float]


class TournamentRecord(Record):
    """Everything a tournament shows; ``matrix`` is by policy, then by whom it is beside."""

    tournament: str
    runs: int
    failed: int
    reference: str
    matrix: dict[str, dict[str, EstimateRecord]]
    ranking: list[RankRecord]
    alike: list[list[str]]
    equilibria: list[MixtureRecord]
    invasions: list[InvasionRecord]
    ecology: EcologyRecord
    threshold: ThresholdRecord | None

    @classmethod
    def of(cls, found: Results) -> Self:
        """Write down what a tournament shows."""
        section, names = found.tournament.section, found.game.policies
        matrix: dict[str, dict[str, EstimateRecord]] = {name: {} for name in names}
        for _, row in found.matrix.iterrows():
            matrix[row["policy"]][row["against"]] = EstimateRecord.of(row)
        asked = found.threshold
        shares = found.shares[list(names)]
        return cls(
            tournament=found.tournament.file.title,
            runs=found.done + found.failed,
            failed=found.failed,
            reference=section.reference,
            matrix=matrix,
            ranking=[
                RankRecord(policy=row["policy"], **EstimateRecord.of(row).model_dump())
                for _, row in found.ranking.iterrows()
            ],
            alike=found.alike,
            equilibria=[
                MixtureRecord(
                    shares={
                        name: float(share)
                        for name, share in zip(names, one.shares, strict=True)
                        if share > 0.0
                    },
                    regret=one.regret,
                )
                for one in found.equilibria
            ],
            invasions=[
                InvasionRecord(
                    resident=row["resident"],
                    invader=row["invader"],
                    advantage=EstimateRecord.of(row, "advantage"),
                    verdict=str(row["verdict"]),
                )
                for _, row in found.invasions.iterrows()
            ],
            ecology=EcologyRecord(
                generations=section.ecology.generations,
                mutation=section.ecology.mutation,
                start={name: float(shares[name].iloc[0]) for name in names},
                end={name: float(shares[name].iloc[-1]) for name in names},
            ),
            threshold=None
            if asked is None
            else ThresholdRecord(
                policy=asked.policy,
                instead_of=asked.instead_of,
                share_of=asked.share_of,
                share=null_if_nan(asked.share),
                low=null_if_nan(asked.low),
                high=null_if_nan(asked.high),
            ),
        )
