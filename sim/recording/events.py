"""Tables of what happened now and then: one row an event."""

from collections.abc import Sequence
from typing import Any, NamedTuple, get_type_hints

import pandas as pd

from curnits.sim.negotiation.events.inventing import Invention
from curnits.sim.negotiation.journal import ActEntry, BreakdownEntry, Journal, OfferEntry, TalkEntry

_TYPES = {int: "int64", float: "float64", bool: "bool", str: "str"}


def history(
    journal: Journal, present: Sequence[TalkEntry], inventions: Sequence[Invention]
) -> dict[str, pd.DataFrame]:
    """Return the tables by name.

    Parameters
    ----------
    journal : Journal
    present : sequence of TalkEntry
        Of the talk that is under way.
    inventions : sequence of Invention

    Returns
    -------
    dict from str to DataFrame
        ``inventions``, ``offers``, ``breakdowns``, ``acts`` and ``talks``; columns as in
        :class:`curnits.sim.negotiation.events.inventing.Invention` and
        :mod:`curnits.sim.negotiation.journal`.
    """
    return {
        "inventions": _frame(Invention, inventions),
        "offers": _frame(OfferEntry, journal.offers),
        "breakdowns": _frame(BreakdownEntry, journal.breakdowns),
        "acts": _frame(ActEntry, journal.acts),
        "talks": _frame(TalkEntry, [*journal.talks, *present]),
    }


def _frame(kind: type[NamedTuple], rows: Sequence[Any]) -> pd.DataFrame:
    types = {name: _TYPES[hint] for name, hint in get_type_hints(kind).items()}
    return pd.DataFrame(list(rows), columns=list(types)).astype(types)
