"""The rules and policies of a negotiation, as objects.

Made from settings, which name them, or given from Python. Rules from elsewhere are watched: what
they answer must make sense.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, cast, override

import numpy as np

from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import NormalGame
from curnits.sim.negotiation.conflicts import Vector
from curnits.sim.negotiation.meetings.meeting import Act
from curnits.sim.negotiation.policies import Truthful
from curnits.sim.negotiation.policies.policy import Policy
from curnits.sim.negotiation.rules.deciding import DECISIONS, DecisionRule
from curnits.sim.negotiation.rules.plugins import RuleError, plugin
from curnits.sim.negotiation.rules.splitting import SPLITS, SplitRule
from curnits.sim.negotiation.rules.threats import THREATS, Situation, ThreatRule
from curnits.sim.negotiation.rules.trading import TRADES, TradeRule
from curnits.sim.negotiation.settings import NegotiationSettings

_OFF_ONE = 1e-6
"""By how much the probabilities of a rule from elsewhere may miss a sum of 1."""


@dataclass(frozen=True, eq=False)
class Rules:
    """What agents go by.

    Attributes
    ----------
    threats : ThreatRule
    splitting : SplitRule
    trading : TradeRule
    deciding : DecisionRule
    policies : tuple of Policy
        One for each player.
    discounts, audience : ndarray, shape (n,)
        What a stalled meeting and backing down cost each player, see :class:`ImpasseSettings`.
    """

    threats: ThreatRule
    splitting: SplitRule
    trading: TradeRule
    deciding: DecisionRule
    policies: tuple[Policy, ...]
    discounts: Vector
    audience: Vector

    @classmethod
    def of(
        cls,
        game: Game,
        settings: NegotiationSettings,
        *,
        policies: Mapping[str, Policy | type[Policy]] | None = None,
        **given: Any,
    ) -> Self:
        """Return the rules that settings name, with others in the place of some.

        Parameters
        ----------
        game : Game
        settings : NegotiationSettings
        policies : mapping from str to Policy, optional
            By player; an object, or a class that needs no parameters.
        **given
            ``threats``, ``splitting``, ``trading``, ``deciding``: an object or a class.

        Raises
        ------
        GameError
            If somebody does not play, or cannot have a policy in this game.
        """
        stated = {**settings.policies, **(policies or {})}
        _check_players("policies", stated, game)
        ways = tuple(_made(stated.get(player, Truthful)) for player in game.players)
        for player, policy in zip(game.players, ways, strict=True):
            try:
                policy.check(game)
            except GameError as error:
                raise GameError(f"negotiation.policies.{player}: {error}") from error
        rules = cls(
            given.pop("threats", None) or _rule("threats", settings.threats, THREATS, settings),
            given.pop("splitting", None) or _rule("splitting", settings.splitting, SPLITS),
            given.pop("trading", None) or _rule("trading", settings.trading, TRADES),
            given.pop("deciding", None) or _rule("deciding", settings.deciding, DECISIONS),
            ways,
            _each("impasse.discount", settings.impasse.discount, game, 1.0),
            _each("impasse.audience", settings.impasse.audience, game, 0.0),
        )
        if given:
            raise RuleError(
                f"unknown rule {next(iter(given))!r} (expected threats, splitting, trading or "
                "deciding)"
            )
        return replace(
            rules,
            threats=_watched_threats(_made(rules.threats)),
            splitting=_made(rules.splitting),
            trading=_made(rules.trading),
            deciding=_made(rules.deciding),
        )


def announced(game: Game, policies: Sequence[Policy]) -> Game:
    """Return the game that players say they play; the game itself if all tell the truth."""
    told = [policy.announce(game, i) for i, policy in enumerate(policies)]
    if all(payoffs is None for payoffs in told):
        return game
    true = cast("NormalGame", game)  # policies that announce something check that
    payoffs = np.array(
        [own if said is None else said for own, said in zip(true.payoffs, told, strict=True)]
    )
    return replace(true, payoffs=payoffs)


def answer(given: Any, count: int, policy: object) -> Vector:
    """Return what players with one policy answer as an array, shape ``(count,)``.

    Raises
    ------
    RuleError
        If it is no number for each of them.
    """
    try:
        values = np.broadcast_to(np.asarray(given, dtype=np.float64), count)
    except (TypeError, ValueError) as error:
        raise RuleError(
            f"the policy {type(policy).__name__}: expected a number for each of {count} players "
            f"(found {given!r:.60})"
        ) from error
    if np.isnan(values).any() or (values == np.inf).any():
        raise RuleError(
            f"the policy {type(policy).__name__}: expected numbers (found {given!r:.60})"
        )
    return values


def acts(given: Any, count: int, policy: object) -> list[Act]:
    """Return what players with one policy do.

    Raises
    ------
    RuleError
        If it is no act for each of them.
    """
    values = answer(given, count, policy)
    if not np.isin(values, list(Act)).all():
        raise RuleError(f"the policy {type(policy).__name__}: expected acts (found {given!r:.60})")
    return [Act(int(value)) for value in values]


@dataclass(frozen=True)
class _Watched(ThreatRule):
    """A rule from elsewhere, whose threats have to be distributions."""

    rule: ThreatRule

    @override
    def respond(self, now: Situation) -> Vector:
        found = np.asarray(self.rule.respond(now), dtype=np.float64)
        if found.shape != now.gains.shape or not (found >= 0.0).all():
            raise self._error("a probability for each joint action")
        if np.abs(now.segments.sums(found) - 1.0).max(initial=0.0) > _OFF_ONE:
            raise self._error("probabilities that sum to 1 for each coalition")
        return found

    def _error(self, expected: str) -> RuleError:
        return RuleError(f"the threat rule {type(self.rule).__name__}: expected {expected}")


def _watched_threats(rule: ThreatRule) -> ThreatRule:
    if type(rule).__module__ == ThreatRule.__module__:
        return rule
    watched = _Watched(rule)
    object.__setattr__(watched, "memories", rule.memories)
    return watched


def _made(rule: Any) -> Any:
    return rule() if isinstance(rule, type) else rule


def _rule(kind: str, name: str, known: Mapping[str, Any], *needed: NegotiationSettings) -> Any:
    made = known[name](*needed) if name in known else plugin(kind, name)
    if made is None:
        raise RuleError(f"negotiation.{kind}: unknown rule {name!r}")
    return made


def _each(key: str, stated: float | Mapping[str, float], game: Game, otherwise: float) -> Vector:
    given = stated if isinstance(stated, Mapping) else dict.fromkeys(game.players, stated)
    _check_players(key, given, game)
    return np.array([given.get(player, otherwise) for player in game.players])


def _check_players(key: str, given: Mapping[str, Any], game: Game) -> None:
    for player in given:
        if player not in game.players:
            expected = ", ".join(game.players)
            raise GameError(f"negotiation.{key}: expected some of {expected} (found {player!r})")
