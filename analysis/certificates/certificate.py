"""What a certificate states: plain frozen records, without any proving or checking."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from curnits.sim.games.coalitions import Mask


@dataclass(frozen=True)
class Interval:
    """All numbers from ``low`` to ``high``."""

    low: Fraction
    high: Fraction


@dataclass(frozen=True, eq=False)
class Exact:
    """An answer in fractions.

    Attributes
    ----------
    prices : tuple of Fraction, length n
        Curnits per utilon, summing to 1.
    vanishing : tuple of Fraction, length n
        How zero prices are approached; see :class:`curnits.analysis.solution.Candidate`.
    payoffs : tuple of Fraction, length n
        Utilons; with money, after transfers.
    weights : tuple of Fraction, length n
        Positive weights at which no outcome is worth more than the payoffs, or with money than the
        agreement: the reason why it is Pareto-optimal.
    agreement : dict from outcome to Fraction
        Probabilities; what is left out is not played.
    threats : dict from mask to dict from joint action to Fraction
    multipliers : dict from mask to dict from joint action to Fraction
        With zero prices only: why threats are optimal to first order; see
        :func:`curnits.analysis.certificates.checking.check.objections`.
    disagreement : tuple of Fraction
        Where bargaining starts, utilons; empty for solutions that have threats instead.
    internal : dict from mask to dict from player to Fraction
        For ``harsanyi`` only: how coalitions weigh their members, ``μ^S``.
    replies : dict from mask to dict from joint action of the complement to its mixture
        For coalitions that move first only: mixtures of the others' replies against which no
        commitment gets more, for each reply that may be paid for.
    """

    prices: tuple[Fraction, ...]
    vanishing: tuple[Fraction, ...]
    payoffs: tuple[Fraction, ...]
    weights: tuple[Fraction, ...]
    agreement: Mapping[int, Fraction]
    threats: Mapping[Mask, Mapping[int, Fraction]]
    multipliers: Mapping[Mask, Mapping[int, Fraction]]
    disagreement: tuple[Fraction, ...] = ()
    internal: Mapping[Mask, Mapping[int, Fraction]] = field(default_factory=dict)
    replies: Mapping[Mask, Mapping[int, Mapping[int, Fraction]]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Enclosure:
    """Intervals that hold exactly one answer with the supports of ``agreement`` and ``threats``.

    Attributes are as in :class:`Exact`; all prices are positive. Each threat has as many joint
    actions as that of the complement, and makes them equally good.
    """

    prices: tuple[Interval, ...]
    payoffs: tuple[Interval, ...]
    agreement: Mapping[int, Interval]
    threats: Mapping[Mask, Mapping[int, Interval]]


type Certificate = Exact | Enclosure
