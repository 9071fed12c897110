"""The rows of the table: what is measured, what was hoped for, and what stands in the way."""

import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from time import process_time, thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from curnits.analysis.solvers import conflict, values
from curnits.analysis.solvers.coco import coco
from curnits.analysis.solvers.coco.claims import ClaimsMarket
from curnits.analysis.solvers.exhaustive import everywhere
from curnits.analysis.solvers.exhaustive.fights import PricedConflicts
from curnits.analysis.solvers.harsanyi import harsanyi
from curnits.analysis.solvers.harsanyi.conditions import HarsanyiConditions
from curnits.analysis.solvers.sampling import estimate
from curnits.sim.games.families.climate import ClimateClub
from curnits.sim.games.families.data import read_rows
from curnits.sim.games.feasible import matrixgames, pivoting
from curnits.sim.games.normal import NormalGame, from_payoffs
from curnits.sim.lockstep import simulate_seeds
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.replicas import Replicas
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import Simulation, simulate
from curnits.sim.scenario.scenario import Scenario
from tests.benchmarks.suite import bare, peers
from tests.benchmarks.suite.timing import Times, Work, measure, ratio, seconds


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes
    ----------
    work : str
    found : str
        Times and ratios.
    goal : str
    met : bool or None
        None where there is no goal, or it cannot be told.
    limit : str
        What takes the time, and how far off that is.
    """

    work: str
    found: str
    goal: str
    met: bool | None
    limit: str


def random_game(shape: tuple[int, ...], seed: int = 0) -> NormalGame:
    """Return a game with normal payoffs."""
    return from_payoffs(np.random.default_rng([len(shape), seed]).normal(size=(len(shape), *shape)))


def twos(players: int, seed: int = 0) -> NormalGame:
    """Return a game with normal payoffs and two actions for each player."""
    return random_game((2,) * players, seed)


def several(solve: Callable[[NormalGame], object], games: list[NormalGame]) -> Work:
    """Return the work of solving some games one after the other."""
    return lambda: [solve(game) for game in games]


def one_game() -> Iterator[Row]:
    """Yield rows on single matrix games against other solvers."""
    solvers = peers.matrix_solvers()
    for size, wanted in ((4, 10), (8, 10), (16, 10), (32, 10), (81, 3), (243, 1)):
        count = max(2, 20_000 // size**2)
        stack = np.random.default_rng(size).normal(size=(count, size, size))
        ways: dict[str, Work] = {"ours": lambda stack=stack: matrixgames.solve_stack(stack)}
        for name, solver in solvers.items():
            if size <= 81 or name == "HiGHS":
                ways[name] = lambda solver=solver, matrix=stack[0]: solver(matrix)
        times = measure(ways, rounds=5)
        ours = times.pop("ours")
        each = Times(ours.processor / count, ours.clock / count)
        shown = ", ".join(f"{name} {ratio(one, each):.3g}×" for name, one in times.items())
        reached = ratio(times["HiGHS"], each)
        yield Row(
            f"one {size}×{size} game, in a stack of {count}",
            f"{each}; {shown}",
            f"{wanted}× HiGHS" if wanted > 1 else "not slower than HiGHS",
            bool(reached >= wanted),
            _pivoting(stack[0], each.median),
        )


def _pivoting(matrix: NDArray[np.float64], seconds_each: float) -> str:
    """Say how many pivots a game takes, and how long each needs for an entry of the tableau."""
    scaled, plays = np.empty((1, *matrix.shape)), np.zeros((2, 1, len(matrix)))
    ends, found = np.empty((1, 2)), np.empty(1, dtype=np.int64)
    work = partial(pivoting.solve_games, matrix[None], scaled, ends, *plays, found)
    pivots = counted(pivoting, "_pivot", work)
    entry = 1e9 * seconds_each / max(pivots, 1) / (matrix.size + 2 * len(matrix) + 1)
    return (
        f"{pivots} pivots in the first game, each of which passes over the tableau once: "
        f"{entry:.2g} ns for an entry"
    )


def coco_values() -> Iterator[Row]:
    """Yield rows on the coco value of games with normal payoffs."""
    game = twos(8)
    solvers = peers.matrix_solvers()
    ways: dict[str, Work] = {"ours": lambda: values.coco_value(game)}
    ways |= {
        name: lambda solver=solver: peers.coco_value_by(solver, game)
        for name, solver in solvers.items()
    }
    times = measure(ways, rounds=3)
    ours = times.pop("ours")
    ratios = {name: ratio(one, ours) for name, one in times.items()}
    share = kernel_share(ways["ours"])
    yield Row(
        "`coco-value`, 8 players × 2",
        f"{ours}; " + ", ".join(f"{name} {found:.3g}×" for name, found in ratios.items()),
        "150× a scipy loop, 30× the best peer",
        bool(ratios["scipy"] >= 150 and min(ratios.values()) >= 30),
        f"the kernel takes {100 * share:.0f} %; the rest are numpy's calls for 4 shapes",
    )
    for shape, most in (((4,) * 7, None), ((2,) * 12, 0.3), ((2,) * 14, 5.0)):
        game = random_game(shape)
        work = partial(values.coco_value, game)
        times = measure({"ours": work}, rounds=1 if most == 5.0 else 3)
        share = 1.0 if most == 5.0 else kernel_share(work)
        clock = float(np.median(times["ours"].clock))
        threads = game.conflict_cells >= conflict.MANY_CELLS
        payoffs = game.conflict_cells / game.n
        yield Row(
            f"`coco-value`, {len(shape)} players × {shape[0]}",
            f"{times['ours']}; {seconds(clock)} by the clock",
            f"{most:g} s" if most else "2 × the kernel's own time",
            bool(clock <= most) if most else bool(share >= 0.5),
            f"{1e9 * times['ours'].median / payoffs:.0f} ns for each of {payoffs / 1e6:.1f} "
            "million payoffs in conflicts: pivots, and passes over memory to lay out and check; "
            + ("on all cores" if threads else f"the kernel takes {100 * share:.0f} %, on one core"),
        )


def equilibria() -> Iterator[Row]:
    """Yield rows on solvers of equilibria, beside themselves without the kernel."""
    for players in range(3, 8):
        games = [twos(players, seed) for seed in range(5)]
        each, evaluations, visited = [], [], []
        for game in games:
            ways: dict[str, Work] = {
                "coco": lambda game=game: coco.solve(game),
                "value": lambda game=game: values.coco_value(game),
            }
            times = measure(ways, rounds=3)
            each.append(times["coco"].median)
            evaluations.append(ratio(times["coco"], times["value"]))
            asked = (counted(ClaimsMarket, name, ways["coco"]) for name in ("claims", "amounts"))
            visited.append(sum(asked))
        low, high = np.quantile(each, [0.25, 0.75])
        middle = float(np.median(evaluations))
        yield Row(
            f"`coco`, {players} players × 2, 5 games",
            f"{seconds(float(np.median(each)))} ({seconds(low)} to {seconds(high)}); "
            f"{middle:.0f} coco values",
            "15 coco values" + (", 0.1 s" if players == 7 else ""),
            bool(middle <= 15 and (players < 7 or np.median(each) <= 0.1)),
            f"conflicts are solved at {np.median(visited):.0f} prices (median), on the path and in "
            "Newton steps: so many coco values at least; the rest is Python between them, Newton's "
            "linear programs, and verification",
        )
    three = [twos(3, seed) for seed in range(5)]
    work = several(everywhere.solve, three)
    times = measure({"ours": work, "before": peers.without_kernel(work)}, rounds=3)
    gain = ratio(times["before"], times["ours"])
    hours = times["ours"].median / len(three) * 20_000 / 2 / 3600
    cells = counted(PricedConflicts, "bounds", work, lambda _, corners: len(corners)) / len(three)
    each_cell = times["ours"].median / len(three) / cells
    yield Row(
        "`solve --all`, 3 players × 2, 5 games",
        f"{times['ours']}; {gain:.2g}× as fast as with HiGHS for each matrix game; 20,000 games "
        f"such as these take {60 * hours:.0f} min on two cores",
        "5×; 10 min",
        bool(gain >= 5 and hours <= 1 / 6),
        f"bounds on {cells:,.0f} cells of prices a game, {seconds(each_cell)} each; its 2×4 matrix "
        "games have been solved in closed form all along",
    )
    for players, before in (
        (3, "6 × as long"),
        (4, "twice as long"),
        (5, "6 ×, and found nothing"),
    ):
        game = twos(players)
        work = several(harsanyi.solve, [game])
        (times,) = measure({"ours": work}, rounds=1).values()
        steps = sum(counted(HarsanyiConditions, name, work) for name in ("solve", "solve_wider"))
        yield Row(
            f"`harsanyi`, {players} players × 2",
            seconds(times.median),
            "5× before",
            None,
            f"{steps:,} linear systems of {HarsanyiConditions(game).count} equations, "
            f"{seconds(times.median / steps)} each with what sets them up, and verification; what "
            f"was before is not here to be measured: on its own it took {before}",
        )


def ticks() -> Iterator[Row]:
    """Yield rows on one tick, beside bare arithmetic and a loop over coalitions."""
    for players in (3, 6, 9):
        game = twos(players)
        settings = NegotiationSettings.model_validate({})
        model = Negotiation(game, settings, 0)
        simulation = Simulation(game, settings, RunSettings.model_validate({}))
        state = bare.Bare(game)
        traffic = sum(payoffs.nbytes for _, payoffs, _ in state.conflicts.sides())
        times = measure(
            {
                "model": model.step,
                "recorded": simulation.step,
                "without Mesa": partial(Negotiation.step, model),
                "redeeming": model.redeem,
                "bare": state.tick,
                "loop": state.tick_in_loops,
            }
        )
        over, gain = (
            ratio(times["model"], times["bare"]),
            ratio(times["loop"], times["model"]),
        )
        agenda = max(0.0, times["model"].median - times["without Mesa"].median)
        yield Row(
            f"one tick, {players} players × 2",
            f"{times['model']}, recorded {seconds(times['recorded'].median)}; "
            f"{over:.2g} × bare numpy; a loop over coalitions takes {gain:.2g}×",
            "1.3 × bare numpy" + ("; 10× a loop" if players == 9 else ""),
            bool(over <= 1.3 and (players < 9 or gain >= 10)),
            f"Mesa's clock and agenda take {seconds(agenda)}, moving along the frontier within a "
            f"trust region {seconds(times['redeeming'].median)}, neither of which bare arithmetic "
            f"does; that reads {traffic / times['bare'].median / 1e9:.1f} GB of payoffs a second",
        )


def replicas() -> Iterator[Row]:
    """Yield a row on replicas of one negotiation that keep step."""
    game, settings = twos(3), NegotiationSettings.model_validate({})
    together = _replicas(64)
    alone = Negotiation(game, settings, 0)
    times = measure({"together": together.step, "alone": alone.step})
    over = ratio(times["together"], times["alone"])
    scenario = _scenario()
    runs = measure(
        {
            "together": lambda: simulate_seeds(scenario, range(64)),
            "alone": lambda: simulate(scenario),
        },
        rounds=3,
    )
    whole = ratio(runs["together"], runs["alone"])
    tables = measure({"it": Simulation.of(scenario).result})["it"].median
    yield Row(
        "one tick of 64 replicas, 3 players × 2",
        f"{times['together']}; {over:.2g} × one alone; whole runs of 300 ticks, recorded, with all "
        f"tables, {whole:.2g} × one",
        "4 × one",
        bool(over <= 4),
        f"numpy's loops over small matrices; of whole runs, pandas: {seconds(tables)} a run for "
        "tables however short",
    )


def _replicas(count: int) -> Replicas:
    settings = NegotiationSettings.model_validate({})
    return Replicas([Negotiation(twos(3), settings, seed) for seed in range(count)])


def _scenario() -> Scenario:
    game = {"form": "normal", "payoffs": twos(3).payoffs.tolist()}
    return Scenario.model_validate({"title": "Three players", "game": game, "run": {"ticks": 300}})


def samples() -> Iterator[Row]:
    """Yield a row on estimated coco values of the climate club of all 15 regions."""
    regions = [row["region"] for row in read_rows("climate-club.csv")]
    club = ClimateClub(tariff=0.01, carbon_price=25.0, regions=regions)
    game = club.build(np.random.default_rng(0))
    table = conflict.values(game, np.ones(15))
    exact = values.value_of(game, "coco-value", table).payoffs
    shown, wanted, good = [], ((300, 1.79), (1000, 0.73), (3000, 0.35)), True
    inside = []
    for conflicts, most in wanted:
        errors = []
        for seed in range(60):
            rng = np.random.default_rng(seed)
            found = estimate(15, table[-1], lambda masks: table[masks], conflicts, rng)
            errors.append(np.abs(found.payoffs - exact).mean() / np.ptp(exact))
            inside.append(np.mean(np.abs(found.payoffs - exact) <= found.margins))
        shown.append(f"{100 * np.mean(errors):.2f} % from {conflicts:,}")
        good &= 100 * np.mean(errors) <= most
    yield Row(
        "`coco-value --sample`, the climate club of 15 regions, 16,383 conflicts",
        f"mean error, shares of range: {', '.join(shown)}; "
        f"{100 * np.mean(inside):.1f} % of the 95 % intervals hold",
        "1.79, 0.73, 0.35 %; intervals that hold",
        bool(good and np.mean(inside) >= 0.93),
        "every conflict drawn is solved exactly, so all its payoffs are computed: "
        "22 players with two actions at most",
    )


def memory() -> Iterator[Row]:
    """Yield a row on memory."""
    game = twos(12)
    values.coco_value(twos(9))
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    values.coco_value(game)
    peak = (tracemalloc.get_traced_memory()[1] - before) / game.payoffs.nbytes
    tracemalloc.stop()
    whole = 3**12 * 8 / game.payoffs.nbytes
    yield Row(
        "memory of `coco-value`, 12 players × 2",
        f"{peak:.1f} × the payoffs, at most",
        "4 × the payoffs",
        bool(peak <= 4.05),
        f"the value alone; `solve` also keeps the threats of all coalitions, {whole:.0f} × the "
        "payoffs",
    )


def counted(owner: Any, name: str, work: Work, weight: Callable[..., int] = lambda *_: 1) -> int:
    """Return how often some work calls a function, each call with a weight of its arguments."""
    usual, calls = getattr(owner, name), []

    def watched(*arguments: Any) -> Any:
        calls.append(weight(*arguments))
        return usual(*arguments)

    setattr(owner, name, watched)
    try:
        work()
    finally:
        setattr(owner, name, usual)
    return sum(calls)


def kernel_share(work: Work) -> float:
    """Return the kernel's share of the processor time of some work."""
    simplex = matrixgames.simplex
    usual, spent = simplex._run, []

    def watched(*arguments: object) -> None:
        begin = thread_time()
        usual(*arguments)
        spent.append(thread_time() - begin)

    simplex._run = watched
    try:
        begin = process_time()
        work()
        whole = process_time() - begin
    finally:
        simplex._run = usual
    return sum(spent) / whole


