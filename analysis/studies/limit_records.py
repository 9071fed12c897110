"""What ``curnits limits`` prints."""

from typing import Self

from rich.console import Console
from rich.table import Table

from curnits.analysis.storage.record import Record, by_player, null_if_nan
from curnits.analysis.studies.limits import Study


class StepRecord(Record):
    """An answer on the way; ``distance`` and ``price_gap`` are shares, see :class:`Study`."""

    size: float
    draw: int
    payoffs: dict[str, float]
    prices: dict[str, float]
    distance: float
    price_gap: float
    order: float | None


class LimitRecord(Record):
    """An answer of the game at the limit."""

    payoffs: dict[str, float]
    prices: dict[str, float]
    on: str


class StudyRecord(Record):
    """A study of a limit; see :class:`curnits.analysis.studies.limits.Study`."""

    scenario: str
    parameter: str
    steps: list[StepRecord]
    limits: list[LimitRecord]
    spread: float
    conclusion: str

    @classmethod
    def of(cls, scenario: str, study: Study) -> Self:
        """Write a study."""
        game = study.game
        return cls(
            scenario=scenario,
            parameter=study.parameter,
            steps=[
                StepRecord(
                    size=step.size,
                    draw=step.draw,
                    payoffs=by_player(game, step.payoffs),
                    prices=by_player(game, step.prices),
                    distance=study.distance(step),
                    price_gap=study.price_gap(step),
                    order=null_if_nan(order),
                )
                for step, order in zip(study.steps, study.orders, strict=True)
            ],
            limits=[
                LimitRecord(
                    payoffs=by_player(game, found.payoffs),
                    prices=by_player(game, found.candidate.prices),
                    on=found.on,
                )
                for found in study.limits
            ],
            spread=study.spread,
            conclusion=study.conclusion,
        )


def show_study(out: Console, record: StudyRecord) -> None:
    """Print the conclusion of a study, its steps, and the answers at the limit."""
    out.print(f"{record.conclusion[0].upper()}{record.conclusion[1:]}.\n", soft_wrap=True)
    several = len({step.draw for step in record.steps}) > 1
    table = Table(show_edge=False, pad_edge=False)
    heads = ["way"] * several + [record.parameter, "payoffs", "prices", "distance", "order"]
    for head in heads:
        table.add_column(head, justify="right", overflow="fold")
    for step in record.steps:
        order = "–" if step.order is None else f"{step.order:.2f}"
        row = (f"{step.size:.2g}", _amounts(step.payoffs), _amounts(step.prices))
        table.add_row(*[str(step.draw + 1)] * several, *row, f"{step.distance:.1e}", order)
    for limit in record.limits:
        row = (f"limit, {limit.on}", _amounts(limit.payoffs), _amounts(limit.prices))
        table.add_row(*[""] * several, *row, "", "")
    out.print(table)
    out.print(f"\nPayoffs and prices of {', '.join(record.limits[0].payoffs)}.", soft_wrap=True)


def _amounts(amounts: dict[str, float]) -> str:
    return "  ".join(f"{x:.6g}" for x in amounts.values())
