"""A figure of a run in memory, for scripts and notebooks; files are made by :mod:`.saving`."""

from matplotlib.figure import Figure

from curnits.analysis.figures import FigureError
from curnits.analysis.figures.drawing import lay_out, pages, paper
from curnits.analysis.figures.registry import figure_named
from curnits.analysis.storage.rundata import RunData
from curnits.sim.running import Run
from curnits.sim.scenario.scenario import Scenario


def plot(figure: str, scenario: Scenario, run: Run) -> Figure:
    """Draw a figure of a run, as ``curnits plot`` does, in the width of a column or a page.

    Parameters
    ----------
    figure : str
        A key of :data:`curnits.analysis.figures.registry.FIGURES`.
    scenario : Scenario
        What was negotiated; of a game alone: :meth:`curnits.sim.Scenario.of`.
    run : Run

    Raises
    ------
    FigureError
        If the figure is unknown, or has nothing to show of this run.

    Examples
    --------
    >>> from curnits.analysis import plot
    >>> from curnits.sim import load, simulate
    >>> scenario = load("hot-dog-stands").with_run(ticks=50)
    >>> page = plot("prices", scenario, simulate(scenario))
    >>> page.savefig("prices.pdf")  # doctest: +SKIP
    """
    kind = figure_named(figure)
    data = RunData.of(scenario, run)
    with paper(data.scenario):
        made = pages([data], [figure])
        if figure not in made:
            raise FigureError(f"{figure} has nothing to show (expected {kind.needs})")
        return lay_out(figure, made[figure])
