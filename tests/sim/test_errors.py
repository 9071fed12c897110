"""Every error of bad input has one base, so that the command can turn it into a message."""

import importlib
import pkgutil

from curnits import analysis, sim
from curnits.sim.errors import InputError

INTERNAL = {
    "InfeasibleError": "a linear program without solution, which its caller expects",
    "UnboundedError": "likewise, without bound",
    "UnsettledError": "a bargaining solution that misses its conditions: not found",
    "LinearProgramError": "HiGHS gave up: a fault",
    "PathError": "a path of equilibria was lost: another search follows",
    "SingularError": "no certificate from this support: another one is tried",
    "UncertifiedError": "no certificate was found: a note of the solution",
    "UnsettledConflictError": "no equilibrium of doubted threats was found: a note",
}
"""What is caught where it can be answered, or is a fault of the program, and why."""


def test_all_errors_are_of_input_or_known_to_be_internal() -> None:
    seen: dict[str, type] = {}
    for package in (analysis, sim):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            loaded = importlib.import_module(module.name)
            for kind in vars(loaded).values():
                ours = getattr(kind, "__module__", "").startswith("curnits.")
                if ours and isinstance(kind, type) and issubclass(kind, Exception):
                    seen[kind.__name__] = kind
    assert {name for name, kind in seen.items() if not issubclass(kind, InputError)} == set(
        INTERNAL
    )
    assert issubclass(seen["NoLimitError"], InputError)
    assert len(seen) > 20
