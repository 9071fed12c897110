"""All figures by name."""

from collections.abc import Mapping, Sequence

from curnits.analysis.figures import FigureError
from curnits.analysis.figures.base import FigureKind
from curnits.analysis.figures.basins import BASINS
from curnits.analysis.figures.coalitions import COALITIONS
from curnits.analysis.figures.comparison import COMPARISON
from curnits.analysis.figures.convergence import CONVERGENCE
from curnits.analysis.figures.dividends import DIVIDENDS
from curnits.analysis.figures.escalation import ESCALATION
from curnits.analysis.figures.frontier import FRONTIER
from curnits.analysis.figures.policies import POLICIES
from curnits.analysis.figures.prices import PRICES
from curnits.analysis.figures.talks import TALKS
from curnits.analysis.figures.threats import THREATS
from curnits.analysis.figures.trades import TRADES
from curnits.sim.registry import row_named

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
    return row_named(FIGURES, name, "figure", FigureError)