def growth() -> Iterator[tuple[str, str, str]]:
    """Yield how time grows: with what, of what, and the law that fits."""

    def fitted(sizes: list[int], works: list[Work], power: bool) -> str:
        times = [measure({"it": work}, rounds=3)["it"].median for work in works]
        across = np.log(sizes) if power else np.array(sizes)
        slope = float(np.polyfit(across, np.log(times), 1)[0])
        span = f"from {seconds(times[0])} to {seconds(times[-1])}"
        return f"exponent {slope:.2f}, {span}" if power else f"{np.exp(slope):.2f}× each, {span}"

    sizes = list(range(6, 13))
    games = {n: twos(n) for n in sizes}
    works: list[Work] = [lambda n=n: values.coco_value(games[n]) for n in sizes]
    yield "`coco-value`, two actions", "players, 6 to 12", fitted(sizes, works, False)
    sizes = list(range(3, 8))
    works = [several(coco.solve, [twos(n, k) for k in range(5)]) for n in sizes]
    yield "`coco`, two actions, 5 games", "players, 3 to 7", fitted(sizes, works, False)
    sizes = [3, 5, 7, 9]
    works = [Negotiation(twos(n), NegotiationSettings.model_validate({}), 0).step for n in sizes]
    yield "one tick, two actions", "players, 3 to 9", fitted(sizes, works, False)
    sizes = [2, 4, 8, 16]
    works = [several(values.coco_value, [random_game((m,) * 3)]) for m in sizes]
    yield "`coco-value`, three players", "actions, 2 to 16", fitted(sizes, works, True)
    sizes = [2, 3, 4, 6]
    works = [several(coco.solve, [random_game((m,) * 3, k) for k in range(5)]) for m in sizes]
    yield "`coco`, three players, 5 games", "actions, 2 to 6", fitted(sizes, works, True)
    sizes = [1, 8, 64]
    works = [_replicas(n).step for n in sizes]
    yield "one tick, three players × 2", "replicas, 1 to 64", fitted(sizes, works, True)
    sizes = [100, 400, 1600]
    works = [lambda n=n: _steps(n) for n in sizes]
    yield "a recorded run, three players × 2", "ticks, 100 to 1,600", fitted(sizes, works, True)


def _steps(count: int) -> None:
    settings = NegotiationSettings.model_validate({})
    simulation = Simulation(twos(3), settings, RunSettings.model_validate({"ticks": count}))
    for _ in range(count):
        simulation.step()
    simulation.result()


ROWS = (one_game, coco_values, equilibria, ticks, replicas, samples, memory)
"""What makes the rows of the table, in order."""
