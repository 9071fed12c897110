"""The linear algebra below the harsanyi solver: polynomials, bordered systems, proofs of optima."""

from dataclasses import replace

import numpy as np
import pytest

from curnits.analysis.solvers.harsanyi.bordered import wider
from curnits.analysis.solvers.harsanyi.conditions import HarsanyiConditions
from curnits.analysis.solvers.harsanyi.harsanyi import solve
from curnits.analysis.verification import harsanyi as verifying
from curnits.analysis.verification.harsanyi import verify_harsanyi
from curnits.sim.games.normal import from_payoffs


def conditions(*shape, seed=0):
    payoffs = np.random.default_rng(seed).normal(size=(len(shape), *shape))
    return HarsanyiConditions(from_payoffs(payoffs).normalised).at(1e-2)


def values(system, x):
    at = system.linearise(x)
    return system.in_rows(at.slacks, at.equations)


@pytest.mark.parametrize("shape", [(2, 3), (2, 1, 3), (2, 2, 2, 2)])
def test_slopes_are_derivatives(shape):
    system, rng = conditions(*shape), np.random.default_rng(1)
    x, way = rng.normal(size=(2, system.count))
    slopes = system.pattern.product(system.linearise(x).entries, way)
    ahead, behind = (values(system, x + h * way) for h in (1e-4, -1e-4))
    np.testing.assert_allclose((ahead - behind) / 2e-4, slopes, atol=1e-5)
    dense = system.pattern.dense(system.linearise(x).entries)
    np.testing.assert_allclose(dense @ way, slopes, atol=1e-12)


def test_systems_of_large_games_are_solved_block_by_block():
    system, rng = conditions(2, 2, 2, 2, 2), np.random.default_rng(2)
    assert system._structure is not None
    entries = system.linearise(rng.random(system.count)).entries
    entries[system.pattern.diagonal] += rng.random(system.count)
    column, target = rng.normal(size=(2, system.count))
    dense = system.pattern.dense(entries)
    found = system._structure._eliminated(np.append(entries, 0.0), target[:, None])[:, 0]
    np.testing.assert_allclose(found, np.linalg.solve(dense, target), rtol=1e-6, atol=1e-8)
    row, ends = rng.normal(size=(2, system.count + 1))
    known = np.linalg.solve(wider(dense, column, row), ends)
    np.testing.assert_allclose(
        system.solve_wider(entries, column, row, ends), known, rtol=1e-6, atol=1e-8
    )


def test_blocks_that_are_singular_do_no_harm():
    system, rng = conditions(2, 2, 2, 2, 2), np.random.default_rng(3)
    entries = system.linearise(rng.random(system.count)).entries
    entries[system.pattern.diagonal] += rng.random(system.count)
    in_row = system.pattern.rows == system.books[1].play[0]
    entries[in_row & (system.pattern.columns >= system.n)] = 0.0  # nothing left inside its block
    target = rng.normal(size=system.count)
    found = system.solve(entries, target)
    np.testing.assert_allclose(system.pattern.product(entries, found), target, atol=1e-7)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("wrong", [0.0, 1e-5, 0.1])
def test_what_multipliers_prove_is_what_linear_programs_find(monkeypatch, seed, wrong):
    rng = np.random.default_rng(seed)
    game = from_payoffs(rng.normal(size=(3, 2, 2, 3)))
    found = solve(game).equilibria[0].candidate
    shaken = {s: p * np.exp(wrong * rng.normal(size=len(p))) for s, p in found.threats.items()}
    found = replace(found, threats={mask: play / play.sum() for mask, play in shaken.items()})
    proved = verify_harsanyi(game, found)
    monkeypatch.setattr(verifying, "_weighing", lambda *_: None)
    solved = verify_harsanyi(game, found)
    assert proved.accepted == solved.accepted == (wrong == 0.0)
    assert proved.residuals.regret == pytest.approx(solved.residuals.regret, abs=1e-9)
    for one, other in zip(proved.coalitions, solved.coalitions, strict=True):
        np.testing.assert_allclose(one.weights, other.weights, atol=1e-6)
