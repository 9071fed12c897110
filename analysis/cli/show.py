"""What commands print for people: the answer in a sentence, then payoffs, then detail.

Takes records and a console, gives nothing; ``solve``, ``run``, ``check`` and ``leverage`` call it.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from curnits.analysis.cli.amounts import (
    MOST_ROWS,
    NEGLIGIBLE,
    mixture,
    outcome,
    residual,
    rounded,
    say_rest,
    show,
    table,
)
from curnits.analysis.cli.console import heading
from curnits.analysis.concepts import concept_named
from curnits.analysis.solvers.exhaustive.everywhere import CONTINUUM
from curnits.analysis.storage.certificates import CertificateRecord
from curnits.analysis.storage.games import GameRecord
from curnits.analysis.storage.solutions import (
    FIGURES,
    CheckRecord,
    CoalitionRecord,
    LiteralRecord,
    OpenRecord,
    PaidRecord,
    Share,
    ShortfallRecord,
    SolutionRecord,
    transfers_said,
)
from curnits.analysis.studies.records import EstimateRecord, LeverageRecord
from curnits.analysis.verification.coco import ACCEPTED

if TYPE_CHECKING:
    from curnits.analysis.storage.runs import EscalationRecord, HistoryRecord, PolicyRecord, Summary

_FEW = 6
"""So many threats are shown without being asked for: those of all coalitions of three players."""

_CONDITIONS = {
    "pareto": "nobody can gain without a loss to others",
    "support": "no outcome is worth more at these prices",
    "regret": "no coalition has a better threat",
    "split": "dividends are equal inside coalitions",
    "delivery": "claims are met without payments (coco and harsanyi do not ask for it)",
    "clearing": "everybody gets what it is entitled to",
}


def show_solution(out: Console, solution: SolutionRecord, *, verbose: bool = False) -> None:
    """Print what was found, equilibrium by equilibrium; the books and conditions if verbose."""
    out.print(_answered(solution), soft_wrap=True)
    if solution.equilibria:
        out.print(_others(solution))
    ranges = _ranges(solution.game)
    for number, found in enumerate(solution.equilibria, start=1):
        if len(solution.equilibria) > 1:
            out.print(f"\n{number} of {len(solution.equilibria)}, on the frontier: {found.on}")
        columns = {**_payoffs(found), "price": found.prices}
        if solution.disagreement is not None:
            columns["disagreement"] = solution.disagreement
        show_players(out, columns, ranges)
        show_transfers(out, found)
        show_agreement(out, found.agreement)
        at_stake = sum(found.prices[player] * width for player, width in ranges.items())
        if verbose:
            show_coalitions(out, found.coalitions, at_stake)
            show_conditions(out, {"residual": found.residuals})
        else:
            show_threats(out, found.coalitions)
        show_open(out, found.coalitions)
        show_certificate(out, found.certificate)
    if solution.shortfall is not None:
        show_shortfall(out, solution.shortfall)
    out.print()
    if len(solution.equilibria) == 1:
        out.print(f"On the frontier: {solution.equilibria[0].on}.")
    for note in solution.notes:
        out.print(f"Note: {note}.", soft_wrap=True)
    out.print(f"Method: {solution.method}.", soft_wrap=True)


def _answered(solution: SolutionRecord) -> str:
    """Say in a sentence what the answer is."""
    answer = concept_named(solution.concept).answer
    if not solution.equilibria:
        nothing = f"No {answer} was found that the verifier accepts."
        return f"No answer exists: there is no {answer}." if solution.exists is False else nothing
    if CONTINUUM in solution.notes:
        answer += " (at a continuum of prices)"
    ranges = _ranges(solution.game)
    given = (
        ", ".join(f"{x} to {player}" for player, x in rounded(found.payoffs, ranges).items())
        for found in solution.equilibria
    )
    return f"The {answer} gives {'; or '.join(given)}."


def _others(solution: SolutionRecord) -> str:
    """Say whether there may be other answers."""
    found = solution.equilibria
    if solution.complete:
        return "There are no other answers." if len(found) > 1 else "There is no other answer."
    two = len(solution.game.players) == 2 and concept_named(solution.concept).unique_for_two
    if two and all(min(answer.prices.values()) > 0 for answer in found):
        return "With two players and positive prices no other payoffs are possible (Nash 1953)."
    return "There may be other answers."


def show_estimate(out: Console, found: EstimateRecord) -> None:
    """Print an estimate with its margins."""
    share = f"{100 * found.confidence:g} %"
    show_players(out, {"payoff": found.payoffs, f"give or take, {share} confidence": found.margins})
    out.print(
        f"Method: {found.conflicts:,} of {found.of:,} conflicts, drawn with seed {found.seed}; "
        "least squares with Shapley's weights, and a stratified estimate of what that leaves over."
    )


def show_shortfall(out: Console, shortfall: ShortfallRecord) -> None:
    """Print how far a game is from having a literal equilibrium."""
    prices = ", ".join(f"{player} {price:.4g}" for player, price in shortfall.prices.items())
    rows = table("how far from a literal equilibrium", "figure", "where")
    rows.add_row(
        "least violation found, share of payoff range",
        f"{shortfall.violation:.3g}",
        f"{' + '.join(shortfall.members)}, at prices {prices}",
    )
    for name, figure in (
        ("max |μ − 1|", shortfall.weights),
        ("most disposed of, share of payoff range", shortfall.disposal),
    ):
        known = "not known" if figure is None else residual(figure)
        rows.add_row(name, known, "the harsanyi equilibrium nearest to it")
    show(out, rows)


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
    show_players(out, columns, _ranges(summary.solution.game))
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
        worth = "of unknown worth" if gain is None else f"worth {gain:.6g} to it"
        out.print(f"{player} has harmful actions, {', '.join(actions)}: {worth}.", soft_wrap=True)


def _destroyed(answer: OpenRecord | None, unit: float) -> str:
    """Write what an answer's threats destroy: an interval, or one amount where that is unique."""
    if answer is None:
        return "–"
    least, most = _amounts([answer.least_destroyed, answer.most_destroyed], unit)
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


