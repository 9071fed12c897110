"""One run from start to finish: a game is negotiated until nothing moves, or time is up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask, grand
from curnits.sim.games.game import Game
from curnits.sim.games.html import number, table
from curnits.sim.games.ladders import Ladder, among_all, climb
from curnits.sim.games.newcomers import Newcomer
from curnits.sim.negotiation.events.arriving import Reception
from curnits.sim.negotiation.events.failing import Hazard
from curnits.sim.negotiation.events.inventing import Workshop
from curnits.sim.negotiation.events.renegotiating import renegotiation
from curnits.sim.negotiation.events.stopping import talks
from curnits.sim.negotiation.protocols.registry import PROTOCOLS
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.recording.events import history
from curnits.sim.recording.recorder import Recorder
from curnits.sim.recording.tables import Tables
from curnits.sim.scenario.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Run:
    """What a simulation leaves behind.

    Attributes
    ----------
    tables : mapping from str to DataFrame
        ``ticks``, ``negotiators``, ``coalitions``, ``members``, ``agreements``, ``threats``,
        ``trades``: see :meth:`curnits.sim.recording.tables.Record.tables`; ``inventions``,
        ``offers``, ``breakdowns``, ``talks``: see :func:`curnits.sim.recording.events.history`.
    prices : ndarray, shape (n,)
        Final prices, curnits per utilon of each player, summing to 1.
    payoffs : ndarray, shape (n,)
        Final payoffs in each player's own utilons; with money, after payments.
    agreement : ndarray, shape (∏ m_i,)
        What N plays at the end: a distribution over outcomes in C order, those with rungs that
        nobody has invented included.
    threats : dict from mask to ndarray
        The credible threat of every proper coalition at the end, over its joint actions, those
        with rungs that nobody has invented included.
    converged : bool
        Whether every stopping condition held before time was up.
    ticks : int
    seed : int
    disagreement : ndarray, shape (n,), or None
        What players expected at the end if talks failed, in protocols where that matters; utilons.
    credibility : ndarray, shape (n,), or None
        Probability with which players were believed at the end to carry out threats; None if
        nobody doubted it.
    learned : bool
        Whether anything was learned in the course of the talks; otherwise players knew what to
        expect before they began.
    interrupted : bool
        Whether the run was stopped before it was over.
    """

    tables: Mapping[str, pd.DataFrame]
    prices: NDArray[np.float64]
    payoffs: NDArray[np.float64]
    agreement: NDArray[np.float64]
    threats: dict[Mask, NDArray[np.float64]]
    converged: bool
    ticks: int
    seed: int
    disagreement: NDArray[np.float64] | None = None
    credibility: NDArray[np.float64] | None = None
    learned: bool = True
    interrupted: bool = False

    @property
    def players(self) -> tuple[str, ...]:
        """Names of the players."""
        return tuple(self.tables["negotiators"]["player"].unique())

    def __repr__(self) -> str:
        """Return what came out."""
        pairs = zip(self.players, self.payoffs, strict=True)
        payoffs = ", ".join(f"{name} {number(payoff)}" for name, payoff in pairs)
        state = "settled" if self.converged else "not settled"
        return f"<{state} after {self.ticks:,} ticks: {payoffs}>"

    def _repr_html_(self) -> str:
        """Return payoffs and prices as a table for notebooks."""
        rows = zip(self.players, self.payoffs, self.prices, strict=True)
        state = "settled" if self.converged else "not settled"
        return table(
            ["player", "payoff", "price"],
            [[name, float(payoff), float(price)] for name, payoff, price in rows],
            f"{state} after {self.ticks:,} ticks",
        )


class Simulation:
    """A run that is stepped from outside, so that it can be watched while it lasts.

    Parameters
    ----------
    game : Game or Scenario
        A game without the rungs of the ladders, or a scenario, which says all the rest too.
    negotiation : NegotiationSettings
    run : RunSettings
    ladders : sequence of Ladder
        Threats that players have besides, and those they may invent.
    newcomers : sequence of Newcomer
        Players who arrive later.
    rules : Rules, optional
        Objects for rules and policies; by default those that the settings name.

    Attributes
    ----------
    model : Negotiation
    converged : bool
        Whether every stopping condition holds.

    Raises
    ------
    GameError
        If the game has too many conflicts to be negotiated.
    """

    def __init__(
        self,
        game: Game,
        negotiation: NegotiationSettings,
        run: RunSettings,
        ladders: Sequence[Ladder] = (),
        newcomers: Sequence[Newcomer] = (),
        rules: Rules | None = None,
    ) -> None:
        every, noise = negotiation.inventing_every, negotiation.inventing_noise
        self._reception = Reception(game, newcomers)
        self._workshop = Workshop(self._reception.present, ladders, every, noise)
        self._complete = climb(game, ladders, [len(ladder.rungs) for ladder in ladders])
        self._settings = run
        self._ending = talks(run)
        failing = negotiation.breakdown
        self._hazard = Hazard(failing, renegotiation(failing.renegotiate, game))
        self._rounds = negotiation.rounds
        talking, known = PROTOCOLS[negotiation.protocol], self._workshop.known
        self.model = talking(known, negotiation, run.seed, rules)
        self.recorder = Recorder(self.model, run.record_every)
        self.converged = False

    @classmethod
    def of(cls, scenario: Scenario) -> "Simulation":
        """Prepare the talks of a scenario, with its ladders and newcomers.

        Raises
        ------
        GameError
            As above.
        """
        return cls(
            scenario.game_without_ladders,
            scenario.negotiation,
            scenario.run,
            scenario.ladder_list,
            scenario.newcomer_list,
        )

    @property
    def over(self) -> bool:
        """Whether the last talks have converged or failed, or time is up."""
        return self.converged or not self._rounds or self.model.ticks >= self._settings.ticks

    def step(self) -> None:
        """Let one tick pass."""
        model = self.model
        self._reception.visit(model, self._workshop)
        self._workshop.visit(model)
        model.step()
        self.recorder.observe()
        failed = self._hazard.draw(model)
        everything = self._workshop.idle(model) and self._reception.complete(model)
        settled = bool(self._ending.over(model)) and everything and not failed and not model.stalled
        if settled and not self._hazard.sign(model):
            settled, failed = False, True
        self._rounds -= failed or settled
        if settled and self._rounds:
            model.close("agreed", model.payoffs)
        if (settled or failed) and self._rounds:
            model.reopen()
            self._ending = talks(self._settings)
        self.converged = settled and not self._rounds
        model.running = not self.over

    @property
    def record_every(self) -> int:
        """Ticks between two rows of a series."""
        return self._settings.record_every

    @property
    def _open(self) -> bool:
        """Whether a talk is under way."""
        return self.model.journal.began < self.model.ticks

    def result(self, rows: int | None = None) -> Run:
        """Return what the run has come to so far.

        Parameters
        ----------
        rows : int, optional
            Most ticks to keep in the tables; by default all that were recorded.
        """
        model, complete = self.model, self._complete
        ending = "agreed" if self.converged and model.settling_agrees else "unfinished"
        open_ = model.journal.ended(model.ticks, ending, model.payoffs) if self._open else []
        events = history(model.journal, open_, self._workshop.inventions)
        threats, _ = model.credible()
        return Run(
            Tables({**self.recorder.excerpt(rows).tables(), **events}),
            model.prices,
            model.payoffs,
            among_all(model.game, complete, grand(complete.n), model.quote.agreement),
            {
                mask: among_all(model.game, complete, mask, threat)
                for mask, threat in model.conflicts.by_coalition(threats).items()
            },
            self.converged,
            model.ticks,
            self._settings.seed,
            model.impasse,
            None if (model.credibility.levels >= 1.0).all() else model.credibility.levels.copy(),
            model.learns,
        )


def simulate(
    game: Game | Scenario,
    negotiation: NegotiationSettings | None = None,
    run: RunSettings | None = None,
    *,
    ladders: Sequence[Ladder] = (),
    newcomers: Sequence[Newcomer] = (),
    rules: Rules | None = None,
) -> Run:
    """Let the players of a game negotiate.

    Parameters
    ----------
    game : Game
        Without the rungs of the ladders.
    negotiation : NegotiationSettings, optional
    run : RunSettings, optional
    ladders : sequence of Ladder, optional
        Threats that players have besides, and those they may invent.
    newcomers : sequence of Newcomer, optional
        Players who arrive later.
    rules : Rules, optional
        Objects for rules and policies; by default those that the settings name.

    Raises
    ------
    GameError
        If the game has too many conflicts to be negotiated.

    Examples
    --------
    >>> from curnits.sim import load, simulate
    >>> simulate(load("hot-dog-stands")).players
    ('small stand', 'big stand')
    """
    if isinstance(game, Scenario):
        return pursue(Simulation.of(game))
    negotiation, run = negotiation or NegotiationSettings(), run or RunSettings()
    return pursue(Simulation(game, negotiation, run, ladders, newcomers, rules))


def pursue(
    simulation: Simulation,
    progress: Callable[[int], None] | None = None,
    interrupted: Callable[[], bool] | None = None,
) -> Run:
    """Let ticks pass until a simulation is over.

    Parameters
    ----------
    simulation : Simulation
    progress : callable, optional
        Called with the number of ticks so far whenever a row is recorded.
    interrupted : callable, optional
        Asked after every tick whether to stop at once.
    """
    stopped = False
    while not simulation.over and not stopped:
        simulation.step()
        if progress is not None and simulation.model.ticks % simulation.record_every == 0:
            progress(simulation.model.ticks)
        stopped = interrupted is not None and interrupted()
    result = simulation.result()
    return result if simulation.over else replace(result, interrupted=True)
