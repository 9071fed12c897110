"""Figures for papers: one module a figure, each with the data behind it as a table.

Every figure module has functions that turn a run's tables into the table of one panel, and
functions that draw such a table into matplotlib ``Axes`` of yours. :mod:`.registry` lists them,
:mod:`.drawing` puts panels on a page.
"""

from curnits.sim.errors import InputError


class FigureError(InputError):
    """A figure that is unknown or cannot be drawn of a run."""
