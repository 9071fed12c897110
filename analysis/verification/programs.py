"""The linear program that several verifiers ask for, and what to make of it where HiGHS wavers.

Verifiers solve programs by scipy, so that they share no code with solvers. It is imported for them
alone: most answers to small games are verified without.
"""

import math

import numpy as np

from curnits.analysis.solution import Vector

_TIGHT, _LOOSE = 1e-10, 1e-7
"""Tolerances of linear programs: HiGHS's tightest, and its usual one where that cannot be met."""


def most(gains: Vector, matrix: Vector, limits: Vector, count: int, least: float = 0.0) -> float:
    """Maximise ``gains·x`` for ``matrix x ≤ limits``, ``x ≥ 0``, the first ``count`` adding to 1.

    The programs asked for can all be met with 0. Where near ties keep HiGHS from its tightest
    tolerance, the answer is an upper bound by weak duality, whatever HiGHS says of multipliers:
    for ``y ≥ least ≥ 0``, ``gains·x ≤ max_{j < count} (gains − matrix' y)_j + limits·y``, provided
    that ``least`` makes the other components of ``gains − matrix' y`` non-positive. A program that
    cannot be solved at all confirms nothing, so it counts as infinite.
    """
    from scipy.optimize import linprog

    for tolerance in _TIGHT, _LOOSE:
        program = linprog(
            -gains,
            matrix,
            limits,
            (np.arange(len(gains)) < count).astype(np.float64)[None, :],
            np.ones(1),
            options={
                "primal_feasibility_tolerance": tolerance,
                "dual_feasibility_tolerance": tolerance,
            },
        )
        if program.status == 0 and program.fun is not None:
            break
    else:
        return math.inf
    if tolerance == _TIGHT:
        return max(0.0, -float(program.fun))
    weights = np.maximum(-program.ineqlin.marginals, least)
    bound = float((gains - weights @ matrix)[:count].max() + weights @ limits)
    return max(0.0, bound)
