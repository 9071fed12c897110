"""What is wrong in a scenario file, in this package's words, with file, line and key.

Takes what pydantic or a check found, gives messages and errors. Called by whatever reads scenario
files, and files of studies and tournaments, which hold scenarios.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from curnits.sim.errors import InputError
from curnits.sim.files.section import keys_of
from curnits.sim.files.yaml import Document, Place, type_name
from curnits.sim.negotiation.rules.plugins import RuleError
from curnits.sim.scenario.payoffs import FieldError

_MOST_ERRORS = 5
"""Lines of a message about a file; a first error often brings others along."""


class ScenarioError(InputError):
    """A scenario that cannot be read; messages name the file, the line and the key."""


def check_known(model: type[BaseModel], data: Mapping[str, Any], path: Place) -> None:
    """Check that a section has no keys but those of a model.

    Raises
    ------
    FieldError
        At the first other one.
    """
    for error in unknown_keys(model, data, path):
        raise error


def unknown_keys(
    model: type[BaseModel], data: Mapping[str, Any], path: Place
) -> Iterator[FieldError]:
    """Yield an error for each key of a section that is none of a model's."""
    known = [field.alias or name for name, field in model.model_fields.items()]
    for key in data:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            expected = f"did you mean {near[0]}?" if near else f"expected {', '.join(known)}"
            yield FieldError((*path, key), f"unknown key ({expected})")


def first_error(error: ValidationError, line: Callable[[Place], int]) -> FieldError:
    """Return what stands first of all that pydantic found wrong, in this package's words."""
    found = [described(details) for details in error.errors()]
    return FieldError(*min(found, key=lambda item: line(item[0])))


def described(details: ErrorDetails) -> tuple[Place, str]:
    """Return where pydantic found an error and what it says, in this package's words."""
    path = keys_of(details["loc"])
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, FieldError | RuleError):
        return (*path, *cause.path), str(cause)
    if details["type"] == "missing":
        return path, "missing"
    if cause is not None:
        return path, str(cause)
    message = details["msg"].replace("Input should be", "expected")
    if details["type"] == "model_type":
        message = "expected keys with values"
    return path, f"{message} (found {type_name(details['input'])})"


def located_message(path: Path, document: Document, place: Place, message: str) -> str:
    """Return a message that says where in a file something is wrong, and under which key."""
    where = f"{path}:{document.line(place)}"
    return ": ".join(filter(None, (where, key_written(place), message)))


def located_messages(
    path: Path, document: Document, wrong: Sequence[tuple[Place, str]]
) -> list[str]:
    """Return a line for each thing that is wrong, in the order of the file, if they are few."""
    ordered = sorted(wrong, key=lambda item: document.line(item[0]))
    lines = [located_message(path, document, *item) for item in ordered]
    rest = len(lines) - _MOST_ERRORS
    if rest > 0:
        lines[_MOST_ERRORS - 1 :] = [f"{path}: and {rest + 1} more errors"]
    return lines


def key_written(place: Place) -> str:
    """Write where something stands, entries of lists counted from 1."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
