"""A trade war among the United States, the European Union and China.

Welfare changes in the manner of Ossa (2014), *Trade Wars and Trade Talks with Data*, American
Economic Review 104(12); the figures are in ``scenarios/data/trade-war-3.csv``.
"""

from dataclasses import dataclass
from itertools import product
from typing import override

import numpy as np

from curnits.sim.games.families.base import Family, Payoffs, Profiles, tabulate
from curnits.sim.games.families.data import read_rows
from curnits.sim.games.normal import NormalGame

_PLAYERS = ("US", "EU", "China")
_TARIFFS = ("zero", "factual", "Nash")


@dataclass(frozen=True)
class TradeWar(Family):
    """Trade war: each of three sets a tariff against each of the two others.

    Tariffs are none, today's, or those of a trade war in which everybody answers best. Payoffs are
    changes of welfare in percent, against today's tariffs.
    """

    @override
    def build(self, rng: np.random.Generator) -> NormalGame:
        actions = [
            [
                ", ".join(
                    f"{tariff} on {other}" for tariff, other in zip(pair, others, strict=True)
                )
                for pair in product(_TARIFFS, repeat=2)
            ]
            for others in ([o for o in _PLAYERS if o != own] for own in _PLAYERS)
        ]
        return tabulate("Trade war", _PLAYERS, actions, _payoffs)


def _payoffs(profiles: Profiles) -> Payoffs:
    """Return the tabulated changes of welfare; an action is 3 · (first tariff) + (second)."""
    payoffs = np.full(profiles.shape, np.nan)
    for row in read_rows("trade-war-3.csv"):
        profile: list[int] = []
        for own in _PLAYERS:
            first, second = (
                _TARIFFS.index(row[f"{own}_tariff_on_{other}"])
                for other in _PLAYERS
                if other != own
            )
            profile.append(3 * first + second)
        payoffs[:, profile[0], profile[1], profile[2]] = [
            float(row[f"welfare_change_{p}"]) for p in _PLAYERS
        ]
    return payoffs + 0.0  # so that -0 is 0
