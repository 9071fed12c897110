"""Rules and policies from other packages: installed, they are found by name."""

import importlib
import shutil
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from curnits.sim.games.game import Game, GameError
from curnits.sim.games.normal import from_payoffs
from curnits.sim.negotiation.model import Negotiation
from curnits.sim.negotiation.policies import Policy
from curnits.sim.negotiation.rules.plugins import offered
from curnits.sim.negotiation.rules.rulebook import Rules
from curnits.sim.negotiation.rules.threats import Situation, ThreatRule
from curnits.sim.negotiation.settings import NegotiationSettings, RunSettings
from curnits.sim.running import simulate
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.problems import ScenarioError

EXAMPLE = Path(__file__).parent / "plugin"

type Install = Callable[[Path], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a package as pip would: its modules, and what its pyproject says of it."""

    def put(package: Path) -> None:
        project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
        site = tmp_path / "site-packages"
        info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
        info.mkdir(parents=True)
        for module in package.glob("*.py"):
            shutil.copy(module, site)
        lines = [f"Name: {project['name']}", f"Version: {project['version']}"]
        (info / "METADATA").write_text("\n".join(["Metadata-Version: 2.1", *lines]))
        groups = project["entry-points"].items()
        stated = [
            f"[{group}]\n" + "\n".join(f"{k} = {v}" for k, v in e.items()) for group, e in groups
        ]
        (info / "entry_points.txt").write_text("\n".join(stated))
        monkeypatch.syspath_prepend(site)
        importlib.invalidate_caches()
        for module in site.glob("*.py"):
            monkeypatch.delitem(sys.modules, module.stem, raising=False)

    return put


def pie() -> Game:
    return from_payoffs(
        [[[0, 0], [10, 0]], [[0, 10], [0, 0]]],
        players=["Ada", "Bo"],
        actions=[["yield", "insist"]] * 2,
    )


SCENARIO = """
title: A pie
game:
  form: normal
  actions: {Ada: [yield, insist], Bo: [yield, insist]}
  payoffs: {Ada: [[0, 0], [10, 0]], Bo: [[0, 10], [0, 0]]}
"""


def test_an_installed_package_is_found_by_name(install: Install, tmp_path: Path) -> None:
    install(EXAMPLE)
    assert offered("policies") == ["halves"]
    path = tmp_path / "pie.yaml"
    path.write_text(
        SCENARIO
        + "negotiation:\n  policies: {Ada: {halves: {ask: 0.8}}, Bo: halves}\n"
        + "  threats: stubborn\n  deciding: last\n"
    )
    scenario = load(path)
    run = simulate(scenario.game_without_ladders, scenario.negotiation, scenario.run)
    assert run.converged
    np.testing.assert_allclose(run.payoffs, [5, 5], atol=0.05)
    assert run.tables["acts"]["act"].isin(["claims", "yields"]).all()
    again = tmp_path / "again.yaml"
    again.write_text(scenario.to_yaml())
    assert load(again) == scenario


def test_without_it_the_names_are_unknown(tmp_path: Path) -> None:
    path = tmp_path / "pie.yaml"
    for stated, message in (
        ("policies: {Ada: halves}", "policies.Ada: unknown policy 'halves'"),
        ("threats: stubborn", "threats: expected 'optimistic'"),
    ):
        path.write_text(f"{SCENARIO}negotiation:\n  {stated}\n")
        with pytest.raises(ScenarioError, match=f"pie.yaml:8: negotiation.{message}"):
            load(path)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("import nowhere", "cannot be loaded: ModuleNotFoundError: No module named 'nowhere'"),
        ("1 / 0", "cannot be loaded: ZeroDivisionError: division by zero"),
        ("other = 1", "cannot be loaded: AttributeError"),
        ("Broken = 3", "is no policy"),
    ],
)
def test_a_broken_plugin_is_named(
    module: str, message: str, install: Install, tmp_path: Path
) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "breaking.py").write_text(module)
    (package / "pyproject.toml").write_text(
        '[project]\nname = "breaking"\nversion = "1"\n'
        '[project.entry-points."curnits.policies"]\nbroken = "breaking:Broken"\n'
    )
    install(package)
    path = tmp_path / "pie.yaml"
    path.write_text(f"{SCENARIO}negotiation: {{policies: {{Ada: broken}}}}\n")
    with pytest.raises(ScenarioError, match=rf"pie.yaml:7: .*plug-in 'broken'.*{message}"):
        load(path)


class Doubling(ThreatRule):
    def respond(self, now: Situation) -> np.ndarray:
        return 2.0 * now.threats


class Short(ThreatRule):
    def respond(self, now: Situation) -> np.ndarray:
        return now.threats[:1]


class Mute(Policy):
    def claim(self, now) -> str:
        return "much"


class Restless(Policy):
    def claim(self, now) -> float:
        return 2.0

    def act(self, now) -> int:
        return 9


class Endless(Policy):
    def claim(self, now) -> float:
        return np.nan


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"threats": Doubling}, "the threat rule Doubling: expected probabilities that sum to 1"),
        ({"threats": Short()}, "the threat rule Short: expected a probability for each joint"),
        ({"policies": {"Ada": Mute}}, "the policy Mute: expected a number for each of 1 players"),
        ({"policies": {"Ada": Endless}}, "the policy Endless: expected numbers"),
        ({"policies": {"Ada": Restless}}, "the policy Restless: expected acts .found 9"),
        ({"policies": {"Zoe": Mute}}, "expected some of Ada, Bo"),
        ({"spliting": Short}, "unknown rule 'spliting'"),
    ],
)
def test_answers_that_make_no_sense_are_refused(rules, message: str) -> None:
    def go() -> None:
        settings = NegotiationSettings()
        Negotiation(pie(), settings, 1, Rules.of(pie(), settings, **rules)).step()

    with pytest.raises(GameError, match=message):
        go()


def test_objects_from_python_need_no_package() -> None:
    class Half(Policy):
        def claim(self, now) -> float:
            return 0.6

    settings, run = NegotiationSettings(), RunSettings(ticks=1500, tolerance=5e-3)
    for given in (Half, Half()):
        rules = Rules.of(pie(), settings, policies={"Bo": given})
        ended = simulate(pie(), settings, run, rules=rules)
        np.testing.assert_allclose(ended.payoffs, [4, 6], atol=0.05)
