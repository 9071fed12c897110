"""Tables for people."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from curnits.analysis.cli.console import heading
from curnits.analysis.storage.certificates import CertificateRecord
from curnits.analysis.storage.solutions import (
    FIGURES,
    CheckRecord,
    CoalitionRecord,
    LiteralRecord,
    PaidRecord,
    Share,
    ShortfallRecord,
    SolutionRecord,
    transfers_said,
)
from curnits.analysis.studies.records import LeverageRecord, ScenarioRecord
from curnits.analysis.verification.coco import ACCEPTED

if TYPE_CHECKING:
    from curnits.analysis.storage.runs import EscalationRecord, HistoryRecord, PolicyRecord, Summary

_MOST_ROWS = 31
"""Longer lists are cut; the coalitions of five players just fit."""


_NEGLIGIBLE = 1e-9
"""Amounts and probabilities not worth showing."""

_CONDITIONS = {
    "pareto": "nobody can gain without a loss to others",
    "support": "no outcome is worth more at these prices",
    "regret": "no coalition has a better threat",
    "split": "dividends are equal inside coalitions",
    "delivery": "claims are met without payments (coco and harsanyi do not ask for it)",
    "clearing": "everybody gets what it is entitled to",
}


def show_solution(out: Console, solution: SolutionRecord) -> None:
    """Print what was found, equilibrium by equilibrium."""
    for number, found in enumerate(solution.equilibria, start=1):
        place = f"{number} of {len(solution.equilibria)}, " if len(solution.equilibria) > 1 else ""
        out.print(f"\n{place}on the frontier: {found.on}")
        columns = {**_payoffs(found), "price": found.prices}
        if solution.disagreement is not None:
            columns["disagreement"] = solution.disagreement
        show_players(out, columns)
        show_transfers(out, found)
        show_agreement(out, found.agreement)
        show_coalitions(out, found.coalitions)
        show_conditions(out, {"residual": found.residuals})
        show_certificate(out, found.certificate)
    if not solution.equilibria:
        nothing = "No answer was found that the verifier accepts."
        out.print("No answer exists." if solution.exists is False else nothing)
    elif solution.complete:
        several = len(solution.equilibria) > 1
        out.print("There are no other answers." if several else "There is no other answer.")
    else:
        out.print("There may be other answers.")
    for note in solution.notes:
        out.print(f"Note: {note}.", soft_wrap=True)
    if solution.shortfall is not None:
        show_shortfall(out, solution.shortfall)
    out.print(f"Method: {solution.method}.")


def show_shortfall(out: Console, shortfall: ShortfallRecord) -> None:
    """Print how far a game is from having a literal equilibrium."""
    prices = ", ".join(f"{player} {price:.4g}" for player, price in shortfall.prices.items())
    table = _table("how far from a literal equilibrium", "figure", "where")
    table.add_row(
        "least violation found, share of payoff range",
        f"{shortfall.violation:.3g}",
        f"{' + '.join(shortfall.members)}, at prices {prices}",
    )
    for name, figure in (
        ("max |μ − 1|", shortfall.weights),
        ("most disposed of, share of payoff range", shortfall.disposal),
    ):
        known = "not known" if figure is None else f"{figure if figure > _NEGLIGIBLE else 0:.3g}"
        table.add_row(name, known, "the harsanyi equilibrium nearest to it")
    out.print(table)


def show_run(out: Console, summary: "Summary") -> None:
    """Print where the agents ended, beside where they should have."""
    found = summary.analytic
    columns = {"simulated payoff": summary.final.payoffs}
    if found is not None:
        columns[f"{found.concept} payoff"] = found.payoffs
    columns["simulated price"] = summary.final.prices
    if found is not None:
        columns[f"{found.concept} price"] = found.prices
    show_players(out, columns)
    show_payments(out, summary)
    show_agreement(out, summary.state.agreement)
    show_escalation(out, summary.escalation)
    show_history(out, summary.history)
    residuals = {"simulated": summary.residuals}
    for answer in summary.solution.equilibria:
        if found is not None and answer.payoffs == found.payoffs:
            residuals[found.concept] = answer.residuals
    show_conditions(out, residuals)
    for note in summary.solution.notes:
        out.print(f"Note: {note}.", soft_wrap=True)
    out.print(summary.verdict, soft_wrap=True)
    if summary.policies is not None:
        show_policies(out, summary.policies)


def show_policies(out: Console, policies: "PolicyRecord") -> None:
    """Print what everybody got beside what it is measured by, and what policies did."""
    table = _table("measure", *policies.payoffs)
    for name, payoffs in {"achieved": policies.payoffs, **policies.measures}.items():
        table.add_row(name, *_rounded(payoffs).values())
    out.print(table)
    out.print(policies.verdict, soft_wrap=True)


def show_escalation(out: Console, escalation: "EscalationRecord") -> None:
    """Print the threats that would destroy most, and what players gain by harmful actions."""
    table = _table("threat of", "menace", "cost", "destruction")
    ordered = sorted(escalation.coalitions, key=lambda record: -float(f"{record.menace:.6g}"))
    menaces, costs, destructions = (
        _rounded({k: getattr(record, name) for k, record in enumerate(ordered)})
        for name in ("menace", "cost", "destruction")
    )
    for k, record in enumerate(ordered[:_MOST_ROWS]):
        table.add_row(" + ".join(record.members), menaces[k], costs[k], destructions[k])
    if ordered:
        out.print(table)
        _say_rest(out, len(ordered), "threats")
        share = escalation.expected_destruction / escalation.at_stake if escalation.at_stake else 0
        out.print(f"If talks failed, {share:.3g} of what is at stake would be lost on average.")
    for made in escalation.inventions:
        price = f", for {made.research:.6g}" if made.research else ""
        said = f"{made.player} invented {made.action} at tick {made.tick:,}{price}."
        out.print(said, soft_wrap=True)
    for player, actions in escalation.harmful.items():
        gain = escalation.leverage[player]
        worth = "of unknown worth" if gain is None else f"worth {gain:.6g} to it"
        out.print(f"{player} has harmful actions, {', '.join(actions)}: {worth}.", soft_wrap=True)


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


def show_leverage(out: Console, record: LeverageRecord) -> None:
    """Print what players gain by their harmful actions, one row for each player and solution."""
    for player, actions in record.harmful.items():
        out.print(f"{player} has actions that only harm: {', '.join(actions)}.", soft_wrap=True)
    if not record.gains:
        out.print("Nobody has an action that only harms.")
        return
    table = _table("solution", "player", "payoff", "without them", "gain")
    for row in record.gains:
        amounts = (row.armed, row.disarmed, row.gain)
        unit = max(abs(x) for x in (*amounts, 0.0) if x is not None)
        cells = (
            "–" if x is None else f"{x if abs(x) > _NEGLIGIBLE * unit else 0:.6g}" for x in amounts
        )
        table.add_row(row.solution, row.player, *cells)
    out.print(table)


def show_check(out: Console, report: CheckRecord) -> None:
    """Print what was verified anew, answer by answer, coalition by coalition."""
    heading(out, report.path, f"{report.kind}, {report.concept}")
    answers = [("answer", found) for found in report.equilibria]
    if report.state is not None:
        answers.insert(0, ("simulated state", report.state))
    for name, found in answers:
        verdict = "accepted" if found.accepted else f"not accepted at {ACCEPTED:g}"
        out.print(f"\n{name}: {verdict}")
        show_players(out, {**_payoffs(found), "price": found.prices})
        show_transfers(out, found)
        show_coalitions(out, found.coalitions)
        show_conditions(out, {"residual": found.residuals})
        show_certificate(out, found.certificate)
    for (name, _), literal in zip(answers, report.literal, strict=False):
        show_literal(out, name, literal)
    for objection in report.objections:
        out.print(f"Objection: {objection}.", soft_wrap=True)
    if report.passed and report.reached is False:
        out.print("The files are right. The run reached no answer, which its policies need not.")
    out.print("Passed." if report.passed else "Not passed.")


def show_catalogue(out: Console, entries: Sequence[ScenarioRecord]) -> None:
    """Print one row for each scenario."""
    table = _table("name", "players", "form", "shows", "source")
    table.columns[0].no_wrap = True
    for entry in sorted(entries, key=lambda entry: (entry.shows, entry.name)):
        form = f"{entry.form}, money" if entry.money else entry.form
        table.add_row(entry.name, str(entry.players), form, entry.shows, entry.source)
    out.print(table)


def show_players(out: Console, columns: Mapping[str, Mapping[str, float]]) -> None:
    """Print one row for each player and one column for each quantity."""
    table = _table("player", *columns)
    rounded = [_rounded(amounts) for amounts in columns.values()]
    for player in rounded[0]:
        table.add_row(player, *(amounts[player] for amounts in rounded))
    out.print(table)


def _payoffs(found: PaidRecord) -> dict[str, Mapping[str, float]]:
    """Return columns of payoffs, with what they are made of where there are payments."""
    if found.payments is None or found.before_payments is None:
        return {"payoff": found.payoffs}
    return {
        "before payments": found.before_payments,
        "payment": found.payments,
        "payoff": found.payoffs,
    }


def show_payments(out: Console, summary: "Summary") -> None:
    """Print what players get before payments, and are paid, in a run and where it should end."""
    columns: dict[str, Mapping[str, float]] = {}
    for name, found in (("simulated", summary.final), ("analytic", summary.analytic)):
        if found is not None and found.payments and found.before_payments:
            columns[f"{name} before payments"] = found.before_payments
            columns[f"{name} payment"] = found.payments
    if columns:
        show_players(out, columns)
        show_transfers(out, summary.final)


def show_transfers(out: Console, found: PaidRecord) -> None:
    """Say who pays whom, if there are payments."""
    if found.transfers is not None:
        out.print(transfers_said(found.transfers), soft_wrap=True)


def show_agreement(out: Console, shares: Sequence[Share]) -> None:
    """Print the outcomes that are agreed upon, the most frequent first."""
    table = _table("agreement", "probability")
    played = [share for share in shares if share.probability > _NEGLIGIBLE]
    ordered = sorted(played, key=lambda share: -share.probability)
    for share in ordered[:_MOST_ROWS]:
        table.add_row(_outcome(share), f"{share.probability:.6g}")
    out.print(table)
    _say_rest(out, len(ordered), "outcomes")


def show_coalitions(out: Console, coalitions: Sequence[CoalitionRecord]) -> None:
    """Print the books of every coalition: what it threatens with and what it is worth."""
    if not coalitions:
        return
    table = _table("coalition", "worth of its fight", "dividend", "claims", "plays")
    worths = _rounded({k: record.value for k, record in enumerate(coalitions)})
    dividends = _rounded({k: record.dividend for k, record in enumerate(coalitions)})
    ordered = sorted(enumerate(coalitions), key=lambda entry: len(entry[1].members))
    for k, record in ordered[:_MOST_ROWS]:
        likely = max(record.threat, key=lambda share: share.probability)
        mixed = "" if likely.probability > 1 - _NEGLIGIBLE else f"{likely.probability:.0%} "
        claims = ", ".join(_rounded(record.claims).values())
        row = (" + ".join(record.members), worths[k], dividends[k], claims)
        table.add_row(*row, f"{mixed}{_outcome(likely)}")
    out.print(table)
    _say_rest(out, len(coalitions), "coalitions")


def show_conditions(out: Console, columns: Mapping[str, Mapping[str, float | None]]) -> None:
    """Print residuals, in shares of payoff range, beside what each of them stands for."""
    table = _table("condition", *columns)
    for name in FIGURES:
        figures = [figures[name] for figures in columns.values()]
        if any(figure is not None for figure in figures):
            cells = ("–" if figure is None else f"{figure:.1e}" for figure in figures)
            table.add_row(f"{name}: {_CONDITIONS[name]}", *cells)
    out.print(table)


def show_certificate(out: Console, certificate: CertificateRecord | None) -> None:
    """Print what is proved about an answer: fractions, or intervals that hold the numbers."""
    if certificate is None:
        return
    kinds = {"exact": "in exact fractions", "intervals": "to lie in these intervals"}
    out.print(f"Proved {kinds[certificate.kind]}:")
    table = _table("player", "payoff", "price")
    for player, payoff in certificate.payoffs.items():
        table.add_row(player, _proved(payoff), _proved(certificate.prices[player]))
    out.print(table)


def _proved(number: str | list[str]) -> str:
    return number if isinstance(number, str) else f"[{', '.join(number)}]"


def show_literal(out: Console, name: str, literal: Sequence[LiteralRecord]) -> None:
    """Print the literal conditions 1 to 4, in their CoCo and their Harsanyi form."""
    out.print(f"\n{name}: the literal conditions, claims being what is delivered")
    table = _table("coalition", "1 frontier", "2–3 regret", "4 CoCo", "4 Harsanyi", "all hold")
    for record in sorted(literal, key=lambda record: len(record.members))[:_MOST_ROWS]:
        figures = (record.frontier, record.regret, record.coco_split, record.harsanyi_split)
        cells = ("–" if figure is None else f"{figure:.1e}" for figure in figures)
        table.add_row(" + ".join(record.members), *cells, "yes" if record.holds else "no")
    out.print(table)
    _say_rest(out, len(literal), "coalitions")


def _table(first: str, *others: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    table.add_column(first, overflow="fold")
    for name in others:
        words = name in ("claims", "where", "plays", "form", "source", "shows")
        table.add_column(name, justify="left" if words else "right", overflow="fold")
    return table


def _say_rest(out: Console, count: int, what: str) -> None:
    if count > _MOST_ROWS:
        out.print(f"… and {count - _MOST_ROWS} more {what} (--json prints all)")


def _outcome(share: Share) -> str:
    return ", ".join(f"{player}: {action}" for player, action in share.outcome.items())


def _rounded[K](amounts: Mapping[K, float]) -> dict[K, str]:
    """Write amounts with six figures, and those that are rounding beside the others as 0."""
    smallest = _NEGLIGIBLE * max(map(abs, amounts.values()), default=0.0)
    return {key: f"{x:.6g}" if abs(x) > smallest else "0" for key, x in amounts.items()}
