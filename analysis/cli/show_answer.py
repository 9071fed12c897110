"""Tables that every answer is shown by: payoffs, agreement, coalitions, conditions, proof.

Takes parts of records and a console, gives nothing; what shows solutions, runs and checks calls it.
"""

from collections.abc import Mapping, Sequence

from rich.console import Console

from curnits.analysis.cli.amounts import (
    MOST_ROWS,
    NEGLIGIBLE,
    mixture,
    outcome,
    residual,
    rounded,
    say_rest,
    show,
    table,
)
from curnits.analysis.storage.certificate_records import CertificateRecord
from curnits.analysis.storage.games import GameRecord
from curnits.analysis.storage.solutions import (
    FIGURES,
    CoalitionRecord,
    PaidRecord,
    Share,
    transfers_said,
)

_CONDITIONS = {
    "pareto": "nobody can gain without a loss to others",
    "support": "no outcome is worth more at these prices",
    "regret": "no coalition has a better threat",
    "split": "dividends are equal inside coalitions",
    "delivery": "claims are met without payments (coco and harsanyi do not ask for it)",
    "clearing": "everybody gets what it is entitled to",
}


def show_players(
    out: Console,
    columns: Mapping[str, Mapping[str, float]],
    ranges: Mapping[str, float] | None = None,
) -> None:
    """Print one row for each player and one column for each quantity.

    ``ranges`` are payoff ranges, beside which utilons may be no more than rounding.
    """
    rows = table("player", *columns)
    cells = [
        rounded(amounts, 0.0 if "price" in name.split() else ranges)  # a price of 0 is exact
        for name, amounts in columns.items()
    ]
    for player in cells[0]:
        rows.add_row(player, *(amounts[player] for amounts in cells))
    show(out, rows)


def payoff_ranges(record: GameRecord) -> dict[str, float]:
    """Return the payoff range of each player, utilons; 1 where payoffs do not vary."""
    game = record.game()
    return dict(zip(game.players, map(float, game.scales), strict=True))


def payoff_columns(found: PaidRecord) -> dict[str, Mapping[str, float]]:
    """Return columns of payoffs, with what they are made of where there are payments."""
    if found.payments is None or found.before_payments is None:
        return {"payoff": found.payoffs}
    return {
        "before payments": found.before_payments,
        "payment": found.payments,
        "payoff": found.payoffs,
    }


def show_transfers(out: Console, found: PaidRecord) -> None:
    """Say who pays whom, if there are payments."""
    if found.transfers is not None:
        out.print(transfers_said(found.transfers), soft_wrap=True)


def show_agreement(out: Console, shares: Sequence[Share]) -> None:
    """Print the outcomes that are agreed upon, the most frequent first."""
    rows = table("agreement", "probability")
    played = [share for share in shares if share.probability > NEGLIGIBLE]
    ordered = sorted(played, key=lambda share: -share.probability)
    for share in ordered[:MOST_ROWS]:
        rows.add_row(outcome(share.outcome), f"{share.probability:.6g}")
    show(out, rows)
    say_rest(out, len(ordered), "outcomes")


def show_coalitions(
    out: Console, coalitions: Sequence[CoalitionRecord], at_stake: float | None = None
) -> None:
    """Print the books of every coalition: what it threatens with and what it is worth.

    ``at_stake`` are all payoff ranges, curnits, beside which amounts may be no more than rounding.
    """
    if not coalitions:
        return
    rows = table("coalition", "worth of its fight", "dividend", "claims", "plays")
    worths = rounded({k: record.value for k, record in enumerate(coalitions)}, at_stake)
    dividends = rounded({k: record.dividend for k, record in enumerate(coalitions)}, at_stake)
    ordered = sorted(enumerate(coalitions), key=lambda entry: len(entry[1].members))
    for k, record in ordered[:MOST_ROWS]:
        claims = ", ".join(rounded(record.claims).values())
        row = (" + ".join(record.members), worths[k], dividends[k], claims)
        rows.add_row(*row, mixture(record.threat))
    show(out, rows)
    say_rest(out, len(coalitions), "coalitions")


def show_conditions(out: Console, columns: Mapping[str, Mapping[str, float | None]]) -> None:
    """Print residuals, in shares of payoff range, beside what each of them stands for."""
    rows = table("condition", *columns)
    for name in FIGURES:
        figures = [figures[name] for figures in columns.values()]
        if any(figure is not None for figure in figures):
            cells = ("–" if figure is None else residual(figure) for figure in figures)
            rows.add_row(f"{name}: {_CONDITIONS[name]}", *cells)
    show(out, rows)


def show_certificate(out: Console, certificate: CertificateRecord | None) -> None:
    """Print what is proved about an answer: fractions, or intervals that hold the numbers."""
    if certificate is None:
        return
    kinds = {"exact": "in exact fractions", "intervals": "to lie in these intervals"}
    out.print(f"\nProved {kinds[certificate.kind]}:")
    rows = table("player", "payoff", "price")
    for player, payoff in certificate.payoffs.items():
        rows.add_row(player, _proved(payoff), _proved(certificate.prices[player]))
    show(out, rows)


def _proved(number: str | list[str]) -> str:
    return number if isinstance(number, str) else f"[{', '.join(number)}]"
