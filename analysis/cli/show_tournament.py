"""What the command ``tournament`` prints."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from curnits.analysis.tournaments.records import EstimateRecord, ThresholdRecord, TournamentRecord

_MOST = 8
"""Equilibria that are printed; the rest is in the file."""


def show_tournament(out: Console, record: TournamentRecord) -> None:
    """Print the matrix with its ranking, equilibria, invasions, ecology and the answer."""
    out.print(record.tournament, style="bold")
    failed = f", {record.failed:,} failed" if record.failed else ""
    out.print(f"{record.runs:,} runs{failed}. Mean payoffs, % of range above {record.reference}:")
    out.print(_matrix(record))
    for group in record.alike:
        out.print(f"Alike in all that anybody earns: {', '.join(group)}.", soft_wrap=True)
    out.print(f"Game of policies: {_number(len(record.equilibria))} found.", soft_wrap=True)
    for found in record.equilibria[:_MOST]:
        kind = "pure" if len(found.shares) == 1 else "mixed"
        regret = f"nobody gains more than {100 * found.regret:.2g} %"
        out.print(f"  {kind}: {_mixture(found.shares)} ({regret})", soft_wrap=True)
    for resident in record.matrix:
        verdicts: dict[str, list[str]] = {}
        for row in record.invasions:
            if row.resident == resident:
                verdicts.setdefault(row.verdict, []).append(row.invader)
        said = f"  {resident}: invaded by {_listed(verdicts.get('invades', ()))}"
        for verdict in ("undecided", "unknown"):
            said += f"; {verdict}: {_listed(verdicts[verdict])}" if verdict in verdicts else ""
        out.print(said, soft_wrap=True)
    ecology = record.ecology
    out.print(
        f"After {ecology.generations:g} generations: {_mixture(ecology.end)}.", soft_wrap=True
    )
    if record.threshold is not None:
        out.print(_answer(record.threshold), soft_wrap=True)


def _matrix(record: TournamentRecord) -> Table:
    names = list(record.matrix)
    table = Table(show_edge=False, pad_edge=False)
    table.add_column("policy")
    for name in names:
        table.add_column(name, justify="right")
    table.add_column("all (95 %)", justify="right")
    for row in record.ranking:
        cells = [_percent(record.matrix[row.policy][name]) for name in names]
        between = "" if row.low is None else f" ({_share(row.low)}–{_share(row.high)})"
        table.add_row(row.policy, *cells, f"{_share(row.mean)}{between}")
    return table


def _answer(found: ThresholdRecord) -> str:
    compared = f"{found.policy} rather than {found.instead_of}"
    if found.share is None:
        return f"Whether it pays to be {compared} is not known."
    between = "" if found.low is None else f" (95 %: {found.low:.0%} to {found.high:.0%})"
    if found.share <= 0.0:
        return f"It pays to be {compared} at no share of {found.share_of}{between}."
    if found.share >= 1.0:
        return f"It pays to be {compared} at every share of {found.share_of}{between}."
    return f"It pays to be {compared} up to a share of {found.share:.0%} {found.share_of}{between}."


def _percent(found: EstimateRecord) -> str:
    return _share(found.mean)


def _share(amount: float | None) -> str:
    return "–" if amount is None else f"{round(100 * amount, 1) + 0.0:.1f}"


def _mixture(shares: Mapping[str, float]) -> str:
    there = sorted(shares.items(), key=lambda item: -item[1])
    return ", ".join(f"{name} {share:.0%}" for name, share in there if share >= 0.005)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nobody"


def _number(count: int) -> str:
    return f"{count} symmetric equilibri{'um' if count == 1 else 'a'}"
