"""What is known of axioms in general, whatever the game: proved, or refuted by an example."""

from collections.abc import Callable
from dataclasses import dataclass

from curnits.sim.games.game import Game


def _always(_: Game) -> bool:
    return True


def _money(game: Game) -> bool:
    return game.money


def _no_money(game: Game) -> bool:
    return not game.money


def _two_players(game: Game) -> bool:
    return game.n <= 2


def _more_players(game: Game) -> bool:
    return game.n > 2


@dataclass(frozen=True)
class Known:
    """Something known of an axiom and some concepts.

    Attributes
    ----------
    axiom : str
    concepts : frozenset of str
    holds : bool
        In all games of the kind, or not in all.
    why : str
    where : callable
        Of which games it is known.
    """

    axiom: str
    concepts: frozenset[str]
    holds: bool
    why: str
    where: Callable[[Game], bool] = _always


def _known(axiom: str, concepts: str, why: str, where: Callable[[Game], bool] = _always) -> Known:
    return Known(axiom, frozenset(concepts.split()), True, why, where)


def _refuted(axiom: str, concepts: str, why: str, where: Callable[[Game], bool] = _always) -> Known:
    return Known(axiom, frozenset(concepts.split()), False, why, where)


_VALUES = "coco-value first-mover-value shapley"
_PRICED = "coco harsanyi strict first-mover"
_BARGAINED = "nash kalai-smorodinsky egalitarian best-nash best-correlated pareto-meet"

_TRIED = "random games of two and three players"

THEORY: tuple[Known, ...] = (
    _known("efficiency", f"{_VALUES} {_PRICED} {_BARGAINED} disarmed", "asked of every answer"),
    _known("symmetry", f"{_VALUES} {_PRICED} {_BARGAINED} disarmed", "by definition"),
    _known("scale-and-shift", f"{_VALUES}", "conflicts are of first degree in payoffs", _money),
    _known("scale-and-shift", f"{_PRICED} disarmed", "prices take the place of units", _no_money),
    _known(
        "scale-and-shift",
        "nash kalai-smorodinsky pareto-meet",
        "Nash 1950; Kalai & Smorodinsky 1975",
        _no_money,
    ),
    _known("scale-and-shift", "best-nash best-correlated", "welfare adds up shares", _no_money),
    _refuted(
        "scale-and-shift",
        "egalitarian coco-value first-mover-value",
        "utilons of different players are compared",
        _no_money,
    ),
    _known(
        "null-player",
        "coco-value first-mover-value shapley",
        "Kohlberg & Neyman 2021: it adds nothing to any side",
        _money,
    ),
    _refuted(
        "null-player",
        "nash kalai-smorodinsky egalitarian best-nash best-correlated",
        "all share the surplus alike",
        _money,
    ),
    _known(
        "additivity",
        "coco-value first-mover-value shapley",
        "each side plays the games apart",
        _money,
    ),
    _refuted(
        "additivity",
        "coco first-mover nash kalai-smorodinsky",
        "the games would need the same prices",
        _no_money,
    ),
    _refuted("additivity", "egalitarian pareto-meet best-nash best-correlated", _TRIED, _no_money),
    _refuted("no-threats", "best-nash best-correlated", _TRIED),
    _refuted("no-threats", "kalai-smorodinsky egalitarian pareto-meet", _TRIED, _no_money),
    _refuted(
        "no-threats", "first-mover-value", "who moves first can bind itself to break off", _money
    ),
    _known("no-threats", "coco-value", "Kohlberg & Neyman 2021, balanced threats", _money),
    _known("no-threats", "coco", "claims are then a·u/n: the Nash solution", _no_money),
    _known(
        "buttons",
        "first-mover first-mover-value",
        "who presses gains nothing that it could not have without",
    ),
    _known("buttons", "pareto-meet", "a button is pressed at no efficient point"),
    _refuted(
        "buttons",
        "coco coco-value harsanyi nash kalai-smorodinsky egalitarian",
        "whoever can harm more is paid more",
    ),
    _known("maximin", "coco coco-value", "i adds twice its maximin to every side's advantage"),
    _known("maximin", "nash kalai-smorodinsky egalitarian", "talks start there"),
    _known("maximin", "best-nash best-correlated", "no equilibrium gives less"),
    _known(
        "maximin",
        "first-mover first-mover-value",
        "two sides: each can ignore the other",
        _two_players,
    ),
    _refuted("maximin", "first-mover-value", "curnits solve below-maximin", _more_players),
    _refuted("maximin", "pareto-meet", "no threat, not even an idle one, enters"),
)
"""What is known; the first row that fits counts."""


def known(axiom: str, concept: str, game: Game) -> Known | None:
    """Return what is known of an axiom for a concept on games like this one."""
    for row in THEORY:
        if row.axiom == axiom and concept in row.concepts and row.where(game):
            return row
    return None
