"""What ``leverage`` prints for people: what harmful actions gain their players.

Takes a record and a console, gives nothing.
"""

from rich.console import Console

from curnits.analysis.cli.amounts import show, table, written
from curnits.analysis.studies.records import LeverageRecord


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
        rows.add_row(row.solution, row.player, *written([row.armed, row.disarmed, row.gain], unit))
    show(out, rows)
    solutions = list(record.actions[0].worth)
    rows = table("what it is worth", *solutions)
    for action in record.actions:
        amounts = written([action.worth[name] for name in solutions], unit)
        rows.add_row(f"{action.player}: {action.action}", *amounts)
    show(out, rows)
