"""Solar geoengineering: who sets the thermostat.

After Heyen & Lehtomaa (2021), *Solar Geoengineering Governance: A Dynamic Framework of Farsighted
Coalition Formation*, Oxford Open Climate Change 1(1): quadratic payoffs around ideals of cooling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import override

import numpy as np

from curnits.sim.games.families.base import (
    Family,
    Payoffs,
    Profiles,
    check_numbers,
    numbered,
    require,
    tabulate,
)
from curnits.sim.games.normal import NormalGame


@dataclass(frozen=True)
class Geoengineering(Family):
    """Geoengineering: everybody may cool the planet, and all live with the sum.

    ``u_i = α_i² − (α_i − G)²`` with ``G`` the total of what all do; without anybody's cooling all
    get 0. Whoever wants most cooling can give everybody too much of it (the free driver, Weitzman
    2015); with counter-geoengineering (Heyen, Horton & Moreno-Cruz 2019) others can undo it.

    Parameters
    ----------
    ideals : sequence of float
        ``α_i``, the cooling that each player would choose, °C; at least two.
    amounts : sequence of float
        What each player can do, °C; at least two. Negative ones are counter-geoengineering.

    Raises
    ------
    GameError
        If there are too few of either, or the game would be too big.
    """

    ideals: Sequence[float] = (11.5, 4.0, 1.5)
    amounts: Sequence[float] = (0.0, 1.5, 4.0, 11.5)

    def __post_init__(self) -> None:
        for name, numbers in (("ideals", self.ideals), ("amounts", self.amounts)):
            object.__setattr__(self, name, list(numbers))  # as files state them
            require(len(numbers) >= 2, f"{name} must be at least two numbers, found {numbers!r}")
            check_numbers(**{f"{name}[{k}]": x for k, x in enumerate(numbers)})
        require(
            len(set(self.amounts)) == len(self.amounts),
            f"amounts must differ, found {self.amounts!r}",
        )

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        n = len(self.ideals)
        return tabulate(
            "Geoengineering",
            numbered(n),
            [[f"{amount:g} °C" for amount in self.amounts]] * n,
            self._payoffs,
        )

    def _payoffs(self, profiles: Profiles) -> Payoffs:
        total = np.asarray(self.amounts, dtype=np.float64)[profiles].sum(axis=0)
        ideals = np.asarray(self.ideals, dtype=np.float64).reshape(-1, *[1] * len(self.ideals))
        return np.asarray(ideals**2 - (ideals - total) ** 2)
