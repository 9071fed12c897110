"""The names that users import: all there, documented, their examples true, and lazily loaded."""

import doctest
import importlib
import inspect
import subprocess
import sys

import numpy as np
import pytest

from curnits import analysis, sim


@pytest.mark.parametrize("package", [sim, analysis], ids=["sim", "analysis"])
def test_every_public_name_is_there_and_documented(package):
    assert package.__all__
    for name in package.__all__:
        assert inspect.getdoc(getattr(package, name)), name


@pytest.mark.parametrize("package", [sim, analysis], ids=["sim", "analysis"])
def test_examples(package):
    tried = 0
    homes = {inspect.getmodule(getattr(package, name)) for name in package.__all__}
    for home in homes - {None}:
        result = doctest.testmod(importlib.import_module(home.__name__))
        assert result.failed == 0, home
        tried += result.attempted
    assert tried > 5


def test_nothing_is_imported_before_it_is_used():
    code = "import sys, curnits.sim, curnits.analysis; print('numpy' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert printed.stdout == b"False\n"


def test_from_a_game_in_memory_to_a_figure():
    game = sim.from_payoffs([[[5, 0], [0, 3]], [[3, -4], [0, 6]]], players=["<row>", "column"])
    scenario = sim.Scenario.of(game, run=sim.RunSettings(ticks=300))
    run = sim.simulate(scenario)
    answer = analysis.solve(game)
    verdict = analysis.judge(game, run)
    np.testing.assert_allclose(answer.equilibria[0].payoffs, [29 / 6, 3.25], atol=1e-9)
    assert repr(answer) == "<coco: <row> 4.83333, column 3.25>"
    assert repr(run).startswith(("<settled after", "<not settled after"))
    for shown in (answer, run, verdict):
        assert "&lt;row&gt;" in shown._repr_html_()
        assert "<row>" not in shown._repr_html_()
    page = analysis.plot("prices", scenario, run)
    assert page.axes


def test_a_figure_that_does_not_apply_says_why():
    scenario = sim.load("hot-dog-stands").with_run(ticks=5)
    with pytest.raises(sim.InputError, match="nothing to show"):
        analysis.plot("talks", scenario, sim.simulate(scenario))
