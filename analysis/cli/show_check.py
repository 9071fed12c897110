"""What ``check`` prints for people: whether it passed, then every answer that was verified anew.

Takes the record of a check and a console, gives nothing.
"""

from collections.abc import Sequence

from rich.console import Console

from curnits.analysis.cli.amounts import MOST_ROWS, residual, say_rest, show, table
from curnits.analysis.cli.console import heading
from curnits.analysis.cli.show_answer import (
    payoff_columns,
    show_certificate,
    show_coalitions,
    show_conditions,
    show_players,
    show_transfers,
)
from curnits.analysis.concepts import concept_named
from curnits.analysis.storage.solutions import CheckRecord, LiteralRecord
from curnits.analysis.verification.measures import ACCEPTED


def show_check(out: Console, report: CheckRecord) -> None:
    """Print what was verified anew, answer by answer, coalition by coalition."""
    about = report.kind if report.concept is None else f"{report.kind}, {report.concept}"
    heading(out, report.path, about)
    out.print("Passed." if report.passed else "Not passed.")
    for objection in report.objections:
        out.print(f"Objection: {objection}.", soft_wrap=True)
    if report.passed and report.reached is False:
        out.print("The files are right. The run reached no answer, which its policies need not.")
    answers = [("answer", found) for found in report.equilibria]
    if report.state is not None:
        answers.insert(0, ("simulated state", report.state))
    for name, found in answers:
        verdict = "accepted" if found.accepted else f"not accepted at {ACCEPTED:g}"
        out.print(f"\n{name}: {verdict}")
        show_players(out, {**payoff_columns(found), "price": found.prices})
        show_transfers(out, found)
        show_coalitions(out, found.coalitions)
        show_conditions(out, {"residual": found.residuals})
        show_certificate(out, found.certificate)
    if report.concept is not None and (asked := concept_named(report.concept).instead):
        out.print(f"\nIn place of the literal conditions: {asked}.")
    for (name, _), literal in zip(answers, report.literal, strict=False):
        show_literal(out, name, literal)


def show_literal(out: Console, name: str, literal: Sequence[LiteralRecord]) -> None:
    """Print the literal conditions 1 to 4, in their CoCo and their Harsanyi form."""
    out.print(f"\n{name}: the literal conditions, claims being what is delivered")
    rows = table("coalition", "1 frontier", "2–3 regret", "4 CoCo", "4 Harsanyi", "all hold")
    for record in sorted(literal, key=lambda record: len(record.members))[:MOST_ROWS]:
        figures = (record.frontier, record.regret, record.coco_split, record.harsanyi_split)
        cells = ("–" if figure is None else residual(figure) for figure in figures)
        rows.add_row(" + ".join(record.members), *cells, "yes" if record.holds else "no")
    show(out, rows)
    say_rest(out, len(literal), "coalitions")
