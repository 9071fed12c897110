"""All figures by name."""

from collections.abc import Mapping, Sequence

from analysis.figures import FigureError
from analysis.figures.base import FigureKind
from analysis.figures.basins import BASINS
from analysis.figures.coalitions import COALITIONS
from analysis.figures.comparison import COMPARISON
from analysis.figures.convergence import CONVERGENCE
from analysis.figures.dividends import DIVIDENDS
from analysis.figures.escalation import ESCALATION
from analysis.figures.frontier import FRONTIER
from analysis.figures.policies import POLICIES
from analysis.figures.prices import PRICES
from analysis.figures.talks import TALKS
from analysis.figures.threats import THREATS
from analysis.figures.trades import TRADES

_KINDS: Sequence[FigureKind] = (
    FRONTIER,
    PRICES,
    BASINS,
    CONVERGENCE,
    COALITIONS,
    DIVIDENDS,
    THREATS,
    ESCALATION,
    TALKS,
    POLICIES,
    TRADES,
    COMPARISON,
)

FIGURES: Mapping[str, FigureKind] = {kind.name: kind for kind in _KINDS}
"""In the order in which they are shown."""


def figure_named(name: str) -> FigureKind:
    """Return a figure.

    Raises
    ------
    FigureError
        If there is none of that name.
    """
    if name not in FIGURES:
        raise FigureError(f"unknown figure {name!r} (expected one of {', '.join(FIGURES)})")
    return FIGURES[name]
