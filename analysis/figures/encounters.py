"""``encounters``: what people of a population are believed, round after round, and how many differ.

Takes the table of :meth:`curnits.sim.population.Population.table`; draws into axes of the caller's.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from curnits.analysis.figures.base import player_style, shortened


def reputation_table(encounters: pd.DataFrame) -> pd.DataFrame:
    """Return how far the people of each policy are believed after each round.

    Parameters
    ----------
    encounters : DataFrame
        As :meth:`curnits.sim.population.Population.table` returns it.

    Returns
    -------
    DataFrame
        ``policy``, ``round``, ``people`` (who have it by then), ``lowest``, ``mean`` and
        ``highest`` reputation, probabilities. Who meets nobody in a round stays as it was.
    """
    rounds = range(1, int(encounters["round"].max()) + 1)
    people = encounters["person"].unique()
    everybody = pd.MultiIndex.from_product([people, rounds], names=["person", "round"])
    met = encounters.set_index(["person", "round"])[["policy", "reputation"]]
    known = met.reindex(everybody).groupby("person").ffill().dropna().reset_index()
    return (
        known.groupby(["policy", "round"])["reputation"]
        .agg(people="count", lowest="min", mean="mean", highest="max")
        .reset_index()
    )


def draw_reputations(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the mean reputation of each policy, in a band from the least to the most believed.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from curnits.sim.games.normal import from_payoffs
    >>> from curnits.sim.negotiation.settings import RunSettings
    >>> from curnits.sim.population import Population
    >>> game = from_payoffs([[[0, 0], [10, 0]], [[0, 10], [0, 0]]])
    >>> people = Population(game, ["truthful"] * 4, run=RunSettings(ticks=20))
    >>> people.step()
    >>> axes = Figure().subplots()
    >>> draw_reputations(axes, reputation_table(people.table()))
    >>> [text.get_text() for text in axes.legend().get_texts()]
    ['truthful (4)']
    """
    for i, (policy, rows) in enumerate(table.groupby("policy", sort=False)):
        style = player_style(i)
        people = int(rows["people"].iloc[-1])
        name = f"{shortened(str(policy))} ({people})"
        axes.plot(rows["round"], rows["mean"], label=name, **style)
        axes.fill_between(
            rows["round"],
            rows["lowest"],
            rows["highest"],
            color=style["color"],
            alpha=0.2,
            linewidth=0,
        )
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel("reputation: probability of being believed")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel("round of encounters")
