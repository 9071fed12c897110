"""What ``run`` prints for people: the verdict, then where agents ended, beside where they should.

Takes a run's summary and a console, gives nothing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rich.console import Console

from curnits.analysis.cli.amounts import (
    MOST_ROWS,
    residual,
    rounded,
    say_rest,
    show,
    table,
    written,
)
from curnits.analysis.cli.show_answer import (
    payoff_ranges,
    show_agreement,
    show_coalitions,
    show_conditions,
    show_players,
    show_transfers,
)

if TYPE_CHECKING:
    from curnits.analysis.storage.runs import EscalationRecord, HistoryRecord, PolicyRecord, Summary
    from curnits.analysis.storage.solutions import OpenRecord


def show_run(out: Console, summary: "Summary", *, verbose: bool = False) -> None:
    """Print where the agents ended, beside where they should have; the conditions if verbose."""
    out.print(summary.verdict, soft_wrap=True)
    found = summary.analytic
    columns = {"simulated payoff": summary.final.payoffs}
    if found is not None:
        columns[f"{found.concept} payoff"] = found.payoffs
    columns["simulated price"] = summary.final.prices
    if found is not None:
        columns[f"{found.concept} price"] = found.prices
    show_players(out, columns, payoff_ranges(summary.solution.game))
    show_payments(out, summary)
    show_agreement(out, summary.state.agreement)
    show_escalation(out, summary.escalation)
    show_history(out, summary.history)
    if verbose:
        show_coalitions(out, summary.state.coalitions, summary.escalation.at_stake)
        residuals = {"simulated": summary.residuals}
        for answer in summary.solution.equilibria:
            if found is not None and answer.payoffs == found.payoffs:
                residuals[found.concept] = answer.residuals
        show_conditions(out, residuals)
    if summary.policies is not None:
        show_policies(out, summary.policies)
    out.print()
    for note in summary.solution.notes:
        out.print(f"Note: {note}.", soft_wrap=True)


def show_policies(out: Console, policies: "PolicyRecord") -> None:
    """Print what everybody got beside what it is measured by, and what policies did."""
    rows = table("measure", *policies.payoffs)
    for name, payoffs in {"achieved": policies.payoffs, **policies.measures}.items():
        rows.add_row(name, *rounded(payoffs).values())
    show(out, rows)
    out.print(policies.verdict, soft_wrap=True)


def show_escalation(out: Console, escalation: "EscalationRecord") -> None:
    """Print the threats that would destroy most, and what players gain by harmful actions."""
    rows = table("threat of", "menace", "cost", "destruction", "in the answer")
    ordered = sorted(escalation.coalitions, key=lambda record: -float(f"{record.menace:.6g}"))
    menaces, costs, destructions = (
        rounded({k: getattr(record, name) for k, record in enumerate(ordered)}, escalation.at_stake)
        for name in ("menace", "cost", "destruction")
    )
    for k, record in enumerate(ordered[:MOST_ROWS]):
        due = _destroyed(record.answer, escalation.at_stake)
        rows.add_row(" + ".join(record.members), menaces[k], costs[k], destructions[k], due)
    if ordered:
        show(out, rows)
        say_rest(out, len(ordered), "threats")
        share = escalation.expected_destruction / escalation.at_stake if escalation.at_stake else 0
        said = f"If talks failed, {residual(share)} of what is at stake would be lost on average."
        out.print(said, soft_wrap=True)
    for made in escalation.inventions:
        price = f", for {made.research:.6g}" if made.research else ""
        said = f"{made.player} invented {made.action} at tick {made.tick:,}{price}."
        out.print(said, soft_wrap=True)
    for player, actions in escalation.harmful.items():
        gain = escalation.leverage[player]
        (amount,) = written([gain], escalation.at_stake)
        worth = "of unknown worth" if gain is None else f"worth {amount} to it"
        out.print(f"{player} has harmful actions, {', '.join(actions)}: {worth}.", soft_wrap=True)


def _destroyed(answer: "OpenRecord | None", unit: float) -> str:
    """Write what an answer's threats destroy: an interval, or one amount where that is unique."""
    if answer is None:
        return "–"
    least, most = written([answer.least_destroyed, answer.most_destroyed], unit)
    return least if least == most else f"{least} to {most}"


def show_history(out: Console, history: "HistoryRecord") -> None:
    """Print how talks ended, if there were several of them or they broke down."""
    count = history.agreed + history.broke_down
    if count < 2 and not history.broke_down:
        return
    out.print(
        f"Of {count:,} talks that ended, {history.broke_down:,} broke down "
        f"({history.carried_out:,} times with a threat carried out). On average players got "
        + ", ".join(f"{player} {x:.6g}" for player, x in history.average.items() if x is not None)
        + ".",
        soft_wrap=True,
    )
    for player, level in history.credibility.items():
        if level < 1:
            said = f"{player} is believed to carry out a threat with probability {level:.3g}."
            out.print(said, soft_wrap=True)


def show_payments(out: Console, summary: "Summary") -> None:
    """Print what players get before payments, and are paid, in a run and where it should end."""
    columns: dict[str, Mapping[str, float]] = {}
    for name, found in (("simulated", summary.final), ("analytic", summary.analytic)):
        if found is not None and found.payments and found.before_payments:
            columns[f"{name} before payments"] = found.before_payments
            columns[f"{name} payment"] = found.payments
    if columns:
        show_players(out, columns, payoff_ranges(summary.solution.game))
        show_transfers(out, summary.final)
