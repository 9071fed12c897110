"""Study files: found by name, read and checked.

Takes a path, gives a :class:`~curnits.analysis.studies.study.Study`; everything that is wrong is
told with its line before anything starts. Called by the command ``sweep`` and wherever a study's
folder is opened.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from curnits.analysis.studies.checks import check_runs
from curnits.analysis.studies.study import SECTION, Study, StudySection
from curnits.sim.files.reading import read_text
from curnits.sim.files.yaml import MAX_CHARACTERS, Document, YamlError, parse, type_name
from curnits.sim.scenario.catalogue import find_beside
from curnits.sim.scenario.loading import load_data, with_nfg_text
from curnits.sim.scenario.payoffs import FieldError
from curnits.sim.scenario.problems import ScenarioError, check_known, first_error, located_message
from curnits.sim.scenario.scenario import Scenario

_HEAD = ("title", "source", "summary", "look_for")


def load_study(path: Path, *, quick: bool = False) -> Study:
    """Read a study file and check all its runs, or a sample of them if there are many.

    Parameters
    ----------
    path : Path
    quick : bool
        Whether a smaller version is meant, which the file states.

    Raises
    ------
    ScenarioError
        If it cannot be read, or a run would have no valid scenario; the message names the line.
    """
    return read_study(read_text(path, MAX_CHARACTERS), path, check=True, quick=quick)


def read_study(text: str, path: Path, *, check: bool, quick: bool = False) -> Study:
    """Read the text of a study file.

    Parameters
    ----------
    text : str
    path : Path
        Where it comes from, for messages, and for files that it names.
    check : bool
        Whether to check its runs.
    quick : bool
        Whether a smaller version is meant.

    Raises
    ------
    ScenarioError
        As above.
    """
    try:
        document = parse(text)
    except YamlError as error:
        raise ScenarioError(f"{path}:{error.line}: {error}") from error
    try:
        study = _read(document, path, quick=quick)
        if check:
            check_runs(study)
    except FieldError as error:
        raise ScenarioError(located_message(path, document, error.path, str(error))) from error
    return study


def _read(document: Document, path: Path, *, quick: bool) -> Study:
    data = document.data
    for key in data:
        if key != SECTION:
            check_known(Scenario, {key: data[key]}, ())
    stated = data.get(SECTION)
    if not isinstance(stated, Mapping):
        raise FieldError((SECTION,), f"expected the section study (found {type_name(stated)})")
    check_known(StudySection, stated, (SECTION,))
    if quick:
        stated = _quick(stated)
    try:
        section = StudySection.model_validate(stated)
    except ValidationError as error:
        first = first_error(error, lambda place: document.line((SECTION, *place)))
        raise FieldError((SECTION, *first.path), str(first)) from error
    own = {key: value for key, value in data.items() if key != SECTION}
    if section.scenario is not None:
        for key in own:
            if key not in _HEAD:
                raise FieldError((key,), "the scenario is named by study.scenario (expected none)")
        own = {**_scenario_data(section.scenario, path.parent), **own}
    else:
        own = _self_contained(own, path.parent)
    return Study(path.stem, section, own)


def _quick(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Return the smaller version of a study; of axes only those that it names are others."""
    smaller = stated.get("quick")
    if not isinstance(smaller, Mapping):
        raise FieldError((SECTION,), "there is no quick version (expected the key quick)")
    check_known(StudySection, smaller, (SECTION, "quick"))
    rest = {key: value for key, value in stated.items() if key != "quick"}
    axes: dict[str, Any] = {}
    for place, part in (((SECTION,), rest), ((SECTION, "quick"), smaller)):
        found = part.get("axes") or {}
        if not isinstance(found, Mapping):
            expected = f"expected a mapping from fields to values (found {type_name(found)})"
            raise FieldError((*place, "axes"), expected)
        axes |= found
    return {**rest, **smaller, **({"axes": axes} if axes else {})}


def _scenario_data(name: str, folder: Path) -> dict[str, Any]:
    try:
        file = find_beside(folder, name)
    except ScenarioError as error:
        raise FieldError((SECTION, "scenario"), str(error)) from error
    return load_data(file)


def _self_contained(data: dict[str, Any], folder: Path) -> dict[str, Any]:
    game = data.get("game")
    return with_nfg_text(data, folder) if isinstance(game, Mapping) and "form" in game else data
