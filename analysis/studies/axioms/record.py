"""What ``check --axioms --json`` prints."""

from collections.abc import Sequence
from typing import Self

from curnits.analysis.storage.record import Record
from curnits.analysis.studies.axioms.registry import Finding


class FindingRecord(Record):
    """What was found about one axiom; see :class:`.registry.Finding`."""

    axiom: str
    title: str
    holds: bool | None
    decided: int
    trials: int
    gap: float
    what: str
    in_general: bool | None
    why: str


class AxiomsRecord(Record):
    """Which axioms hold for a concept on a game."""

    game: str
    concept: str
    seed: int
    axioms: list[FindingRecord]

    @classmethod
    def of(cls, title: str, concept: str, seed: int, found: Sequence[Finding]) -> Self:
        """Write what was found."""
        rows = [FindingRecord.model_validate(vars(row)) for row in found]
        return cls(game=title, concept=concept, seed=seed, axioms=rows)

    @property
    def contradicted(self) -> list[str]:
        """Axioms that hold in general, as is thought, and not here."""
        return [row.axiom for row in self.axioms if row.in_general and row.holds is False]
