"""The textbook games of ``cases/games.yaml``, for tests that are parametrised by name."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ruamel.yaml import YAML

from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs

CASES: dict[str, dict[str, Any]] = {
    case["name"]: case
    for case in YAML(typ="safe").load(Path(__file__).with_name("cases") / "games.yaml")
}


def numbers(exact: Any) -> NDArray[np.float64]:
    """Nested lists of numbers or fractions as an array."""
    if isinstance(exact, list):
        return np.array([numbers(part) for part in exact])
    return np.float64(Fraction(exact))


def names(expected: str) -> list[str]:
    """Names of the cases that state an answer for ``expected``."""
    return [name for name, case in CASES.items() if expected in case["expected"]]


def textbook_game(name: str) -> Game:
    """The case of that name as a game in normal form."""
    case = CASES[name]
    if "payoffs" in case:
        return from_payoffs(numbers(case["payoffs"]), title=name)
    payoffs = np.zeros((len(case["shape"]), *case["shape"]))
    for profile, cell in case["cells"]:
        payoffs[(slice(None), *profile)] = numbers(cell)
    return from_payoffs(payoffs, title=name)
