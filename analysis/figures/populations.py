"""The figure of a population, drawn from its folder."""

from textwrap import fill

from curnits.analysis.figures import FigureError
from curnits.analysis.figures.base import FigureKind, Panel
from curnits.analysis.figures.drawing import Drawn, draw_kind
from curnits.analysis.figures.encounters import (
    draw_policies,
    draw_reputations,
    policy_table,
    reputation_table,
)
from curnits.analysis.storage.populations import PopulationData

ENCOUNTERS = FigureKind(
    "encounters",
    "Reputations: the probability with which people are believed to carry out their threats, mean "
    "of each group and a band from the least to the most believed. Policies: "
    "how many people negotiate in each way, where they imitate others.",
    lambda runs: [],
    height=2.6,
)


def draw_population(data: PopulationData, form: str, name: str | None = None) -> list[Drawn]:
    """Draw the figure of a population.

    Raises
    ------
    FigureError
        If another one is asked for, nobody has met yet, or somebody is there twice.
    """
    if name not in (None, ENCOUNTERS.name):
        raise FigureError(f"unknown figure {name!r} of a population (expected {ENCOUNTERS.name})")
    if data.encounters.empty:
        raise FigureError(f"{ENCOUNTERS.name} has nothing to show (expected encounters)")
    _check(data)
    rows = data.encounters.merge(data.people[["person", "group"]], on="person")
    panels = [Panel("", reputation_table(rows, "group"), draw_reputations, "reputations")]
    if data.setting.section.imitation:
        panels.append(Panel("", policy_table(rows), draw_policies, "policies"))
    section, scenario = data.setting.section, data.setting.scenario
    made = (
        f"Population: {scenario.title}; {len(section.people)} people, network "
        f"{section.network.kind}, imitation {section.imitation:g}; "
        f"{rows['round'].max()} rounds; seed {scenario.run.seed}."
    )
    text = "\n".join(fill(part, 88) for part in (ENCOUNTERS.caption, made)) + "\n"
    return [draw_kind(ENCOUNTERS, panels, text, form)]


def _check(data: PopulationData) -> None:
    """Check that it can be told what each person was like after each round."""
    for name, rows, key in (
        ("encounters", data.encounters, ["round", "person"]),
        ("people", data.people, ["person"]),
    ):
        if rows.duplicated(key).any():
            raise FigureError(f"{name}.parquet: expected each {' and '.join(key)} once")
    if not data.encounters["round"].between(1, data.setting.section.rounds).all():
        expected = f"expected numbers from 1 to {data.setting.section.rounds:,}"
        raise FigureError(f"encounters.parquet: round: {expected}")
