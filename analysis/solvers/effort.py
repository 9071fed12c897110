"""How long a game will take, from its size alone: refused or announced before anything starts.

Commands that solve for coalitions' threats call :func:`foresee` first. The rates are those seen on
one core of 2025; estimates are right within a factor of three or so.
"""

from curnits.sim.games.game import MAX_CONFLICT_CELLS, Game, GameError

MAX_COALITIONS = 1 << 16
"""Most coalitions whose threats are solved: a solution then takes about 500 MB."""

MAX_CELLS = 10_000_000_000
"""Most payoffs in all conflicts together, with money, where each is looked at once (minutes)."""

WORTH_SAYING = 10.0
"""Shorter times are not announced, seconds."""

_PER_CELL = 2e-8
"""Seconds that solving a conflict takes for each of its payoffs."""

_PER_CONFLICT = 5e-5
"""Seconds that any conflict takes."""

_VISITS = 50
"""How often conflicts are solved, without money, until prices are found; a typical number."""

_PER_CELL_AND_TICK = 2.3e-9
"""Seconds; see :data:`_PER_TICK`."""

_PER_TICK = 2e-4
"""Seconds of a tick of the simulation, for each payoff in conflicts, and besides."""


def foresee(game: Game, ticks: int = 0) -> str:
    """Return what to say of the time that a game will take; empty if that is not worth saying.

    Parameters
    ----------
    game : Game
    ticks : int
        Of a simulation before it is solved, at most.

    Raises
    ------
    GameError
        If the game has too many coalitions, or too many payoffs in their conflicts.
    """
    coalitions = (1 << game.n) - 1
    if coalitions > MAX_COALITIONS:
        raise GameError(
            f"too many coalitions for this concept: {coalitions:,} of {game.n} players, whose "
            f"threats would not fit into memory (at most {MAX_COALITIONS:,}; nash, "
            "kalai-smorodinsky and egalitarian need none)"
        )
    cells = game.conflict_cells
    most = MAX_CELLS if game.money and not ticks else MAX_CONFLICT_CELLS
    if cells > most:
        raise GameError(
            f"too large for this concept: the conflicts between coalitions hold {cells:,} payoffs, "
            f"at most {most:,} can be handled (nash, kalai-smorodinsky and egalitarian need none)"
        )
    visits = _VISITS if not game.money and game.ranges.any() else 1
    solving = (_PER_CELL * cells + _PER_CONFLICT * coalitions / 2) * visits
    negotiating = ticks * (_PER_TICK + _PER_CELL_AND_TICK * cells)
    if solving + negotiating < WORTH_SAYING:
        return ""
    steps = [f"up to {_time(negotiating)} for {ticks:,} ticks"] if ticks else []
    return (
        f"{coalitions:,} coalitions with {cells:,} payoffs in their conflicts: expect "
        f"{' and '.join([*steps, f'about {_time(solving)} to solve'])}"
    )


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
