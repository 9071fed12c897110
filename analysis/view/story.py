"""A run told in sentences: who wanted what, what was threatened, what was agreed, who gained.

Takes a finished run, gives sentences under four headings; the report puts them first.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from curnits.analysis.storage.rundata import RunData
from curnits.analysis.storage.solutions import Share, transfers_said
from curnits.sim.games.normal import NormalGame

_MOST_SHARES = 3
"""Outcomes of an agreement that are told; the others are summed up."""

_SELDOM = 5e-3
"""What is played less often than this is not worth a word."""

_NOTHING = 1e-3
"""Gains below this share of a player's payoff range are none."""


def story(run: RunData) -> Mapping[str, list[str]]:
    """Return sentences about a run by heading."""
    return {
        "Who wanted what": list(_wishes(run)),
        "What was threatened": list(_threats(run)),
        "What was agreed": list(_agreement(run)),
        "Who gained by threats": list(_gains(run)),
    }


def played(shares: list[Share], most: int = _MOST_SHARES) -> str:
    """Return what is played, and how often unless always; the most frequent first."""
    ordered = sorted(shares, key=lambda share: -share.probability)
    told = [share for share in ordered if share.probability >= _SELDOM][:most]
    if len(told) == 1 and told[0].probability > 1.0 - _SELDOM:
        return _choice(told[0])
    parts = [f"{_choice(share)} ({_percent(share.probability)})" for share in told]
    rest = 1.0 - sum(share.probability for share in told)
    if rest >= _SELDOM:
        parts.append(f"others ({_percent(rest)})")
    return "; ".join(parts)


def _wishes(run: RunData) -> Iterator[str]:
    game = run.game
    for i, player in enumerate(run.players):
        own = game.outcomes[:, i]
        low, high = float(own.min()), float(own.max())
        if high == low:
            yield f"{player} gets {amount(high)} utilons whatever happens."
            continue
        best = ""
        if isinstance(game, NormalGame):
            chosen = game.outcome(int(np.argmax(own)))
            best = f", most of all by {', '.join(f'{p}: {a}' for p, a in chosen.items())}"
        yield f"{player} could get from {amount(low)} to {amount(high)} utilons{best}."


def _threats(run: RunData) -> Iterator[str]:
    harm = run.summary.escalation
    damage = {tuple(record.members): record for record in harm.coalitions}
    stake = harm.at_stake or 1.0
    for record in run.summary.state.coalitions:
        if len(record.members) != 1 or tuple(record.members) not in damage:
            continue
        found = damage[tuple(record.members)]
        against = "the other" if len(run.players) == 2 else "all others"
        (player,) = record.members
        does = f"play {played(record.threat)}"
        if not isinstance(run.game, NormalGame):
            does = f"get {amount(record.delivered[player])} utilons"
        told = f"Alone against {against}, {player} would {does}"
        others, own = found.menace / stake, found.cost / stake
        yield f"{told}: {_loss(others, against)}, {_loss(own, 'itself')}."
    expected = _percent(harm.expected_destruction / stake)
    yield f"If talks failed, {expected} of all that is at stake would be lost on average."


def _loss(share: float, who: str) -> str:
    if abs(share) < _NOTHING:
        return f"no loss to {who}"
    return f"a {'loss' if share > 0 else 'gain'} of {_percent(abs(share))} to {who}"


def _agreement(run: RunData) -> Iterator[str]:
    final = run.summary.final
    verb = "They agreed on" if run.summary.settled else "The last proposal was"
    if isinstance(run.game, NormalGame):
        yield f"{verb} {played(run.summary.state.agreement)}."
    if final.transfers is not None:
        yield transfers_said(final.transfers)
    payoffs = ", ".join(f"{amount(final.payoffs[p])} to {p}" for p in run.players)
    yield f"This gives, in utilons: {payoffs}."


def _gains(run: RunData) -> Iterator[str]:
    owed, own = run.summary.escalation.owed_to_threats, run.summary.escalation.leverage
    told = False
    for player, scale in zip(run.players, run.game.scales, strict=True):
        gain, leverage = owed[player], own[player]
        if gain is None:
            yield f"What threats change for {player} was not found out."
            told = True
        elif abs(gain) >= _NOTHING * scale:
            verb = "gains" if gain > 0 else "loses"
            by_own = ""
            if leverage is not None and abs(leverage) >= _NOTHING * scale:
                by_own = f"; its own threats alone are worth {amount(leverage)} to it"
            told = True
            yield f"{player} {verb} {amount(abs(gain))} utilons by all threats{by_own}."
    if not told and any(run.summary.escalation.harmful.values()):
        yield "Without the harmful actions everybody would get the same in the analytic answer."
    elif not told:
        yield "No action is good for nothing but a threat, so no payoff is owed to threats alone."


def _choice(share: Share) -> str:
    if len(share.outcome) == 1:
        return next(iter(share.outcome.values()))
    return ", ".join(f"{player}: {action}" for player, action in share.outcome.items())


def amount(number: float, figures: int = 4) -> str:
    """Return a number in words' company: four figures, and a minus that is no hyphen."""
    return f"{number:.{figures}g}".replace("-", "\N{MINUS SIGN}")


def _percent(share: float) -> str:
    return f"{amount(100 * share, 2)} %"
