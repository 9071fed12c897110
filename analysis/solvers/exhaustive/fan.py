"""The prices that support each part of the frontier: its normal fan, cut by the price simplex.

Takes outcomes, gives cells of prices with the payoffs that they support; :mod:`.everywhere`
searches all of them.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

type Numbers = NDArray[np.float64]

TIED = 1e-12
"""Worths this close (curnits, the priced ranges adding up to 1) are equal."""


@dataclass(frozen=True, eq=False)
class FanCell:
    """A simplex of prices that support all mixtures of some outcomes.

    Attributes
    ----------
    prices : ndarray, shape (K, n)
        Corners.
    goods : ndarray, shape (M, n)
        Payoffs that are worth most at all of them. K + M is the number of priced players + 1,
        except at a single point of prices, where all that is worth most is listed.
    """

    prices: Numbers
    goods: Numbers


def fan(outcomes: Numbers, corners: Numbers) -> list[FanCell]:
    """Return cells that together hold every price vector with every payoff vector it supports.

    Three players have triangles of prices for each vertex of the frontier, segments for each edge
    and points for each facet; two have segments and points.

    Parameters
    ----------
    outcomes : ndarray, shape (X, n)
        Distinct payoff vectors, each player's on [0, 1].
    corners : ndarray, shape (k, n)
        Of the simplex of prices, two or three.
    """
    regions = {
        x: region
        for x in range(len(outcomes))
        if (region := _region(outcomes, x, corners)) is not None
    }
    cells = []
    for x, region in regions.items():
        if len(corners) == 3:
            cells += [
                FanCell(region[[0, k, k + 1]], outcomes[[x]]) for k in range(1, len(region) - 1)
            ]
        else:
            cells.append(FanCell(region, outcomes[[x]]))
    if len(corners) == 3:
        cells += _segments(outcomes, regions)
    return cells + _points(outcomes, regions)


def _region(outcomes: Numbers, x: int, corners: Numbers) -> Numbers | None:
    """Return the corners of the prices at which an outcome is worth most, in order; None if thin.

    A polygon cut by one line after the other (Sutherland & Hodgman 1974).
    """
    region = corners
    for other in np.delete(outcomes, x, axis=0):
        lead = region @ (outcomes[x] - other)
        lead[np.abs(lead) <= TIED] = 0.0
        if lead.min() >= 0.0:
            continue
        if lead.max() <= 0.0:
            return None
        kept = []
        count = len(region)
        for k in range(count if count > 2 else count - 1):
            here, there = k, (k + 1) % count
            if lead[here] >= 0.0:
                kept.append(region[here])
            if lead[here] * lead[there] < 0.0:
                share = lead[here] / (lead[here] - lead[there])
                kept.append(region[here] + share * (region[there] - region[here]))
        if count == 2 and lead[1] >= 0.0:
            kept.append(region[1])
        region = np.array(kept)
    return region


def _segments(outcomes: Numbers, regions: dict[int, Numbers]) -> list[FanCell]:
    """Return where the regions of two outcomes meet in more than a point."""
    cells = []
    for x, y in combinations(regions, 2):
        corners = np.concatenate([regions[x], regions[y]])
        apart = outcomes[y] - outcomes[x]
        meeting = corners[np.abs(corners @ apart) <= TIED]
        if len(meeting) < 2:
            continue
        along = np.ptp(meeting, axis=0).argmax()
        ends = meeting[[meeting[:, along].argmin(), meeting[:, along].argmax()]]
        if np.ptp(ends, axis=0).max() > TIED:
            cells.append(FanCell(ends, outcomes[[x, y]]))
    return cells


def _points(outcomes: Numbers, regions: dict[int, Numbers]) -> list[FanCell]:
    """Return the corners of all regions with everything that is worth most there."""
    corners = np.concatenate(list(regions.values()))
    _, first = np.unique(corners.round(11), axis=0, return_index=True)
    cells = []
    for corner in corners[first]:
        worth = outcomes[list(regions)] @ corner
        best = np.array(list(regions))[worth >= worth.max() - 10 * TIED]
        if len(best) > 1:
            cells.append(FanCell(corner[None], outcomes[best]))
    return cells
