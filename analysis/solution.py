"""What a solver answers: plain frozen records, without any solving or checking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from html import escape

import numpy as np
from numpy.typing import NDArray

from curnits.sim.games.coalitions import Mask
from curnits.sim.games.game import Game
from curnits.sim.games.html import number, table

type Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Candidate:
    """A claimed equilibrium of a game in normal form, before anyone has checked it.

    Attributes
    ----------
    prices : ndarray, shape (n,)
        Curnits per utilon, non-negative, summing to 1.
    agreement : ndarray, shape (∏ m_i,)
        What N plays: a distribution over outcomes in C order.
    threats : dict from mask to ndarray
        For every proper coalition the distribution over its joint actions (C order over ascending
        members) that it plays against its complement.
    vanishing : ndarray, shape (n,)
        Players whose price is zero are read as the limit of ``prices + δ · vanishing`` for
        ``δ → 0``: positive for them, of any sign for the others, all 0 if nobody's price is zero.
    drift : mapping from mask to ndarray
        How the threats change with δ there; empty unless a concept asks for it.
    """

    prices: Vector
    agreement: Vector
    threats: dict[Mask, Vector]
    vanishing: Vector
    drift: Mapping[Mask, Vector] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Claim:
    """What an answer says of itself, for a verifier.

    Attributes
    ----------
    candidate : Candidate
        Bargaining solutions have no threats.
    payoffs : ndarray, shape (n,)
        Utilons; where there is money, after payments.
    disagreement : ndarray, shape (n,), or None
        Where talks start from, utilons, if the concept asks for it.
    credibility : ndarray, shape (n,), or None
        Probability with which each player is believed to carry out threats, if it asks for that.
    """

    candidate: Candidate
    payoffs: Vector
    disagreement: Vector | None = None
    credibility: Vector | None = None


@dataclass(frozen=True)
class Residuals:
    """How far an answer is from each condition, in shares of payoff range (0 is perfect).

    ``pareto``: mean gain the players could have without anyone losing. ``support``: how much more
    the best outcome is worth at these prices. ``regret``: the most any coalition could gain by
    another threat. ``split``: spread of the gains inside a coalition. ``delivery``: claims against
    what is delivered in conflict. ``clearing``: entitlements against payoffs.
    """

    pareto: float
    support: float
    regret: float
    split: float
    delivery: float
    clearing: float


@dataclass(frozen=True, eq=False)
class OpenThreat:
    """What optimal threats deliver in a coalition's conflict, where there may be several.

    Attributes
    ----------
    unique : bool
        Whether all of them deliver the same to everybody.
    least, most : ndarray, shape (n,)
        Utilons of each member, NaN for players outside: over all pairs of optimal strategies of
        both sides at the prices of the answer.
    least_destroyed, most_destroyed : float
        Curnits by which everybody together falls short of the best outcome.
    """

    unique: bool
    least: Vector
    most: Vector
    least_destroyed: float
    most_destroyed: float


@dataclass(frozen=True, eq=False)
class CoalitionAccount:
    """One coalition's books at an answer; vectors of shape (n,), NaN for players outside.

    Attributes
    ----------
    coalition : int
        Mask.
    threat : ndarray
        What the coalition plays against its complement (for N: the agreement).
    value : float
        Curnits: the worth of its fight, ``Σ_{i∈S} a_i r_i − Σ_{j∉S} a_j r_j``; for N ``a·u``.
    delivered, claims : ndarray
        Utilons of each member.
    dividend : float
        Curnits for each member.
    weights : ndarray
        Internal weights of the members; all ones in a ``coco`` equilibrium.
    disposal : ndarray
        Curnits each member forgoes; all zero in a ``coco`` equilibrium.
    open : OpenThreat or None
        What other optimal threats would do; None where that was not worked out.
    """

    coalition: Mask
    threat: Vector
    value: float
    delivered: Vector
    claims: Vector
    dividend: float
    weights: Vector
    disposal: Vector
    open: OpenThreat | None = None


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A candidate with the verifier's figures.

    Attributes
    ----------
    candidate : Candidate
    payoffs : ndarray, shape (n,)
        Payoffs of the agreement, in each player's own utilons.
    on : str
        Where on the frontier: ``vertex``, ``edge``, ``face``, ``interior`` or ``smooth``.
    coalitions : tuple of CoalitionAccount
        Every non-empty coalition, ascending by mask.
    residuals : Residuals
    accepted : bool
        The verifier's verdict.
    """

    candidate: Candidate
    payoffs: Vector
    on: str
    coalitions: tuple[CoalitionAccount, ...]
    residuals: Residuals
    accepted: bool

    def _repr_html_(self) -> str:
        """Return payoffs, prices and residuals as tables for notebooks."""
        return self.to_html(())

    def to_html(self, players: Sequence[str]) -> str:
        """Return the same with the players' names, or with numbers if there are none."""
        named = players or [str(i) for i in range(1, len(self.payoffs) + 1)]
        rows = zip(named, self.payoffs, self.candidate.prices, strict=True)
        verdict = "accepted" if self.accepted else "not accepted"
        figures = [(f.name, float(getattr(self.residuals, f.name))) for f in fields(Residuals)]
        return table(
            ["player", "payoff", "price"],
            [[name, float(u), float(a)] for name, u, a in rows],
            f"{self.on}, {verdict}",
        ) + table(["residual", "share of payoff range"], figures)


