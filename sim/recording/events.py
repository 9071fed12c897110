"""Tables of what happened now and then: one row an event."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple, get_type_hints

import pandas as pd

from curnits.sim.negotiation.events.inventing import Invention
from curnits.sim.negotiation.journal import ActEntry, BreakdownEntry, Journal, OfferEntry, TalkEntry

_TYPES = {int: "int64", float: "float64", bool: "bool", str: "str"}


def history(
    journal: Journal, present: Sequence[TalkEntry], inventions: Sequence[Invention]
) -> Mapping[str, Callable[[], pd.DataFrame]]:
    """Return what builds the tables, by name.

    Parameters
    ----------
    journal : Journal
    present : sequence of TalkEntry
        Of the talk that is under way.
    inventions : sequence of Invention

    Returns
    -------
    dict from str to callable
        ``inventions``, ``offers``, ``breakdowns``, ``acts`` and ``talks``; columns as in
        :class:`curnits.sim.negotiation.events.inventing.Invention` and
        :mod:`curnits.sim.negotiation.journal`.
    """
    return {
        "inventions": partial(_frame, Invention, tuple(inventions)),
        "offers": partial(_frame, OfferEntry, tuple(journal.offers)),
        "breakdowns": partial(_frame, BreakdownEntry, tuple(journal.breakdowns)),
        "acts": partial(_frame, ActEntry, tuple(journal.acts)),
        "talks": partial(_frame, TalkEntry, (*journal.talks, *present)),
    }


def _frame(kind: type[NamedTuple], rows: Sequence[Any]) -> pd.DataFrame:
    if not rows:
        return _empty(kind).copy()
    columns = zip(_types(kind).items(), zip(*rows, strict=True), strict=True)
    return pd.DataFrame(
        {name: pd.Series(values, dtype=stored) for (name, stored), values in columns}
    )


@lru_cache
def _empty(kind: type[NamedTuple]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=stored) for name, stored in _types(kind).items()})


@lru_cache
def _types(kind: type[NamedTuple]) -> dict[str, Any]:
    return {name: _TYPES[hint] for name, hint in get_type_hints(kind).items()}
