"""What a figure of a tournament is."""

from collections.abc import Callable
from dataclasses import dataclass

from curnits.analysis.figures.base import Panel
from curnits.analysis.tournaments.results import Results

EARNED = "% of range above the reference"
"""The unit of earnings in all of these figures."""


@dataclass(frozen=True)
class TournamentFigure:
    """An entry of the registry.

    Attributes
    ----------
    name : str
    caption : str
    panel : callable
        Makes the panel; None where there is nothing to show.
    height : float
        Inches.
    needs : str
        What a tournament must be like for the figure to have something to show.
    """

    name: str
    caption: str
    panel: Callable[[Results], Panel | None]
    height: float = 2.4
    needs: str = "a tournament"
