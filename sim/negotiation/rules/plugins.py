"""Rules and policies from other packages, found by name through their entry points.

A package offers them in the groups ``curnits.policies``, ``curnits.threats``,
``curnits.splitting``, ``curnits.trading`` and ``curnits.deciding``. Scenario files name them, and
never hold code.
"""

from importlib.metadata import entry_points
from typing import Any

from curnits.sim.games.game import GameError

_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What a module of somebody else's may raise while it is imported."""


class RuleError(GameError):
    """A rule or policy that cannot be had, or that answers what makes no sense.

    Attributes
    ----------
    path : tuple of str
        Keys that lead to what is wrong, below the one that names the rule.
    """

    def __init__(self, message: str, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.path = path


def offered(kind: str) -> list[str]:
    """Return the names of all rules of a kind that other packages offer."""
    return sorted({entry.name for entry in entry_points(group=f"curnits.{kind}")})


def plugin(kind: str, name: str) -> Any | None:
    """Return what a package offers under a name, None if none does.

    Parameters
    ----------
    kind : str
        ``policies``, ``threats``, ``splitting``, ``trading`` or ``deciding``.
    name : str

    Raises
    ------
    RuleError
        If it cannot be imported.
    """
    for entry in entry_points(group=f"curnits.{kind}", name=name):
        try:
            return entry.load()
        except _FAILURES as error:
            first = str(error).splitlines()[0] if str(error) else "no message"
            raise RuleError(
                f"the plug-in {name!r} ({entry.value}) cannot be loaded: "
                f"{type(error).__name__}: {first}"
            ) from error
    return None