@dataclass(frozen=True, eq=False)
class Shortfall:
    """How far a game is from having a literal (coalition-perfect) equilibrium.

    Attributes
    ----------
    weights : float
        The largest ``|μ_i^S − 1|`` of any coalition in the ``harsanyi`` equilibrium in which that
        is least, of those found; NaN if none was.
    disposal : float
        The most any member there disposes of, a share of its payoff range; NaN likewise.
    violation : float
        The least by which prices were found to miss some literal condition, a share of payoff
        range.
    prices : ndarray, shape (n,)
        Where that is, curnits per utilon, summing to 1.
    coalition : int
        Mask of the coalition whose conditions keep it from being less.
    """

    weights: float
    disposal: float
    violation: float
    prices: Vector
    coalition: Mask


@dataclass(frozen=True, eq=False)
class Solution:
    """What a concept says about a game.

    Attributes
    ----------
    concept : str
    exists : bool or None
        None when undecided (nothing was found that the verifier accepts).
    equilibria : tuple of Equilibrium
        Accepted ones only.
    complete : bool
        Whether the list is known to hold every equilibrium.
    method : str
        How it was found.
    notes : tuple of str
        What a reader must know, such as prices that vanish.
    shortfall : Shortfall or None
        Of ``strict`` where no literal equilibrium was found.
    game : Game or None
        The game that agreements and threats are those of, if it had to be refined.
    disagreement : ndarray, shape (n,), or None
        Where bargaining starts from, utilons, if it does.
    credibility : ndarray, shape (n,), or None
        How far each player is believed, if that matters.
    players : tuple of str
        Their names, for readers.
    """

    concept: str
    exists: bool | None
    equilibria: tuple[Equilibrium, ...]
    complete: bool
    method: str
    notes: tuple[str, ...] = field(default=())
    shortfall: Shortfall | None = None
    game: Game | None = None
    disagreement: Vector | None = None
    credibility: Vector | None = None
    players: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return the concept and the payoffs of its answers."""
        found = {True: "exists", False: "does not exist", None: "undecided"}[self.exists]
        payoffs = "; or ".join(_listed(self.players, one.payoffs) for one in self.equilibria)
        return f"<{self.concept}: {payoffs or found}>"

    def _repr_html_(self) -> str:
        """Return all answers as tables for notebooks."""
        found = {True: "exists", False: "does not exist", None: "undecided"}[self.exists]
        lines = [f"{self.concept}: {found}", *self.notes, f"Method: {self.method}"]
        texts = "".join(f"<p>{escape(line)}</p>" for line in lines)
        return texts + "".join(one.to_html(self.players) for one in self.equilibria)


@dataclass(frozen=True, eq=False)
class Point:
    """One payoff vector a closed-form concept selects, with the prices or directions behind it.

    Attributes
    ----------
    concept : str
    payoffs : ndarray, shape (n,)
        Utilons. With money, payoffs after transfers.
    prices : ndarray, shape (n,)
        Weights that support the point, summing to 1.
    agreement : ndarray, shape (∏ m_i,)
        Distribution over outcomes; with money, what is played before transfers.
    disagreement : ndarray, shape (n,)
        Where talks start from; NaN for concepts that need none.
    notes : tuple of str
    """

    concept: str
    payoffs: Vector
    prices: Vector
    agreement: Vector
    disagreement: Vector
    notes: tuple[str, ...] = field(default=())


def _listed(players: Sequence[str], payoffs: Vector) -> str:
    named = players or [str(i) for i in range(1, len(payoffs) + 1)]
    pairs = zip(named, payoffs, strict=True)
    return ", ".join(f"{name} {number(payoff)}" for name, payoff in pairs)
