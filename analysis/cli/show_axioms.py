"""The table that ``check --axioms`` prints."""

from rich.console import Console
from rich.table import Table

from curnits.analysis.studies.axioms.record import AxiomsRecord

_STANDING = {True: "yes", False: "no", None: "open"}


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
