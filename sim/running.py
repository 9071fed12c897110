"""One run from start to finish: a game is negotiated until nothing moves, or time is up."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.games.coalitions import Mask
from sim.games.game import Game
from sim.negotiation.model import Negotiation
from sim.negotiation.settings import NegotiationSettings, RunSettings
from sim.negotiation.stopping import talks
from sim.recording import Recorder


@dataclass(frozen=True, eq=False)
class Run:
    """What a simulation leaves behind.

    Attributes
    ----------
    tables : dict from str to DataFrame
        ``ticks``, ``negotiators``, ``coalitions``, ``threats``, ``trades``: see
        :meth:`sim.recording.Recorder.tables`.
    prices : ndarray, shape (n,)
        Final prices, curnits per utilon of each player, summing to 1.
    payoffs : ndarray, shape (n,)
        Final payoffs in each player's own utilons; with money, after payments.
    agreement : ndarray, shape (∏ m_i,)
        What N plays at the end: a distribution over outcomes in C order.
    threats : dict from mask to ndarray
        The credible threat of every proper coalition at the end, over its joint actions.
    converged : bool
        Whether every stopping condition held before time was up.
    ticks : int
    seed : int
    """

    tables: dict[str, pd.DataFrame]
    prices: NDArray[np.float64]
    payoffs: NDArray[np.float64]
    agreement: NDArray[np.float64]
    threats: dict[Mask, NDArray[np.float64]]
    converged: bool
    ticks: int
    seed: int


def simulate(
    game: Game,
    negotiation: NegotiationSettings | None = None,
    run: RunSettings | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> Run:
    """Let the players of a game negotiate.

    Parameters
    ----------
    game : Game
    negotiation : NegotiationSettings, optional
    run : RunSettings, optional
    progress : callable, optional
        Called with the number of ticks so far whenever a row is recorded.

    Raises
    ------
    GameError
        If the game has too many conflicts to be negotiated.
    """
    negotiation, run = negotiation or NegotiationSettings(), run or RunSettings()
    model = Negotiation(game, negotiation, run.seed)
    recorder = Recorder(model, run.record_every)
    ending = talks(run)
    converged = False
    while not converged and model.ticks < run.ticks:
        model.step()
        recorder.observe()
        converged = ending.over(model)
        if progress is not None and model.ticks % run.record_every == 0:
            progress(model.ticks)
    recorder.keep()
    threats, _ = model.credible()
    return Run(
        recorder.tables(),
        model.prices,
        model.payoffs,
        model.quote.agreement,
        model.conflicts.by_coalition(threats),
        converged,
        model.ticks,
        run.seed,
    )
