"""Scenarios that a page opens: by name, from a file, or sent from a browser; and the catalogue."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from curnits.analysis.storage.record import utf8_safe
from curnits.analysis.studies.records import ScenarioRecord
from curnits.sim.scenario.catalogue import catalogue, find
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.problems import ScenarioError
from curnits.sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Opened:
    """A scenario that was chosen.

    Attributes
    ----------
    name : str
        Of the catalogue, or of the file without its ending.
    scenario : Scenario
    """

    name: str
    scenario: Scenario


def open_named(source: str) -> Opened:
    """Open a scenario of the catalogue, a scenario file or a Gambit file.

    Raises
    ------
    ScenarioError
        If it cannot be read.
    """
    path = find(source)
    return Opened(utf8_safe(path.stem), load(path))


def open_uploaded(name: str, content: bytes) -> Opened:
    """Open a scenario or a Gambit file that was sent from a browser.

    Raises
    ------
    ScenarioError
        If it cannot be read, or names another file, which is never read here; else the message
        says what commands say of the same file.
    """
    plain = Path(name).name or "scenario.yaml"
    with TemporaryDirectory() as folder:
        path = Path(folder) / plain
        path.write_bytes(content)
        try:
            return Opened(path.stem, load(path, alone=True))
        except ScenarioError as error:
            raise ScenarioError(str(error).replace(f"{folder}/", "")) from error


@cache
def listed() -> tuple[ScenarioRecord, ...]:
    """Return the catalogue, read once; that takes a few seconds."""
    return tuple(ScenarioRecord.of(path, load(path)) for path in catalogue().values())


def matching(words: str) -> tuple[ScenarioRecord, ...]:
    """Return the entries of the catalogue that have all words in their titles or stories."""
    wanted = words.casefold().split()

    def has_all(entry: ScenarioRecord) -> bool:
        texts = (entry.name, entry.title, entry.summary, entry.look_for, entry.source, entry.shows)
        text = " ".join(texts).casefold()
        return all(word in text for word in wanted)

    return tuple(entry for entry in listed() if has_all(entry))
