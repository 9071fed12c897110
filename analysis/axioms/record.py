"""What ``check --axioms`` prints: as JSON, and as a table."""

from collections.abc import Sequence
from typing import Self

from rich.console import Console
from rich.table import Table

from curnits.analysis.axioms.registry import Finding
from curnits.analysis.storage.record import Record

_STANDING = {True: "yes", False: "no", None: "open"}


class FindingRecord(Record):
    """What was found about one axiom; see :class:`curnits.analysis.axioms.registry.Finding`."""

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


def show_axioms(out: Console, record: AxiomsRecord) -> None:
    """Print a row for each axiom, and what was tried where one fails."""
    table = Table(show_edge=False, pad_edge=False)
    for name in ("axiom", "here", "tried", "gap", "in general", "why"):
        number = name in ("tried", "gap")
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in record.axioms:
        table.add_row(
            row.axiom,
            _STANDING[row.holds] if row.trials else "–",
            f"{row.decided}/{row.trials}" if row.trials else "–",
            f"{row.gap:.1e}" if row.trials else "–",
            _STANDING[row.in_general],
            row.why,
        )
    out.print(table)
    for row in record.axioms:
        if row.what:
            out.print(
                f"{row.axiom}, {row.gap:.2%} of payoff range off: {row.what}.", soft_wrap=True
            )
    for axiom in record.contradicted:
        out.print(f"{axiom} holds in general, as far as is known: please report this.")
