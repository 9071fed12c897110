"""What ``solve`` prints for people: the answer in a sentence, then payoffs, then detail.

Takes a record of a solution or an estimate and a console, gives nothing.
"""

from collections.abc import Sequence

from rich.console import Console

from curnits.analysis.cli.amounts import (
    MOST_ROWS,
    mixture,
    residual,
    rounded,
    say_rest,
    show,
    table,
    written,
)
from curnits.analysis.cli.show_answer import (
    payoff_columns,
    payoff_ranges,
    show_agreement,
    show_certificate,
    show_coalitions,
    show_conditions,
    show_players,
    show_transfers,
)
from curnits.analysis.concepts import concept_named
from curnits.analysis.solvers.exhaustive.everywhere import CONTINUUM
from curnits.analysis.storage.solutions import CoalitionRecord, ShortfallRecord, SolutionRecord
from curnits.analysis.studies.records import EstimateRecord

_FEW = 6
"""So many threats are shown without being asked for: those of all coalitions of three players."""


def show_solution(out: Console, solution: SolutionRecord, *, verbose: bool = False) -> None:
    """Print what was found, equilibrium by equilibrium; the books and conditions if verbose."""
    out.print(_answered(solution), soft_wrap=True)
    if solution.equilibria:
        out.print(_others(solution))
    ranges = payoff_ranges(solution.game)
    for number, found in enumerate(solution.equilibria, start=1):
        if len(solution.equilibria) > 1:
            out.print(f"\n{number} of {len(solution.equilibria)}, on the frontier: {found.on}")
        columns = {**payoff_columns(found), "price": found.prices}
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
    ranges = payoff_ranges(solution.game)
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
                cells = written(ends, max(map(abs, ends)))
                rows.add_row(" + ".join(record.members), player, *cells)
    if count:
        show(out, rows)
        say_rest(out, count, "rows")