def show_leverage(out: Console, record: LeverageRecord) -> None:
    """Print what players gain by their harmful actions, one row for each player and solution."""
    for player, actions in record.harmful.items():
        out.print(f"{player} has actions that only harm: {', '.join(actions)}.", soft_wrap=True)
    if not record.gains:
        out.print("Nobody has an action that only harms.")
        return
    payoffs = [x for row in record.gains for x in (row.armed, row.disarmed) if x is not None]
    unit = max(map(abs, payoffs), default=0.0)
    rows = table("solution", "player", "payoff", "without them", "gain")
    for row in record.gains:
        rows.add_row(row.solution, row.player, *_amounts([row.armed, row.disarmed, row.gain], unit))
    show(out, rows)
    solutions = list(record.actions[0].worth)
    rows = table("what it is worth", *solutions)
    for action in record.actions:
        amounts = _amounts([action.worth[name] for name in solutions], unit)
        rows.add_row(f"{action.player}: {action.action}", *amounts)
    show(out, rows)


def _amounts(amounts: Sequence[float | None], unit: float) -> list[str]:
    """Return amounts as text; what is nothing beside a unit is 0."""
    return ["–" if x is None else f"{x if abs(x) > NEGLIGIBLE * unit else 0:.6g}" for x in amounts]


def show_check(out: Console, report: CheckRecord) -> None:
    """Print what was verified anew, answer by answer, coalition by coalition."""
    heading(out, report.path, f"{report.kind}, {report.concept}")
    out.print("Passed." if report.passed else "Not passed.")
    for objection in report.objections:
        out.print(f"Objection: {objection}.", soft_wrap=True)
    if report.passed and report.reached is False:
        out.print("The files are right. The run reached no answer, which its policies need not.")
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


def show_players(
    out: Console,
    columns: Mapping[str, Mapping[str, float]],
    ranges: Mapping[str, float] | None = None,
) -> None:
    """Print one row for each player and one column for each quantity.

    ``ranges`` are payoff ranges, beside which utilons may be no more than rounding.
    """
    rows = table("player", *columns)
    cells = [
        rounded(amounts, 0.0 if "price" in name.split() else ranges)  # a price of 0 is exact
        for name, amounts in columns.items()
    ]
    for player in cells[0]:
        rows.add_row(player, *(amounts[player] for amounts in cells))
    show(out, rows)


def _ranges(record: GameRecord) -> dict[str, float]:
    """Return the payoff range of each player, utilons; 1 where payoffs do not vary."""
    game = record.game()
    return dict(zip(game.players, map(float, game.scales), strict=True))


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
        show_players(out, columns, _ranges(summary.solution.game))
        show_transfers(out, summary.final)


def show_transfers(out: Console, found: PaidRecord) -> None:
    """Say who pays whom, if there are payments."""
    if found.transfers is not None:
        out.print(transfers_said(found.transfers), soft_wrap=True)


