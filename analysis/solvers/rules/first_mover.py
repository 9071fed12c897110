"""One side commits itself first, and pays the other for the reply it wants.

A reconstruction after what Diffractor (2022) says of his ROSE value; his text was not available,
so this need not be it.
"""

from dataclasses import dataclass
from typing import override

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solution import Vector
from curnits.analysis.solvers.conflict import solve_lexicographic
from curnits.analysis.solvers.rules.rule import ConflictRule, FoughtConflicts
from curnits.sim.games.coalitions import grand, proper_coalitions
from curnits.sim.games.conflict_stacks import ConflictStack, HeldConflicts
from curnits.sim.games.feasible.matrixgames import solve_stack
from curnits.sim.games.game import Game, GameError

_TIE = 1e-11
"""Replies worth this much less than the best one, in shares of what is at stake, tie with it."""

_CELLS = 4_000_000
"""Numbers in the matrices that are solved at once: 32 MB."""

_QUICK_CELLS, _QUICK_PLAYERS = 20_000, 5
"""Numbers in all commitments, and players, of a game that is solved in about a second."""

_MOST_CELLS = 400_000_000
"""Numbers in the matrices of one stack of conflicts: some minutes."""


@dataclass(frozen=True)
class FirstMoverSurplus(ConflictRule):
    """``d(S) = I_S − I_{N∖S}``, where ``I_S`` is what S gets if it moves first.

    S commits itself to a mixed action x, and pays the others to reply by b, not by their best
    reply: ``I_S = max_x [max_b (A+B)(x, b) − max_{b'} B(x, b')]`` with A and B the payoffs of both
    sides in curnits. So S must leave the others what they would get by their best reply. An action
    that takes more from them than it costs S is no use for that: it lowers ``A+B`` by both, and
    what must be left to them by no more than what it takes.

    For a given b this is the zero-sum game with payoffs ``(A+B)(x, b) − B(x, b')``.
    """

    @override
    def fight(self, stack: ConflictStack, prices: Vector) -> FoughtConflicts:
        held = stack.held()
        own, other = _committed(held, prices), _committed(_turned(held), prices)
        return FoughtConflicts(
            own.worths - other.worths, own.gradients - other.gradients, own.plays, other.plays
        )

    @override
    def limit(self, stack: ConflictStack, prices: Vector, direction: Vector) -> FoughtConflicts:
        held = stack.held()
        own, other = (_in_the_limit(side, prices, direction) for side in (held, _turned(held)))
        gradients = np.full(stack.sides.shape, np.nan)
        return FoughtConflicts(own.worths - other.worths, gradients, own.plays, other.plays)


FIRST_MOVER_SURPLUS = FirstMoverSurplus()


def few_commitments(game: Game) -> bool:
    """Tell whether a game is solved quickly: every reply of every conflict is tried."""
    full = grand(game.n)
    sizes = {mask: game.joint_actions(mask) for mask in proper_coalitions(game.n)}
    return (
        sum(size * sizes[full ^ mask] ** 2 for mask, size in sizes.items()) <= _QUICK_CELLS
        and game.n <= _QUICK_PLAYERS
    )


@dataclass(frozen=True, eq=False)
class _Commitments:
    """What row sides get by moving first, its gradients, and what they commit themselves to."""

    worths: Vector
    gradients: Vector
    plays: Vector


def _turned(stack: HeldConflicts) -> HeldConflicts:
    """Return the same conflicts with the other sides as rows; coalitions are not kept track of."""
    return HeldConflicts(stack.coalitions, -stack.sides, stack.payoffs.swapaxes(2, 3))


def _sides(stack: HeldConflicts, prices: Vector) -> tuple[Vector, Vector]:
    """Return what both sides get together, and what the column side gets, ``(P, R, C)`` each."""
    together = np.einsum("i,pirc->prc", prices, stack.payoffs)
    theirs = np.einsum("pi,pirc->prc", (stack.sides < 0) * prices, stack.payoffs)
    return together, theirs


def _hopeful(together: Vector, theirs: Vector) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the conflicts and replies at which what the row side gets may be largest.

    With a reply b it gets no more than its best payoff against b, and no less than by any single
    commitment.
    """
    least = (together.max(axis=2) - theirs.max(axis=2)).max(axis=1)
    most = (together - theirs).max(axis=1)
    unit = np.ptp(together, axis=(1, 2)) + np.ptp(theirs, axis=(1, 2))
    which, replies = np.nonzero(most >= (least - _TIE * unit)[:, None])
    return which, replies


def _solved(
    together: Vector, theirs: Vector, which: NDArray[np.intp], replies: NDArray[np.intp]
) -> tuple[Vector, Vector, Vector]:
    """Solve the zero-sum games ``(A+B)(x, b) − B(x, b')`` of some conflicts and replies."""
    _, height, width = together.shape
    if len(which) * height * width > _MOST_CELLS:
        raise GameError(
            f"the game is too large for first-mover surplus: its commitments hold "
            f"{len(which) * height * width:,} numbers, at most {_MOST_CELLS:,} are tried"
        )
    step = max(1, _CELLS // (height * width))
    found = [
        solve_stack(
            together[which[k : k + step], :, replies[k : k + step]][:, :, None]
            - theirs[which[k : k + step]]
        )
        for k in range(0, len(which), step)
    ]
    worths, plays, answers = (np.concatenate(part) for part in zip(*found, strict=True))
    return worths, plays, answers


def _committed(stack: HeldConflicts, prices: Vector) -> _Commitments:
    together, theirs = _sides(stack, prices)
    which, replies = _hopeful(together, theirs)
    worths, plays, answers = _solved(together, theirs, which, replies)
    # of every conflict the best reply to pay for, the first of several
    order = np.lexsort((np.arange(len(which)), -worths, which))
    best = order[np.unique(which[order], return_index=True)[1]]
    play, answer, paid = plays[best], answers[best], replies[best]
    count = np.arange(len(stack.sides))
    done = np.einsum("pr,pir->pi", play, stack.payoffs[count, :, :, paid])
    best_reply = np.einsum("pr,pirc,pc->pi", play, stack.payoffs, answer)
    return _Commitments(worths[best], done - (stack.sides < 0) * best_reply, play)


def _in_the_limit(stack: HeldConflicts, prices: Vector, direction: Vector) -> _Commitments:
    together, theirs = _sides(stack, prices)
    which, replies = _hopeful(together, theirs)
    worths, _, _ = _solved(together, theirs, which, replies)
    unit = np.ptp(together, axis=(1, 2)) + np.ptp(theirs, axis=(1, 2))
    more, theirs_more = _sides(stack, direction)
    rises = np.full(len(stack.sides), -np.inf)
    plays = np.zeros((len(stack.sides), together.shape[1]))
    for p, b, worth in zip(which.tolist(), replies.tolist(), worths.tolist(), strict=True):
        if worth >= worths[which == p].max() - _TIE * unit[p]:
            first = together[p, :, b][:, None] - theirs[p]
            second = more[p, :, b][:, None] - theirs_more[p]
            play, answer = solve_lexicographic(first, second)
            rise = float(play @ second @ answer)
            if rise > rises[p]:
                rises[p], plays[p] = rise, play
    return _Commitments(rises, np.full(stack.sides.shape, np.nan), plays)
