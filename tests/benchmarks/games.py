"""Seeded games on which the equilibrium solver is measured: all families, plain and awkward."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

import numpy as np

from curnits.sim.games.families import FAMILIES
from curnits.sim.games.game import Game
from curnits.sim.games.normal import from_payoffs

_MOST_OUTCOMES = 256


def games(count: int, seed: int = 2026) -> Iterator[tuple[str, Game]]:
    """Yield ``count`` games of 2 to 5 players with 1 to 4 actions each, and what each one is.

    Every family comes in turn; every third game is made awkward: a bystander, a duplicated action,
    or utilities rescaled by factors between 1e-3 and 1e4.
    """
    names = sorted(FAMILIES)
    for k, child in enumerate(np.random.SeedSequence(seed).spawn(count)):
        rng = np.random.default_rng(child)
        name = names[k % len(names)]
        game = _draw(name, rng)
        awkward = list(AWKWARD)[int(rng.integers(len(AWKWARD)))] if k % 3 == 2 else "plain"
        yield f"{name}/{awkward}", AWKWARD[awkward](game, rng) if k % 3 == 2 else game


def near_ties(count: int, seed: int = 2026) -> Iterator[tuple[str, Game]]:
    """Yield integer games of 2 to 4 players whose payoffs carry noise, as computed numbers do.

    Payoffs are integers from 0 to 1 … 4 plus normal noise, the same size throughout a game, from
    1e-13 to 1e-6; every player has 1 to 4 actions, and somebody at least two.
    """
    for child in np.random.SeedSequence([seed, 1]).spawn(count):
        rng = np.random.default_rng(child)
        shape = rng.integers(1, 5, size=rng.integers(2, 5))
        while np.prod(shape) == 1:
            shape = rng.integers(1, 5, size=len(shape))
        payoffs = rng.integers(0, int(rng.integers(2, 6)), size=(len(shape), *shape))
        digits = int(rng.integers(6, 14))
        noise = 10.0**-digits * rng.normal(size=payoffs.shape)
        yield f"near ties/1e-{digits}", from_payoffs(payoffs + noise)


def _draw(name: str, rng: np.random.Generator) -> Game:
    family = FAMILIES[name]
    if name.startswith("random-"):
        shape = rng.integers(1, 5, size=rng.integers(2, 6))
        while np.prod(shape) > _MOST_OUTCOMES:
            shape = rng.integers(1, 5, size=len(shape))
        drawn = family(shape=shape.tolist())
        if name == "random-integer":
            drawn = replace(drawn, low=0, high=int(rng.integers(1, 6)))
        return drawn.build(rng)
    default = family()
    numbers = [f.name for f in fields(default) if isinstance(getattr(default, f.name), float)]
    crowd = next((f.name for f in fields(default) if f.name in ("players", "producers")), None)
    for _ in range(1000):
        jitter = {f: getattr(default, f) * float(rng.uniform(0.7, 1.4)) for f in numbers}
        size = (
            {} if crowd is None else {crowd: int(rng.integers(2, 6 if crowd == "players" else 5))}
        )
        try:
            return replace(default, **jitter, **size).build(rng)
        except ValueError:  # the numbers violate what defines the family
            continue
    raise AssertionError(f"no valid parameters for {name} in 1000 draws")


def _bystander(game: Game, rng: np.random.Generator) -> Game:
    actions = int(rng.integers(1, 3))
    seat = int(rng.integers(game.n + 1))
    payoffs = np.repeat(np.expand_dims(game.payoffs, 1 + seat), actions, axis=1 + seat)
    return from_payoffs(np.insert(payoffs, seat, float(rng.integers(-2, 3)), axis=0))


def _duplicate(game: Game, rng: np.random.Generator) -> Game:
    player = int(rng.integers(game.n))
    action = int(rng.integers(game.shape[player]))
    order = np.append(np.arange(game.shape[player]), action)
    return from_payoffs(np.take(game.payoffs, order, axis=1 + player))


def _rescale(game: Game, rng: np.random.Generator) -> Game:
    shape = (game.n, *[1] * game.n)
    factors = 10.0 ** rng.uniform(-3, 4, size=shape)
    return from_payoffs((game.payoffs + rng.normal(size=shape)) * factors)


AWKWARD: dict[str, Callable[[Game, np.random.Generator], Game]] = {
    "bystander": _bystander,
    "duplicated action": _duplicate,
    "rescaled": _rescale,
}
