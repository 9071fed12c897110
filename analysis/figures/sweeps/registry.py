"""All figures of studies by name."""

from collections.abc import Mapping

from curnits.analysis.figures.sweeps.bands import BANDS
from curnits.analysis.figures.sweeps.base import StudyFigure
from curnits.analysis.figures.sweeps.maps import HEAT, PHASE
from curnits.analysis.figures.sweeps.spread import DISTRIBUTION, ECDF

STUDY_FIGURES: Mapping[str, StudyFigure] = {
    figure.name: figure for figure in (BANDS, HEAT, PHASE, DISTRIBUTION, ECDF)
}
"""Every kind that a study file may name."""
