"""The climate club: who abates, who joins, and whom the members' tariff hits.

Nordhaus (2015), *Climate Clubs: Overcoming Free-Riding in International Climate Policy*, American
Economic Review 105(4). His figures by region are in ``scenarios/data/climate-club.csv``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import override

import numpy as np

from curnits.sim.games.families.base import (
    Family,
    Payoffs,
    Profiles,
    check_numbers,
    require,
    tabulate,
)
from curnits.sim.games.families.data import Row, read_rows
from curnits.sim.games.normal import NormalGame

_FULL_ABATEMENT = 0.837
"""Abatement cost of all emissions, in shares of GDP, for each unit of a region's ``alpha``."""

_LARGEST_CARBON_PRICE = 10_000.0
"""$/t CO2; far beyond any estimate of the social cost of carbon."""


@dataclass(frozen=True)
class ClimateClub(Family):
    """Climate club: members abate as if the whole damage were theirs, and tax what outsiders sell.

    A region gains by tariffs on its imports, loses by the tariffs on its exports, pays for its
    abatement, and has its share of what all abate together. Outsiders abate as much as pays
    for themselves alone. Payoffs are billions of US dollars a year, against a world in which nobody
    abates and there are no tariffs.

    With ``t`` the tariff, ``r_ji = t`` where j is outside and i inside, ``M_ji`` what i imports
    from j, ``g`` shares of world GDP, ``c`` the carbon price and ``k`` the abatement cost:
    ``u_i = Σ_j r_ji α_i M_ji − Σ_j r_ji² β_i M_ji − Σ_j r_ij α_j M_ij − GDP_i k_i m_i² + g_i c A``,
    where members abate the share ``m = c q / 2k`` of their emissions, outsiders ``g`` times that,
    ``q`` is CO2 per GDP and ``A`` all that is abated.

    Parameters
    ----------
    tariff : float
        What members charge on imports from outsiders, a share of their price, from 0 to 1.
    carbon_price : float
        The social cost of carbon, $ a tonne of CO2.
    regions : sequence of str
        The players; the other regions stay outside, whatever happens. Default: the five that emit
        most.

    Raises
    ------
    GameError
        If a parameter is outside its meaning or a region is unknown.
    """

    tariff: float = 0.02
    carbon_price: float = 25.0
    regions: Sequence[str] = ("China", "US", "EU", "SEAsia", "Mideast")

    def __post_init__(self) -> None:
        check_numbers(tariff=self.tariff, carbon_price=self.carbon_price)
        require(
            0.0 <= self.tariff <= 1.0,
            f"tariff must be a share from 0 to 1, found {self.tariff!r}",
        )
        require(
            0.0 <= self.carbon_price <= _LARGEST_CARBON_PRICE,
            f"carbon_price must be from 0 to {_LARGEST_CARBON_PRICE:g} $/t, "
            f"found {self.carbon_price!r}",
        )
        object.__setattr__(self, "regions", list(self.regions))  # as files state them
        known = _world().names
        for region in self.regions:
            require(
                region in known,
                f"unknown region {region!r} (expected some of {', '.join(known)})",
            )

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        return tabulate(
            f"Climate club, tariff {100 * self.tariff:g} %, carbon {self.carbon_price:g} $/t",
            self.regions,
            [["stay out", "join"]] * len(self.regions),
            self.payoffs,
        )

    def payoffs(self, profiles: Profiles) -> Payoffs:
        """Return the players' payoffs by what they do, both of shape ``(n, …)``."""
        world = _world()
        seats = [world.names.index(region) for region in self.regions]
        joined = np.zeros((len(world.names), profiles[0].size))
        joined[seats] = profiles.reshape(len(seats), -1)
        return self.welfare(joined)[seats].reshape(profiles.shape)

    def welfare(self, joined: Payoffs) -> Payoffs:
        """Return every region's payoff, members or not.

        Parameters
        ----------
        joined : ndarray, shape (15, K)
            One for members, zero for outsiders, by region and case.

        Returns
        -------
        ndarray, shape (15, K)
            Billions of US dollars a year.
        """
        world, outside = _world(), 1.0 - joined
        bought = joined * (world.imports.T @ outside)
        sold = outside * ((world.imports * world.gain) @ joined)
        trade = self.tariff * (world.gain[:, None] * bought - sold)
        trade -= self.tariff**2 * world.loss[:, None] * bought

        share = (world.gdp / world.gdp.sum())[:, None]
        cost = (_FULL_ABATEMENT * world.abatement)[:, None]
        intensity = (world.emissions / world.gdp)[:, None]
        alone = share * self.carbon_price * intensity / (2.0 * cost) / 1000.0
        abated = np.where(joined == 1.0, alone / share, alone)
        saved = world.emissions @ abated
        effort = world.gdp[:, None] * cost * abated**2
        return np.asarray(trade - effort + share * self.carbon_price * saved / 1000.0)


@dataclass(frozen=True, eq=False)
class _World:
    """Figures by region: bn $, Mt CO2, Nordhaus's coefficients; ``imports[j, i]`` by i from j."""

    names: tuple[str, ...]
    gdp: Payoffs
    emissions: Payoffs
    abatement: Payoffs
    gain: Payoffs
    loss: Payoffs
    imports: Payoffs


@cache
def _world() -> _World:
    rows: Sequence[Row] = read_rows("climate-club.csv")
    names = tuple(row["region"] for row in rows)

    def column(name: str) -> Payoffs:
        return np.array([float(row[name]) for row in rows])

    return _World(
        names,
        column("gdp"),
        column("co2"),
        column("abatement_alpha"),
        column("tariff_alpha"),
        column("tariff_beta"),
        np.stack([column(f"imports_of_{name}") for name in names], axis=1),
    )
