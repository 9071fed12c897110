"""What a tournament shows: matrix, ranking, equilibria of the game of policies, ecology, threshold.

Takes the rows of a tournament, gives tables with bootstrap intervals (Efron 1979, percentiles).
Draws and replications are resampled, within each game; seats and line-ups are not, since all of
them are there, or all in the sample. Called when a tournament is complete, and by its figures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import bootstrap

from curnits.analysis.storage.seals import FolderError
from curnits.analysis.studies.execution.executor import DONE, FAILED
from curnits.analysis.tournaments.ecology import evolve, invading, mixtures
from curnits.analysis.tournaments.equilibria import TALKS, Mixture, alike, equilibria
from curnits.analysis.tournaments.folder import TournamentData
from curnits.analysis.tournaments.lineups import SEPARATOR
from curnits.analysis.tournaments.policy_game import Matrix, PolicyGame, Vector
from curnits.analysis.tournaments.tournament import Tournament

_RESAMPLES = 2_000
"""Bootstrap samples: the ends of intervals are then good to about two digits."""

_BATCH = 100
"""Bootstrap samples that are in memory at a time."""

_STEPS = 101
"""Shares of the policy in focus for which earnings are worked out."""


@dataclass(frozen=True, eq=False)
class Threshold:
    """Up to which share of some others a policy earns more than another one.

    Attributes
    ----------
    share, low, high : float
        With its interval; 0 if it never does, NaN if it always does.
    """

    policy: str
    instead_of: str
    share_of: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Results:
    """What a tournament shows; all earnings are shares of payoff range above the reference.

    Attributes
    ----------
    tournament : Tournament
    done, failed : int
        Runs.
    game : PolicyGame
    matrix : DataFrame
        ``policy``, ``against``, ``mean``, ``low``, ``high``.
    ranking : DataFrame
        ``policy``, ``mean``, ``low``, ``high``, the best first: over all policies it may meet.
    alike : list of lists of str
        Policies that nobody could tell apart by what they and others earn.
    equilibria : list of Mixture
        Of the first of those that are alike, in terms of all policies.
    invasions : DataFrame
        ``resident``, ``invader``, ``advantage``, ``low``, ``high``, ``verdict``.
    shares : DataFrame
        ``time`` and a column for each policy.
    mixtures : DataFrame
        ``share`` of the policy in focus, ``policy``, ``mean``, ``low``, ``high``.
    focus : str
    threshold : Threshold or None
    """

    tournament: Tournament
    done: int
    failed: int
    game: PolicyGame
    matrix: pd.DataFrame
    ranking: pd.DataFrame
    alike: list[list[str]]
    equilibria: list[Mixture]
    invasions: pd.DataFrame
    shares: pd.DataFrame
    mixtures: pd.DataFrame
    focus: str
    threshold: Threshold | None


@dataclass(frozen=True, eq=False)
class Cells:
    """Payoffs by cell of the game of policies and by unit that is drawn anew.

    Attributes
    ----------
    game : PolicyGame
        With means over all units.
    units : list of ndarray, each of shape (c_g, u_g)
        For each game payoffs by cell, in the order of the cells, and by draw and replication; the
        mean of the cell where a run failed.
    """

    game: PolicyGame
    units: Sequence[NDArray[np.float64]]

    def interval(self, statistic: Callable[[Matrix], Matrix]) -> tuple[Matrix, Matrix]:
        """Return the ends of 95 % intervals of what follows from mean payoffs.

        Parameters
        ----------
        statistic : callable
            Takes means, shape (c, r), for r samples at once; its last axis is theirs, too.
        """

        def resampled(*drawn: NDArray[np.int64], axis: int) -> Matrix:
            means = [
                payoffs[:, np.atleast_2d(chosen)].mean(axis=-1)
                for payoffs, chosen in zip(self.units, drawn, strict=True)
            ]
            return np.nan_to_num(statistic(np.concatenate(means)))

        unknown = np.isnan(statistic(self.game.means[:, None])[..., 0])
        if all(payoffs.shape[1] < 2 for payoffs in self.units):
            return np.full(unknown.shape, np.nan), np.full(unknown.shape, np.nan)
        # a game with a single run is drawn whenever it is its turn
        numbers = [np.arange(max(own.shape[1], 2)) % own.shape[1] for own in self.units]
        found = bootstrap(
            numbers,
            resampled,
            n_resamples=_RESAMPLES,
            batch=_BATCH,
            vectorized=True,
            method="percentile",
            rng=np.random.default_rng(0),
        )
        low, high = found.confidence_interval
        return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)


def results(data: TournamentData) -> Results:
    """Work out what a tournament shows.

    Raises
    ------
    FolderError
        If no run is done.
    """
    tournament = data.tournament
    runs = data.runs()
    status = runs["status"]
    if not (status == DONE).any():
        first = "none is there" if runs.empty else runs["message"].iloc[0]
        raise FolderError(f"{data.store.address}: no run came to an end ({first})")
    cells = gathered(tournament, data.seats())
    game = cells.game
    names = tournament.policies
    focus, rest = _focus(tournament)
    populations = mixtures(game.k, focus, rest, _STEPS)
    groups = alike(game.matrix)
    return Results(
        tournament,
        int((status == DONE).sum()),
        int((status == FAILED).sum()),
        game,
        _matrix(cells),
        _ranking(cells),
        [[names[a] for a in group] for group in groups if len(group) > 1],
        _solved(game, [group[0] for group in groups]),
        _invasions(cells),
        _shares(tournament, game),
        _mixed(cells, populations),
        names[focus],
        _threshold(tournament, cells),
    )


def gathered(tournament: Tournament, seats: pd.DataFrame) -> Cells:
    """Return the cells of the game of policies from the rows of seats."""
    policies = {name: a for a, name in enumerate(tournament.policies)}
    own, company, numbers = [], [], []
    units: list[NDArray[np.float64]] = []
    weights: list[float] = []
    games = [name for name in tournament.section.games if (seats["game"] == name).any()]
    for name in games:
        wide = seats[seats["game"] == name].pivot_table(
            index=["player", "lineup"], columns=["draw", "replication"], values="share"
        )
        for player, lineup in wide.index:
            table = [policies[label] for label in lineup.split(SEPARATOR)]
            seat = tournament.seats[name].index(player)
            numbers.append(len(weights) + seat)
            own.append(table.pop(seat))
            company.append(np.bincount(table, minlength=len(policies)))
        seated = len(tournament.seats[name])
        weights += [1.0 / (seated * len(games))] * seated
        payoffs = wide.to_numpy(np.float64)
        usual = np.nanmean(payoffs, axis=1, keepdims=True)
        units.append(np.where(np.isnan(payoffs), usual, payoffs))
    game = PolicyGame(
        tournament.policies,
        np.array(own),
        np.array(company),
        np.array(numbers),
        np.array(weights),
        np.concatenate([payoffs.mean(axis=1) for payoffs in units]),
    )
    return Cells(game, units)


def _matrix(cells: Cells) -> pd.DataFrame:
    game = cells.game
    low, high = cells.interval(lambda means: game.pairing @ means)
    rows = [
        (policy, other, game.matrix[a, b], low[a, b], high[a, b])
        for a, policy in enumerate(game.policies)
        for b, other in enumerate(game.policies)
    ]
    return pd.DataFrame(rows, columns=["policy", "against", "mean", "low", "high"])


def _ranking(cells: Cells) -> pd.DataFrame:
    game = cells.game
    overall = game.estimator(np.full(game.k, 1.0 / game.k))
    low, high = cells.interval(lambda means: overall @ means)
    columns = {"policy": game.policies, "mean": overall @ game.means, "low": low, "high": high}
    table = pd.DataFrame(columns)
    return table.sort_values("mean", ascending=False, kind="stable", ignore_index=True)


def _solved(game: PolicyGame, chosen: Sequence[int]) -> list[Mixture]:
    """Solve the game of policies that differ; keep what holds against all of them."""
    found = []
    for mixture in equilibria(game.among(chosen)):
        shares = np.zeros(game.k)
        shares[list(chosen)] = mixture.shares
        regret = game.regret(shares)
        if regret <= TALKS:
            found.append(Mixture(shares, max(regret, 0.0)))
    return found


def _invasions(cells: Cells) -> pd.DataFrame:
    game = cells.game
    counts = invading(game)
    low, high = cells.interval(lambda means: counts @ means)
    advantage = counts @ game.means
    rows = [
        (resident, invader, advantage[a, b], low[a, b], high[a, b])
        for a, resident in enumerate(game.policies)
        for b, invader in enumerate(game.policies)
        if a != b
    ]
    table = pd.DataFrame(rows, columns=["resident", "invader", "advantage", "low", "high"])
    ends = table[["low", "high"]].fillna({"low": table["advantage"], "high": table["advantage"]})
    return table.assign(
        verdict=np.select(
            [table["advantage"].isna(), ends["low"] > TALKS, ends["high"] < -TALKS],
            ["unknown", "invades", "is repelled"],
            "undecided",
        )
    )


def _shares(tournament: Tournament, game: PolicyGame) -> pd.DataFrame:
    settings = tournament.section.ecology
    moments, shares = evolve(game, started(tournament), settings.generations, settings.mutation)
    return pd.DataFrame({"time": moments, **dict(zip(game.policies, shares.T, strict=True))})


def started(tournament: Tournament) -> Vector:
    """Return the shares of the policies at first, shape (k,)."""
    stated: Mapping[str, float] = tournament.section.ecology.shares
    shares = np.array([stated.get(name, 0.0 if stated else 1.0) for name in tournament.policies])
    return np.asarray(shares / shares.sum())


def _focus(tournament: Tournament) -> tuple[int, Vector]:
    """Return the policy whose share is varied, and the shares of all others."""
    section, names = tournament.section, tournament.policies
    if section.threshold is not None:
        varied, others = section.threshold.share_of, section.threshold.instead_of
        return names.index(varied), np.eye(len(names))[names.index(others)]
    focus = names.index(section.focus or names[0])
    rest = started(tournament)
    alone = rest.sum() - rest[focus] <= 0.0
    return focus, np.ones(len(names)) if alone else rest


def _mixed(cells: Cells, populations: Sequence[Vector]) -> pd.DataFrame:
    game = cells.game
    counts = np.stack([game.estimator(shares) for shares in populations])
    low, high = cells.interval(lambda means: counts @ means)
    mean = counts @ game.means
    across = np.linspace(0.0, 1.0, len(populations))
    rows = [
        (across[s], policy, mean[s, a], low[s, a], high[s, a])
        for a, policy in enumerate(game.policies)
        for s in range(len(populations))
    ]
    return pd.DataFrame(rows, columns=["share", "policy", "mean", "low", "high"])


def _threshold(tournament: Tournament, cells: Cells) -> Threshold | None:
    asked, game = tournament.section.threshold, cells.game
    if asked is None:
        return None
    focus, rest = _focus(tournament)
    paying, usual = (game.policies.index(name) for name in (asked.policy, asked.instead_of))
    across = np.linspace(0.0, 1.0, _STEPS)
    counts = np.stack([game.estimator(x) for x in mixtures(game.k, focus, rest, _STEPS)])
    gains = counts[:, paying] - counts[:, usual]

    def crossing(means: Matrix) -> Matrix:
        return np.array([first_fall(across, gain) for gain in (gains @ means).T])

    low, high = cells.interval(crossing)
    share = float(crossing(game.means[:, None])[0])
    ends = (np.nan, np.nan) if np.isnan(low) else (float(low), float(high))
    return Threshold(asked.policy, asked.instead_of, asked.share_of, share, *ends)


def first_fall(across: Vector, gain: Vector) -> float:
    """Return where a gain first falls to zero, 1 if nowhere, NaN if it is not known.

    Examples
    --------
    >>> first_fall(np.array([0.0, 0.5, 1.0]), np.array([2.0, 1.0, -3.0]))
    0.625
    """
    if np.isnan(gain).any():
        return float("nan")
    fallen = np.flatnonzero(gain <= 0.0)
    if not len(fallen):
        return 1.0
    k = int(fallen[0])
    if k == 0:
        return 0.0
    part = gain[k - 1] / (gain[k - 1] - gain[k])
    return float(across[k - 1] + part * (across[k] - across[k - 1]))
