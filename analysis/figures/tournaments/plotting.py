"""All figures of a tournament, drawn."""

from collections.abc import Mapping
from textwrap import fill

from curnits.analysis.figures import FigureError
from curnits.analysis.figures.base import FigureKind
from curnits.analysis.figures.drawing import Drawn, draw_kind
from curnits.analysis.figures.tournaments.base import TournamentFigure
from curnits.analysis.figures.tournaments.focus import FOCUS
from curnits.analysis.figures.tournaments.matrix import MATRIX
from curnits.analysis.figures.tournaments.shares import SHARES, SIMPLEX
from curnits.analysis.tournaments.results import Results

TOURNAMENT_FIGURES: Mapping[str, TournamentFigure] = {
    figure.name: figure for figure in (MATRIX, SHARES, SIMPLEX, FOCUS)
}
"""Every figure of a tournament by name."""


def draw_tournament(found: Results, form: str, name: str | None = None) -> list[Drawn]:
    """Draw one figure of a tournament, or all that apply.

    Raises
    ------
    FigureError
        If there is none of that name, or it has nothing to show.
    """
    if name is not None and name not in TOURNAMENT_FIGURES:
        known = ", ".join(TOURNAMENT_FIGURES)
        raise FigureError(f"unknown figure {name!r} of a tournament (expected one of {known})")
    drawn = []
    for figure in TOURNAMENT_FIGURES.values() if name is None else [TOURNAMENT_FIGURES[name]]:
        panel = figure.panel(found)
        if panel is not None:
            kind = FigureKind(
                figure.name, figure.caption, lambda runs: [], columns=1, height=figure.height
            )
            drawn.append(draw_kind(kind, [panel], _caption(figure, found), form))
    if not drawn and name is not None:
        needs = TOURNAMENT_FIGURES[name].needs
        raise FigureError(f"{name} has nothing to show (expected {needs})")
    return drawn


def _caption(figure: TournamentFigure, found: Results) -> str:
    section = found.tournament.section
    games = ", ".join(section.games)
    made = (
        f"Tournament: {found.tournament.file.title}; games: {games}; policies: "
        f"{', '.join(found.game.policies)}; reference: {section.reference}; "
        f"{found.done} of {len(found.tournament.lineups)} runs; seed {section.seed}."
    )
    return "\n".join(fill(text, 88) for text in (figure.caption, made)) + "\n"
