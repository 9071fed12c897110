"""The pages about the studies that come with the package, made anew.

Does a study, or goes on with it, and writes a page beside its file: question, method, table,
figures, and what was found. Every number on it comes from the rows of the runs.

Run with ``python tests/benchmarks/flagship_studies.py when-do-threats-pay --workers 2``.
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from curnits.analysis.cli.app import main as curnits
from curnits.analysis.figures.sweeps.plotting import draw_study
from curnits.analysis.studies.execution.executor import DONE
from curnits.analysis.studies.reading import StudyData, open_study, summary
from curnits.sim.scenario.catalogue import find_shipped

type Found = tuple[pd.DataFrame, list[str]]

_RUNG = "ladders.Ada.rungs.0"


def threats(rows: pd.DataFrame) -> Found:
    """Compare inventions and payoffs with the threshold, by rivals and credibility."""
    victims = rows["game"].map({"one rival": 1, "two rivals": 2})
    players = victims + 1
    stand = victims * rows[f"{_RUNG}.harm"] - rows[f"{_RUNG}.cost"]
    gain = rows[f"{_RUNG}.credibility"] * stand / players - 0.5
    expected = 10 / players + gain.clip(lower=0)
    compared = rows.assign(
        pays=gain > 0,
        invented=rows["inventions"] > 0,
        error=(rows["payoff.Ada"] - expected).abs() / 10,
    )
    compared["agree"] = compared["pays"] == compared["invented"]
    table = []
    for (game, chance), own in compared.groupby(["game", f"{_RUNG}.credibility"], sort=False):
        table.append(
            {
                "game": game,
                "carried out with probability": f"{chance:g}",
                "runs": len(own),
                "threat pays by theory": int(own["pays"].sum()),
                "threat invented": int(own["invented"].sum()),
                "agree": int(own["agree"].sum()),
                "Ada's mean payoff": f"{own['payoff.Ada'].mean():.3f}",
                "largest error, share of 10": f"{own['error'].max():.1e}",
            }
        )
    wrong = int((~compared["agree"]).sum())
    believed = compared[compared[f"{_RUNG}.credibility"] == 1].groupby("game")["pays"].mean()
    return pd.DataFrame(table), [
        f"Agents and theory agree about whether the threat pays in {int(compared['agree'].sum())} "
        f"of {len(compared)} runs ({wrong} differ), and the payoff is as stated to within "
        f"{compared['error'].max():.1e} of what is divided.",
        f"Where the threat is carried out for certain it pays in {believed['one rival']:.0%} of "
        f"the grid against one rival, and in {believed['two rivals']:.0%} against two: the same "
        "act hurts more, and all of it counts against the coalition of the others.",
        f"Talks settled in {int(rows['settled'].sum())} of {len(rows)} runs.",
    ]


def failing(rows: pd.DataFrame) -> Found:
    """Compare average payoffs by the chance of failing and by resolve."""
    resolve, base = "negotiation.credibility.resolve.Ada", "negotiation.breakdown.base"
    means = summary(rows, "average.Ada", [resolve, base]).set_index([resolve, base])
    table = []
    for key, own in rows.groupby([resolve, base], sort=False):
        mean = means.loc[key]
        table.append(
            {
                "resolve": f"{key[0]:g}",
                "chance of failing, each 100 ticks": f"{key[1]:g}",
                "runs": len(own),
                "talks that failed": f"{own['broke_down'].sum() / (6 * len(own)):.0%}",
                "Ada's average payoff": f"{mean['mean']:.2f} ({mean['low']:.2f} to "
                f"{mean['high']:.2f})",
                "Ada is believed at the end": f"{own['credibility.Ada'].mean():.2f}",
                "Ada's last agreement": f"{own['payoff.Ada'].mean():.2f}",
            }
        )
    safe, risky = rows[base].min(), rows[base].max()
    found = []
    for level, name in ((1, "With the resolve to strike"), (0, "Without it")):
        first, last = means.loc[(level, safe)]["mean"], means.loc[(level, risky)]["mean"]
        found.append(
            f"{name}, Ada's average falls from {first:.2f} to {last:.2f} as talks fail more often "
            f"(without any threat and without failures it would be 5)."
        )
    firm, weak = means.loc[(1, risky)], means.loc[(0, risky)]
    apart = firm["low"] > weak["high"] or weak["low"] > firm["high"]
    found.append(
        f"Where talks fail most often, the intervals for the two "
        f"{'are apart' if apart else 'overlap'} ({firm['low']:.2f} to {firm['high']:.2f}, and "
        f"{weak['low']:.2f} to {weak['high']:.2f})"
        f"{'' if apart else ': these runs do not say whether resolve is worth its price'}."
    )
    return pd.DataFrame(table), found


def atlas(rows: pd.DataFrame) -> Found:
    """Count games with several equilibria by family, and say which one agents reach."""
    table = []
    shares = summary(rows, "several", ["game"]).set_index("game")
    for game, own in rows.groupby("game", sort=False):
        several = own[own["several"]]
        share = shares.loc[game]
        table.append(
            {
                "family": game,
                "games": len(own),
                "list complete": int(own["complete"].sum()),
                "several": len(several),
                "share": f"{share['mean']:.2%} ({share['low']:.2%} to {share['high']:.2%})",
                "most": int(own["answers"].max()),
                "median distance": f"{several['widest'].median():.3f}" if len(several) else "",
                "largest": f"{several['widest'].max():.3f}" if len(several) else "",
            }
        )
    several = rows[rows["several"]]
    reached = several[several["reached"] > 0]
    found = [
        f"{len(several)} of {len(rows)} games have several equilibria "
        f"({len(several) / len(rows):.2%}); in {int(rows['complete'].sum())} it is known that the "
        "list is complete.",
    ]
    if len(several):
        found.append(
            f"Where there are several they differ by up to {several['widest'].max():.3f} of a "
            f"player's payoff range (median {several['widest'].median():.3f})."
        )
        found.append(
            f"The agents settled at one of them in {len(reached)} of {len(several)} games. In "
            f"{int(reached['fairest'].eq(True).sum())} of those it was the one whose worst-off "
            f"player gets most, in {int(reached['least_threat'].eq(True).sum())} the one with the "
            "smallest threat."
        )
    return pd.DataFrame(table), found


def club(rows: pd.DataFrame) -> Found:
    """Say how much would be paid in all by tariff, and to whom most."""
    tariff = "game.parameters.tariff"
    paid = [name for name in rows.columns if name.startswith("paid.")]
    table, found = [], []
    for game, own in rows.groupby("game", sort=False):
        sums = own.set_index(tariff)["transfers"]
        amounts = {f"{share:.1%}": f"{amount:.2f}" for share, amount in sums.items()}
        table.append({"regions": game, **amounts})
        first = own.sort_values(tariff).iloc[0][paid].astype(float)
        found.append(
            f"Regions: {game}. {sums.iloc[0]:.2f} bn $ a year change hands without a tariff, "
            f"of which {first.max():.2f} go to {first.idxmax().removeprefix('paid.')}, and "
            f"{sums.iloc[-1]:.2f} at a tariff of {sums.index[-1]:.0%}."
        )
    return pd.DataFrame(table), found


PAGES: Mapping[str, Callable[[pd.DataFrame], Found]] = {
    "when-do-threats-pay": threats,
    "when-talks-may-fail": failing,
    "atlas-of-equilibria": atlas,
    "climate-club-tariffs": club,
}


def page(name: str, data: StudyData) -> dict[str, bytes]:
    """Return the page about a study and its figures, by the names of their files."""
    rows = data.runs()
    table, found = PAGES[name](rows[rows["status"] == DONE])
    section, base = data.study.section, data.study.base
    varied = "; ".join(f"`{key}`: {len(axis.labels)} values" for key, axis in section.axes.items())
    drawn = {f"{figure.name}": figure for figure in draw_study(data, "png")}
    head = " | ".join(table.columns)
    lines = [" | ".join(map(str, row)) for row in table.itertuples(index=False)]
    figures = [
        f"![{figure}](figures/{name}-{figure}.png)\n\n{drawn[figure].caption}" for figure in drawn
    ]
    text = "\n\n".join(
        [
            f"# {data.study.title}",
            base["summary"],
            "## Method",
            f"{base['look_for']}\n\nSource: {base['source']}.",
            f"{data.study.design.runs:,} runs, seed {section.seed}; varied: {varied}. "
            f"File: [{name}.yaml]({name}.yaml).",
            "## What was found",
            "\n".join(f"- {sentence}" for sentence in found),
            "\n".join([head, " | ".join(["---"] * len(table.columns)), *lines]),
            "## Figures",
            *figures,
            "## Do it again",
            f"`curnits sweep {name} --workers 2`, then `curnits plot studies/{name}`; a smaller "
            f"version: `curnits sweep {name} --quick`. This page is made by "
            f"`python tests/benchmarks/flagship_studies.py {name}`.",
        ]
    )
    images = {f"figures/{name}-{figure.name}.png": figure.image for figure in drawn.values()}
    return {f"{name}.md": f"{text}\n".encode(), **images}


def main() -> None:
    """Do a study and write its page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=PAGES)
    parser.add_argument("--workers", default="2", help="processes")
    parser.add_argument("--results", type=Path, default=Path("studies"), help="folder of results")
    parser.add_argument("--out", type=Path, help="folder of the page; by default beside the file")
    options = parser.parse_args()
    folder = options.results / options.name
    words = ["sweep", options.name, "--out", folder, "--workers", options.workers, "--resume"]
    try:
        curnits(list(map(str, words)))
    except SystemExit as ended:
        if ended.code:
            raise
    place = options.out or find_shipped("study", options.name).resolve().parent
    for file, content in page(options.name, open_study(str(folder))).items():
        (place / file).parent.mkdir(exist_ok=True)
        (place / file).write_bytes(content)


if __name__ == "__main__":
    main()
