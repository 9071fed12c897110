"""``encounters``: what people of a population are believed and do, round after round.

Takes the table of :meth:`curnits.sim.population.Population.table`; draws into axes of the caller's.
"""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from curnits.analysis.figures.base import player_style, shortened


def reputation_table(encounters: pd.DataFrame, by: str = "policy") -> pd.DataFrame:
    """Return how far the people of each policy are believed after each round.

    Parameters
    ----------
    encounters : DataFrame
        As :meth:`curnits.sim.population.Population.table` returns it.
    by : str
        The column that tells people apart.

    Returns
    -------
    DataFrame
        That column, ``round``, ``people`` (who have it by then), ``lowest``, ``mean`` and
        ``highest`` reputation, probabilities. Who meets nobody in a round stays as it was.
    """
    known = _after_each_round(encounters, [by, "reputation"])
    return (
        known.groupby([by, "round"])["reputation"]
        .agg(people="count", lowest="min", mean="mean", highest="max")
        .reset_index()
    )


def policy_table(encounters: pd.DataFrame) -> pd.DataFrame:
    """Return how many people negotiated in each way, round after round.

    Parameters
    ----------
    encounters : DataFrame
        As above.

    Returns
    -------
    DataFrame
        ``round``, ``policy`` and ``people``; who meets nobody in a round is as it was.
    """
    known = _after_each_round(encounters, ["policy"])
    counts = pd.crosstab(known["round"], known["policy"])
    return counts.melt(ignore_index=False, value_name="people").reset_index()


def _after_each_round(encounters: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return what was last known of each person after each round."""
    rounds = range(1, int(encounters["round"].max()) + 1)
    people = encounters["person"].unique()
    everybody = pd.MultiIndex.from_product([people, rounds], names=["person", "round"])
    met = encounters.set_index(["person", "round"])[columns]
    return met.reindex(everybody).groupby("person").ffill().dropna().reset_index()


def draw_reputations(axes: Axes, table: pd.DataFrame) -> None:
    """Draw the mean reputation of each policy or group, in a band from least to most.

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
    ['truthful']
    """
    for i, (policy, rows) in enumerate(table.groupby(table.columns[0], sort=False)):
        style = player_style(i)
        axes.plot(rows["round"], rows["mean"], label=shortened(str(policy)), **style)
        axes.fill_between(
            rows["round"],
            rows["lowest"],
            rows["highest"],
            color=style["color"],
            alpha=0.2,
            linewidth=0,
        )
    axes.set_ylim(-0.03, 1.03)
    axes.set_ylabel("probability of being believed")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel("round of encounters")


def draw_policies(axes: Axes, table: pd.DataFrame) -> None:
    """Draw how many people negotiate in each way.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> table = pd.DataFrame({"round": [1, 2], "policy": "bully", "people": [1, 3]})
    >>> draw_policies(Figure().subplots(), table)
    """
    for i, (policy, rows) in enumerate(table.groupby("policy", sort=False)):
        axes.plot(rows["round"], rows["people"], label=shortened(str(policy)), **player_style(i))
    axes.set_ylim(0, None)
    axes.set_ylabel("people with a policy")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel("round of encounters")
