"""Tables on a terminal, and amounts in them written to what is meaningful.

Takes numbers and labels, gives text and tables; the modules ``show_…`` beside it call it.
"""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from curnits.analysis.storage.solutions import EXACT, Share

MOST_ROWS = 31
"""Rows of a table; longer lists are cut. The coalitions of five players just fit."""

NEGLIGIBLE = 1e-9
"""Probabilities, and shares of the unit that amounts are measured by, not worth showing."""

_PARTS = 4
"""Joint actions of a mixed threat that are named, the most frequent first."""

_LEFT = ("claims", "where", "plays", "form", "source", "title")


def table(first: str, *others: str) -> Table:
    """Return a table of which the first column and those of words are set to the left."""
    made = Table(show_edge=False, pad_edge=False)
    made.add_column(first, overflow="fold")
    for name in others:
        made.add_column(name, justify="left" if name in _LEFT else "right", overflow="fold")
    return made


def show(out: Console, rows: Table) -> None:
    """Print a table after a blank line."""
    out.print()
    out.print(rows)


def say_rest(out: Console, count: int, what: str) -> None:
    """Say how many rows were left out, if any were."""
    if count > MOST_ROWS:
        out.print(f"… and {count - MOST_ROWS} more {what} (--json prints all)")


def rounded[K](
    amounts: Mapping[K, float], unit: float | Mapping[K, float] | None = None
) -> dict[K, str]:
    """Write amounts with six figures, and those that are rounding beside their unit as 0.

    The unit is one for all, one for each, or by default the largest of the amounts.
    """
    if unit is None:
        unit = max(map(abs, amounts.values()), default=0.0)
    units = unit if isinstance(unit, Mapping) else dict.fromkeys(amounts, unit)
    return {
        key: f"{x:.6g}" if abs(x) > NEGLIGIBLE * units[key] else "0" for key, x in amounts.items()
    }


def written(amounts: Sequence[float | None], unit: float) -> list[str]:
    """Write amounts with six figures, and those that are not known as a dash."""
    return ["–" if x is None else f"{x if abs(x) > NEGLIGIBLE * unit else 0:.6g}" for x in amounts]


def residual(figure: float) -> str:
    """Write a share of payoff range with three figures, or 0 if it is rounding."""
    return f"{figure:.3g}" if abs(figure) > EXACT else "0"


def outcome(actions: Mapping[str, str]) -> str:
    """Write what players do, payoffs that stand for actions with six figures."""
    return ", ".join(f"{player}: {_shortened(action)}" for player, action in actions.items())


def _shortened(action: str) -> str:
    whole, point, digits = action.removeprefix("-").partition(".")
    if not (point and whole.isdecimal() and len(digits) > len("123456")):
        return action
    try:
        return f"{float(action):.6g}"
    except ValueError:  # a name that begins like a number
        return action


def mixture(shares: Sequence[Share]) -> str:
    """Write what is played, a line for each part of a mixture."""
    played = [share for share in shares if share.probability > NEGLIGIBLE]
    ordered = sorted(played, key=lambda share: -share.probability)
    if len(ordered) == 1:
        return outcome(ordered[0].outcome)
    lines = [f"{100 * s.probability:.3g} % {outcome(s.outcome)}" for s in ordered[:_PARTS]]
    rest = sum(share.probability for share in ordered[_PARTS:])
    if rest:
        lines.append(f"{100 * rest:.3g} % {len(ordered) - _PARTS} others")
    return "\n".join(lines)