def show_agreement(out: Console, shares: Sequence[Share]) -> None:
    """Print the outcomes that are agreed upon, the most frequent first."""
    rows = table("agreement", "probability")
    played = [share for share in shares if share.probability > NEGLIGIBLE]
    ordered = sorted(played, key=lambda share: -share.probability)
    for share in ordered[:MOST_ROWS]:
        rows.add_row(outcome(share.outcome), f"{share.probability:.6g}")
    show(out, rows)
    say_rest(out, len(ordered), "outcomes")


def show_threats(out: Console, coalitions: Sequence[CoalitionRecord]) -> None:
    """Print what coalitions threaten with, if they are few."""
    proper = sorted(coalitions, key=lambda record: len(record.members))[:-1]
    if not 0 < len(proper) <= _FEW:
        return
    rows = table("threat of", "plays")
    for record in proper:
        rows.add_row(" + ".join(record.members), mixture(record.threat))
    show(out, rows)


def show_open(out: Console, coalitions: Sequence[CoalitionRecord]) -> None:
    """Print what fights may deliver to whom where optimal threats are not unique."""
    rows = table("open: fight of", "player", "least", "most")
    count = 0
    for record in coalitions:
        if record.open is None or record.open.unique:
            continue
        for player, least in record.open.least.items():
            count += 1
            if count <= MOST_ROWS:
                ends = least, record.open.most[player]
                cells = _amounts(ends, max(map(abs, ends)))
                rows.add_row(" + ".join(record.members), player, *cells)
    if count:
        show(out, rows)
        say_rest(out, count, "rows")


def show_coalitions(
    out: Console, coalitions: Sequence[CoalitionRecord], at_stake: float | None = None
) -> None:
    """Print the books of every coalition: what it threatens with and what it is worth.

    ``at_stake`` are all payoff ranges, curnits, beside which amounts may be no more than rounding.
    """
    if not coalitions:
        return
    rows = table("coalition", "worth of its fight", "dividend", "claims", "plays")
    worths = rounded({k: record.value for k, record in enumerate(coalitions)}, at_stake)
    dividends = rounded({k: record.dividend for k, record in enumerate(coalitions)}, at_stake)
    ordered = sorted(enumerate(coalitions), key=lambda entry: len(entry[1].members))
    for k, record in ordered[:MOST_ROWS]:
        claims = ", ".join(rounded(record.claims).values())
        row = (" + ".join(record.members), worths[k], dividends[k], claims)
        rows.add_row(*row, mixture(record.threat))
    show(out, rows)
    say_rest(out, len(coalitions), "coalitions")


def show_conditions(out: Console, columns: Mapping[str, Mapping[str, float | None]]) -> None:
    """Print residuals, in shares of payoff range, beside what each of them stands for."""
    rows = table("condition", *columns)
    for name in FIGURES:
        figures = [figures[name] for figures in columns.values()]
        if any(figure is not None for figure in figures):
            cells = ("–" if figure is None else residual(figure) for figure in figures)
            rows.add_row(f"{name}: {_CONDITIONS[name]}", *cells)
    show(out, rows)


def show_certificate(out: Console, certificate: CertificateRecord | None) -> None:
    """Print what is proved about an answer: fractions, or intervals that hold the numbers."""
    if certificate is None:
        return
    kinds = {"exact": "in exact fractions", "intervals": "to lie in these intervals"}
    out.print(f"\nProved {kinds[certificate.kind]}:")
    rows = table("player", "payoff", "price")
    for player, payoff in certificate.payoffs.items():
        rows.add_row(player, _proved(payoff), _proved(certificate.prices[player]))
    show(out, rows)


def _proved(number: str | list[str]) -> str:
    return number if isinstance(number, str) else f"[{', '.join(number)}]"


def show_literal(out: Console, name: str, literal: Sequence[LiteralRecord]) -> None:
    """Print the literal conditions 1 to 4, in their CoCo and their Harsanyi form."""
    out.print(f"\n{name}: the literal conditions, claims being what is delivered")
    rows = table("coalition", "1 frontier", "2–3 regret", "4 CoCo", "4 Harsanyi", "all hold")
    for record in sorted(literal, key=lambda record: len(record.members))[:MOST_ROWS]:
        figures = (record.frontier, record.regret, record.coco_split, record.harsanyi_split)
        cells = ("–" if figure is None else residual(figure) for figure in figures)
        rows.add_row(" + ".join(record.members), *cells, "yes" if record.holds else "no")
    show(out, rows)
    say_rest(out, len(literal), "coalitions")
