"""How one kind of result is checked: a row of :mod:`.registry`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from curnits.analysis.storage.solutions import CheckRecord


@dataclass(frozen=True)
class Check:
    """How one kind of result is checked.

    Attributes
    ----------
    verify : callable
        Recomputes what follows from its files.
    again : callable or None
        Does everything again and adds to a report what differs, saying what share is done; None of
        solutions.
    """

    verify: Callable[[Path], CheckRecord]
    again: Callable[[CheckRecord, Path, Callable[[float], None]], CheckRecord] | None
