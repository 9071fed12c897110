"""Figures of basins and of multiplicities."""

from collections.abc import Sequence
from functools import partial
from textwrap import fill

import pandas as pd

from curnits.analysis.figures.base import Panel
from curnits.analysis.figures.basins import BASINS, draw_basins
from curnits.analysis.figures.drawing import Drawn, draw_kind
from curnits.analysis.figures.multiplicity import MULTIPLICITY, draw_multiplicity
from curnits.analysis.studies.basin_records import unfinished
from curnits.analysis.studies.basins import Basins
from curnits.sim.games.game import Game


def basins_figure(found: Basins, game: Game, form: str) -> list[Drawn]:
    """Draw starts, ends and equilibria in the simplex; nothing unless there are three players."""
    if game.n != 3:
        return []
    names = ", ".join(f"{i} {player}" for i, player in enumerate(game.players, start=1))
    text = f"{BASINS.caption} Scenario: {game.title}. Players: {names}."
    if found.unfinished:
        text += f" {unfinished(found)}"
    panel = Panel("", found.points, partial(draw_basins, players=game.players))
    return [draw_kind(BASINS, [panel], _wrapped(text), form)]


def multiplicity_figure(table: pd.DataFrame, form: str) -> list[Drawn]:
    """Draw a :func:`curnits.analysis.studies.multiplicity.summary`."""
    panels: Sequence[Panel] = [Panel("", table, draw_multiplicity)]
    return [draw_kind(MULTIPLICITY, panels, _wrapped(MULTIPLICITY.caption), form)]


def _wrapped(text: str) -> str:
    return fill(text, 88) + "\n"
