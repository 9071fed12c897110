"""Records of certificates, which answers may carry: what ``solve --certify`` writes.

:mod:`.certificates` makes them of certificates, and reads them back.
"""

from typing import Literal

from pydantic import Field

from curnits.analysis.storage.record import Record

type Number = str | list[str]
"""A fraction as ``"5/6"``, or an interval as a pair of decimals."""


class WeightRecord(Record):
    """An outcome, or a joint action of a coalition, and its probability or multiplier."""

    outcome: dict[str, str]
    weight: Number


class ReplyRecord(Record):
    """A reply that a coalition may pay for, and the mixture that shows how much that can get it."""

    paid_for: dict[str, str]
    mixture: list[WeightRecord]


class FightRecord(Record):
    """What a coalition plays.

    ``multipliers`` show that it is optimal where prices vanish; ``weights`` are those of members of
    a ``harsanyi`` coalition; ``replies`` show that nothing gets more by moving first.
    """

    members: list[str]
    threat: list[WeightRecord]
    multipliers: list[WeightRecord]
    weights: dict[str, Number]
    replies: list[ReplyRecord] = Field(default=[])


class CertificateRecord(Record):
    """A certificate as ``solve --certify --json`` prints it; ``reading`` says of which game."""

    kind: Literal["exact", "intervals"]
    reading: str
    prices: dict[str, Number]
    vanishing: dict[str, Number]
    payoffs: dict[str, Number]
    weights: dict[str, Number]
    disagreement: dict[str, Number]
    agreement: list[WeightRecord]
    coalitions: list[FightRecord]
