"""Folders of populations verified again: who meets whom and what spreads, from what came of it.

Partners, seats and imitation follow from the seed and from what encounters came to. So these are
replayed with what is recorded of them, and whatever follows is compared. What an encounter came to
is vouched for only by letting it happen once more. Called by ``check``.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from curnits.analysis.checking.check import Check
from curnits.analysis.checking.recounting import misstated_keys
from curnits.analysis.checking.repeating import differing
from curnits.analysis.storage.populations import (
    SUMMARY,
    PopulationData,
    PopulationRecord,
    read_population,
    tables,
)
from curnits.analysis.storage.record import read_json
from curnits.analysis.storage.seals import FolderError
from curnits.analysis.storage.solutions import CheckRecord
from curnits.sim.population.encounters import Outcome, Person, Population, Talk

_UNKNOWN = Outcome("", np.nan, np.nan)
"""What comes of encounters that are not recorded."""


def check_population(folder: Path) -> CheckRecord:
    """Check the folder of a population: people, partners, seats, shares, imitation, summary.

    Raises
    ------
    ScenarioError, FolderError, RecordError
        If a file of the folder is missing or cannot be read.
    """
    data = read_population(folder)
    if not data.encounters["reputation"].between(0.0, 1.0).all():
        path = folder / "encounters.parquet"
        raise FolderError(f"{path}: reputation: expected probabilities")
    stated = read_json(folder / SUMMARY, PopulationRecord)
    people = data.setting.build()
    people.talk = _recorded(data)
    _replay(people, stated.rounds, len(data.encounters))
    objections = list(_wrong(data, people))
    due = PopulationRecord.of(data.setting, people)
    objections += [
        f"{SUMMARY}: {key} does not follow from the tables"
        for key in misstated_keys(stated.model_dump(), due.model_dump(), 1.0)
    ]
    if due.unfinished:
        objections.append(f"the run is unfinished: interrupted after {due.rounds:,} rounds")
    return CheckRecord.of_tables(folder, "population", objections)


def met_again(report: CheckRecord, folder: Path, progress: Callable[[float], None]) -> CheckRecord:
    """Let every encounter of a folder happen again and add to a report what differs.

    Each starts from the reputations that are recorded, so that none is blamed for another.
    ``progress`` is called with the share that is done.

    Raises
    ------
    ScenarioError, FolderError
        If a file of the folder is missing or cannot be read.
    """
    data = read_population(folder)
    people, came = data.setting.build(), list[Outcome]()
    recorded = _recorded(data)

    def talk(pair: Sequence[Person], seed: int) -> Sequence[Outcome]:
        if len(came) < len(data.encounters):
            came.extend(people.negotiate(pair, seed))
            progress(len(came) / len(data.encounters))
        return recorded(pair, seed)

    people.talk = talk
    _replay(people, data.setting.section.rounds, len(data.encounters))
    again = pd.DataFrame(came, columns=list(Outcome._fields))
    objections = [f"encounters.parquet: {text}" for text in differing(data.encounters, again)]
    return report.but(objections)


def _recorded(data: PopulationData) -> Talk:
    """Return talks that come to what is recorded of them, one after the other."""
    left = data.encounters[list(Outcome._fields)].itertuples(index=False, name=None)
    return lambda pair, seed: [Outcome(*next(left, _UNKNOWN)) for _ in pair]


def _replay(people: Population, rounds: int, rows: int) -> None:
    """Let so many rounds pass, or fewer if more happens in them than is recorded."""
    while people.rounds < rounds and len(people.encounters) <= rows:
        people.step()


def _wrong(data: PopulationData, people: Population) -> Iterator[str]:
    """Say where tables differ from what follows from the file and from what is recorded."""
    stated = {"encounters": data.encounters, "people": data.people, "links": data.links}
    for name, due in tables(data.setting, people).items():
        for text in differing(stated[name], due):
            yield f"{name}.parquet: {text}"


POPULATIONS = Check(check_population, met_again)
