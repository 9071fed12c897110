"""Figures for papers: one module a figure, each with the data behind it as a table.

Every figure module has functions that turn a run's tables into the table of one panel, and
functions that draw such a table into matplotlib ``Axes`` of yours, with labels and units; what they
draw has names for a legend. :mod:`.registry` lists them, :mod:`.drawing` puts panels on a page.

Examples
--------
Talks of a scenario, and two of their pictures side by side; a finished run is read with
:func:`.source.read_run` instead.

>>> from matplotlib.figure import Figure
>>> from curnits.analysis.view.opening import open_named
>>> from curnits.analysis.view.session import Exploration
>>> from curnits.analysis.figures.frontier import draw_frontier, frontier_table
>>> from curnits.analysis.figures.prices import draw_prices, price_table
>>> talks = Exploration(open_named("hot-dog-stands"), ticks=50)
>>> while talks.running:
...     talks.step()
>>> run = talks.look()
>>> left, right = Figure(figsize=(6.9, 2.6), layout="constrained").subplots(1, 2)
>>> draw_frontier(left, frontier_table(run, 0, 1))
>>> draw_prices(right, price_table(run), run.players)
>>> left.get_xlabel(), right.get_xlabel(), right.get_ylabel()
('small stand, utilons', 'tick', 'price of payoff range, share')
>>> [text.get_text() for text in right.legend().get_texts()]
['small stand', 'big stand', 'analytic answer']
"""

from curnits.sim.errors import InputError


class FigureError(InputError):
    """A figure that is unknown or cannot be drawn of a run."""
