"""The simplex method of :mod:`curnits.sim.games.feasible.pivoting`, compiled by numba.

Called by :mod:`curnits.sim.games.feasible.matrixgames` once a process has much to solve. What was
compiled is kept beside the module, or in the user's cache, for later processes; where neither can
be written, each process compiles anew.
"""

from collections.abc import Callable
from types import FunctionType
from typing import Any

import numba

from curnits.sim.games.feasible import pivoting

_SOURCES: dict[str, Any] = {
    "_scale": pivoting._scale_in_loops,
    "_entering": pivoting._entering,
    "_leaving": pivoting._leaving,
    "_pivot": pivoting._pivot_in_loops,
    "_pivot_to_optimum": pivoting._pivot_to_optimum,
    "_read_off": pivoting._read_off,
    "_refine": pivoting._refine,
    "_normalise": pivoting._normalise,
    "scale_games": pivoting.scale_games,
    "solve_games": pivoting.solve_games,
}
"""What is compiled, callees first, by the name under which it is called."""


def compiled() -> Callable[..., None]:
    """Return :func:`curnits.sim.games.feasible.pivoting.solve_games`, compiled."""
    names, version = dict(vars(pivoting)), numba.__version__.replace(".", "_")
    for name, source in _SOURCES.items():
        function = FunctionType(source.__code__, names, source.__name__)
        # files are named after it: what other versions left cannot be read, and is in nobody's way
        function.__qualname__ = f"{source.__name__}_numba_{version}"
        try:
            names[name] = numba.njit(nogil=True, cache=True)(function)
        except RuntimeError:  # there is nowhere to keep it
            names[name] = numba.njit(nogil=True)(function)
    solve: Callable[..., None] = names["solve_games"]
    return solve
