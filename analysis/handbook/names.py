"""The names that users import and what each is, for the pages of both packages.

Takes a package with public names, gives a table in Markdown. Called by :mod:`.pages`.
"""

import inspect
from collections.abc import Mapping
from types import ModuleType

from curnits import analysis, sim


def names_of(package: ModuleType) -> str:
    """Return a table of a package's public names and the first lines of their docstrings."""
    rows = [
        f"| `{name}` | {_said(getattr(package, name))} |"
        for name in sorted(package.__all__, key=str.lower)
    ]
    heads = [f"| `from {package.__name__} import …` | |", "| --- | --- |"]
    return "\n".join([*heads, *rows]) + "\n"


def _said(thing: object) -> str:
    if isinstance(thing, Mapping):
        return f"By name: {', '.join(thing)}"
    return (inspect.getdoc(thing) or "").partition("\n")[0].replace("|", "\\|").rstrip(".")


def simulator_names() -> str:
    """Return the public names of :mod:`curnits.sim`."""
    return names_of(sim)


def analysis_names() -> str:
    """Return the public names of :mod:`curnits.analysis`."""
    return names_of(analysis)
