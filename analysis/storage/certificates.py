"""The JSON of certificates: fractions as ``"5/6"``, intervals as pairs of decimals."""

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from curnits.analysis.certificates.certificate import Certificate, Enclosure, Exact, Interval
from curnits.analysis.certificates.exact import READING
from curnits.analysis.storage.certificate_records import (
    CertificateRecord,
    FightRecord,
    Number,
    ReplyRecord,
    WeightRecord,
)
from curnits.sim.errors import InputError
from curnits.sim.games.coalitions import Mask, grand, members, proper_coalitions
from curnits.sim.games.game import Game

MAX_DIGITS = 4000
"""Longest numerator and denominator that are written and read."""

_DIGITS = rf"\d{{1,{MAX_DIGITS}}}"
_NUMERAL = re.compile(rf"-?{_DIGITS}(/{_DIGITS}|(\.{_DIGITS})?(e[+-]\d{{1,3}})?)", re.ASCII)
_WIDTH = 30
"""Digits in which ends of intervals are written; the intervals are no narrower."""


class CertificateError(InputError):
    """A certificate that names what the game does not have, or holds what is no number."""


def record_of(game: Game, certificate: Certificate) -> CertificateRecord:
    """Write a certificate."""

    def by_player(numbers: Iterable[Fraction | Interval]) -> dict[str, Number]:
        return dict(zip(game.players, map(_written, numbers), strict=True))

    def weighted(mask: Mask, weights: Mapping[int, Fraction | Interval]) -> list[WeightRecord]:
        return [
            WeightRecord(outcome=game.joint_action(mask, k), weight=_written(weight))
            for k, weight in weights.items()
        ]

    vanishing: dict[str, Number] = {}
    weights: dict[str, Number] = {}
    disagreement: dict[str, Number] = {}
    multipliers: Mapping[Mask, Mapping[int, Fraction]] = {}
    internal: Mapping[Mask, Mapping[int, Fraction]] = {}
    replies: Mapping[Mask, Mapping[int, Mapping[int, Fraction]]] = {}
    if isinstance(certificate, Exact):
        vanishing = by_player(certificate.vanishing)
        weights = by_player(certificate.weights)
        multipliers, internal = certificate.multipliers, certificate.internal
        replies = certificate.replies
        if certificate.disagreement:
            disagreement = by_player(certificate.disagreement)
    return CertificateRecord(
        kind="exact" if isinstance(certificate, Exact) else "intervals",
        reading=READING,
        prices=by_player(certificate.prices),
        vanishing=vanishing,
        payoffs=by_player(certificate.payoffs),
        weights=weights,
        disagreement=disagreement,
        agreement=weighted(grand(game.n), certificate.agreement),
        coalitions=[
            FightRecord(
                members=[game.players[i] for i in members(mask)],
                threat=weighted(mask, certificate.threats[mask]),
                multipliers=weighted(mask, multipliers.get(mask, {})),
                weights={
                    game.players[i]: str(weight) for i, weight in internal.get(mask, {}).items()
                },
                replies=[
                    ReplyRecord(
                        paid_for=game.joint_action(grand(game.n) ^ mask, k),
                        mixture=weighted(grand(game.n) ^ mask, mixture),
                    )
                    for k, mixture in replies.get(mask, {}).items()
                ],
            )
            for mask in proper_coalitions(game.n)
            if certificate.threats
        ],
    )


def certificate_of(game: Game, record: CertificateRecord) -> Certificate:
    """Read a certificate back.

    Raises
    ------
    CertificateError
        If it does not fit the game.
    """
    if record.reading != READING:
        raise CertificateError(f"reading: expected {READING!r} (found {record.reading!r:.80})")
    fights = {_mask(game, fight.members): fight for fight in record.coalitions}
    if record.kind == "exact":
        return Exact(
            prices=_numbers(game, record.prices, _fraction),
            vanishing=_numbers(game, record.vanishing, _fraction),
            payoffs=_numbers(game, record.payoffs, _fraction),
            weights=_numbers(game, record.weights, _fraction),
            agreement=_weights(game, grand(game.n), record.agreement, _fraction),
            threats={m: _weights(game, m, f.threat, _fraction) for m, f in fights.items()},
            multipliers={m: _weights(game, m, f.multipliers, _fraction) for m, f in fights.items()},
            disagreement=_numbers(game, record.disagreement, _fraction)
            if record.disagreement
            else (),
            internal={m: _internal(game, f.weights) for m, f in fights.items()},
            replies={m: _replies(game, m, f.replies) for m, f in fights.items()},
        )
    return Enclosure(
        prices=_numbers(game, record.prices, _interval),
        payoffs=_numbers(game, record.payoffs, _interval),
        agreement=_weights(game, grand(game.n), record.agreement, _interval),
        threats={m: _weights(game, m, f.threat, _interval) for m, f in fights.items()},
    )


def _written(number: Fraction | Interval) -> Number:
    if isinstance(number, Interval):
        return [f"{number.low:.{_WIDTH}g}", f"{number.high:.{_WIDTH}g}"]
    return str(number)


def _fraction(number: Number) -> Fraction:
    if not isinstance(number, str) or not _NUMERAL.fullmatch(number):
        raise CertificateError(f"expected a fraction such as 5/6 (found {number!r:.40})")
    try:
        return Fraction(number)
    except ZeroDivisionError as error:
        raise CertificateError(f"expected a fraction such as 5/6 (found {number:.40})") from error


def _interval(number: Number) -> Interval:
    if isinstance(number, str) or len(number) != 2:
        raise CertificateError(f"expected two ends of an interval (found {number!r:.40})")
    low, high = map(_fraction, number)
    return Interval(low, high)


def _numbers[T](
    game: Game, stated: Mapping[str, Number], read: Callable[[Number], T]
) -> tuple[T, ...]:
    if stated.keys() != set(game.players):
        raise CertificateError(f"expected {list(game.players)} (found {list(stated)})")
    return tuple(read(stated[player]) for player in game.players)


def _weights[T](
    game: Game, mask: Mask, stated: Iterable[WeightRecord], read: Callable[[Number], T]
) -> dict[int, T]:
    joint = {
        frozenset(game.joint_action(mask, k).items()): k for k in range(game.joint_actions(mask))
    }
    weights: dict[int, T] = {}
    for entry in stated:
        k = joint.get(frozenset(entry.outcome.items()))
        if k is None or k in weights:
            raise CertificateError(f"unknown or repeated outcome {entry.outcome}")
        weights[k] = read(entry.weight)
    return weights


def _replies(
    game: Game, mask: Mask, stated: Iterable[ReplyRecord]
) -> dict[int, dict[int, Fraction]]:
    others, found = grand(game.n) ^ mask, dict[int, dict[int, Fraction]]()
    for reply in stated:
        paid_for = WeightRecord(outcome=reply.paid_for, weight="1")
        (k,) = _weights(game, others, [paid_for], _fraction)
        found[k] = _weights(game, others, reply.mixture, _fraction)
    return found


def _internal(game: Game, stated: Mapping[str, Number]) -> dict[int, Fraction]:
    if not stated.keys() <= set(game.players):
        raise CertificateError(f"expected some of {list(game.players)} (found {list(stated)})")
    return {game.players.index(player): _fraction(number) for player, number in stated.items()}


def _mask(game: Game, names: list[str]) -> Mask:
    inside = [i for i, player in enumerate(game.players) if player in names]
    if len(inside) != len(names) or not 0 < len(inside) < game.n:
        raise CertificateError(f"expected some of {list(game.players)} (found {names})")
    return sum(1 << i for i in inside)
