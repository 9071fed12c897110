"""Scenarios explored by hand: what the page shows and saves, without the page."""

import re
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from threading import active_count
from zipfile import ZipFile

import pandas as pd
import pytest
from command import Command

from curnits.analysis.checking.runs import check_run
from curnits.analysis.storage.folder import TABLES
from curnits.analysis.view.choices import Choice, choices
from curnits.analysis.view.opening import open_named, open_uploaded
from curnits.analysis.view.serving import ViewError, serve
from curnits.analysis.view.session import Exploration
from curnits.analysis.view.studio import pictures
from curnits.sim.running import simulate
from curnits.sim.scenario.loading import load
from curnits.sim.scenario.problems import ScenarioError

SIX = b"title: Six\ngame: {form: family, family: public-goods, parameters: {players: 6}}\n"


def stepped(steps: int, **settings: object) -> Exploration:
    exploration = Exploration(open_named("three-solutions"), **settings)
    for _ in range(steps):
        exploration.step()
    return exploration


def unpacked(archive: bytes, place: Path) -> Path:
    with ZipFile(BytesIO(archive)) as packed:
        packed.extractall(place)
    (folder,) = place.iterdir()
    return folder


def test_a_scenario_runs_until_it_has_settled() -> None:
    exploration = Exploration(open_named("hot-dog-stands"))
    assert (exploration.time, exploration.running, exploration.look()) == (0, True, None)
    exploration.solve()
    while exploration.running:
        exploration.step()
    ticks = exploration.time
    exploration.step()
    assert exploration.time == ticks
    run = exploration.look()
    assert run is not None
    assert run.summary.converged
    assert run.summary.verdict.endswith("they got there.")
    assert run.summary.analytic.payoffs == pytest.approx({"small stand": 70, "big stand": 140})


def test_looking_before_the_answer_is_known() -> None:
    exploration = stepped(30)
    before = exploration.look()
    assert before.summary.analytic is None
    assert before.summary.verdict == "30 ticks; the analytic answer is still being looked for."
    assert exploration.state == (30, False)
    exploration.solve()
    assert exploration.state == (30, True)
    assert exploration.look().summary.analytic.concept == "coco"


def test_a_settled_run_is_compared_with_the_nearest_of_several_answers() -> None:
    exploration = stepped(0)
    exploration.solve()
    while exploration.running:
        exploration.step()
    assert exploration.look().summary.converged


def test_settings_are_taken_from_text() -> None:
    changed = stepped(5, ticks="5", seed="7", trading="pairs", **{"offers.discount": "0.9"})
    assert (changed.time, changed.running) == (5, False)
    assert changed.file.run.seed == 7
    assert changed.file.negotiation.trading == "pairs"
    assert changed.file.negotiation.offers.discount == 0.9
    assert changed.file.negotiation.offers.breakdown == 0.01
    offered = {choice.name: choice for choice in choices(changed.file)}
    assert offered["seed"] == Choice("seed", 7, ())
    assert offered["trading"] == Choice("trading", "pairs", ("auctioneer", "pairs"))
    again = Exploration(open_named("majority"), **{c.name: str(c.value) for c in offered.values()})
    assert again.problem == ""


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"seed": "many"}, "^seed: "), ({"sanding_start": "1e-9"}, "^sanding_floor must not exceed")],
)
def test_settings_that_do_not_fit(settings: dict[str, object], message: str) -> None:
    refused = stepped(3, **settings)
    assert re.match(message, refused.problem)
    assert (refused.time, refused.running, refused.look()) == (0, False, None)
    with pytest.raises(ScenarioError, match=message):
        refused.run_folder()


def test_closing_stops_whoever_steps() -> None:
    exploration = stepped(10)
    exploration.close()
    exploration.step()
    assert (exploration.time, exploration.running) == (10, False)


def test_steps_and_looks_may_come_from_many_threads() -> None:
    exploration = stepped(1)
    with ThreadPoolExecutor(4) as crowd:
        tasks = [crowd.submit(exploration.step) for _ in range(60)]
        tasks += [crowd.submit(exploration.look) for _ in range(6)]
    assert all(task.exception() is None for task in tasks)
    assert exploration.time == 61
    alone = stepped(61).look().tables["negotiators"]
    seen = exploration.look().tables["negotiators"]
    pd.testing.assert_frame_equal(seen, alone, check_exact=True)


def test_the_run_folder_can_be_checked_and_run_again(tmp_path: Path) -> None:
    exploration = stepped(137)
    folder = unpacked(exploration.run_folder(), tmp_path)
    assert folder.name == "three-solutions-seed1"
    assert check_run(folder).objections == []
    scenario = load(folder / "scenario.yaml")
    assert scenario.run.ticks == 137
    again = simulate(scenario.game_without_ladders, scenario.negotiation, scenario.run)
    for name in TABLES:
        kept = pd.read_parquet(folder / f"{name}.parquet")
        assert len(kept) == len(again.tables[name])
    kept = pd.read_parquet(folder / "negotiators.parquet")
    pd.testing.assert_frame_equal(kept, again.tables["negotiators"], check_exact=True)
    assert exploration.run_folder() == exploration.run_folder()
    exploration.step()
    assert exploration.time == 138


def test_pictures_of_six_players(tmp_path: Path) -> None:
    exploration = Exploration(open_uploaded("six.yaml", SIX))
    for _ in range(40):
        exploration.step()
    drawn = pictures(exploration.look(), ["frontier", "coalitions"], 1)
    assert list(drawn) == ["frontier", "coalitions"]
    assert all(image.startswith(b"\x89PNG") for image in drawn.values())


def test_uploads_are_refused_like_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in {
        "bad.yaml": b"title: Bad\ngame:\n  form: normal\n  palyers: [a]\n",
        "bad.nfg": b"NFG 1 R oops",
        "binary.yaml": b"\xff\xfe\x00",
    }.items():
        Path(name).write_bytes(content)
        said = Command(capsys)("solve", name).err.removeprefix("curnits: ").strip()
        with pytest.raises(ScenarioError) as refused:
            open_uploaded(f"/some/where/{name}", content)
        assert str(refused.value) == said
        assert said.startswith(name)


@pytest.mark.parametrize("place", ["{}", "/proc/self/environ", "../../{}", "~/{}"])
def test_uploads_cannot_name_other_files(place: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    named = place.format(tmp_path / "secret")
    with pytest.raises(ScenarioError) as refused:
        open_uploaded("far.yaml", f"title: Far\ngame: {{form: nfg, file: {named}}}\n".encode())
    said = "far.yaml:2: game.file: other files are not read (expected the game itself)"
    assert str(refused.value) == said
    game = 'NFG 1 R "g" { "A" "B" } { 1 2 } 1 2 3 4'
    whole = f"title: Near\ngame: {{form: nfg, file: {named}, text: {game!r}}}\n"
    assert open_uploaded("near.yaml", whole.encode()).scenario.build().n == 2


TEN = """
from concurrent.futures import ThreadPoolExecutor
from curnits.analysis.view.opening import open_uploaded
from curnits.analysis.view.session import Exploration

def explored(k):
    exploration = Exploration(open_uploaded("six.yaml", SIX), seed=k % 2)
    exploration.solve()
    for _ in range(10):
        exploration.step()
    return exploration.look().summary

with ThreadPoolExecutor(10) as crowd:
    together = list(crowd.map(explored, range(10)))
assert together == [explored(k) for k in (0, 1)] * 5
"""


def test_ten_explorations_at_once_are_as_if_alone() -> None:
    code = TEN.replace("SIX", repr(SIX))  # apart, since a crash would end the interpreter
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_explorations_leave_no_threads() -> None:
    before = active_count()
    for _ in range(20):
        exploration = stepped(2)
        exploration.look()
    assert active_count() == before


def test_the_server_needs_its_extra_and_a_free_port(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("curnits.analysis.view.serving.NEEDED", ("no-such-distribution",))
        with pytest.raises(ViewError, match=r"no-such-distribution.*pip install '\.\[view\]'"):
            serve(0, "majority", print)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ViewError, match=f"--port {port}: .*in use"):
            serve(port, "majority", print)


def test_view_refuses(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    curnits = Command(capsys)
    unknown = curnits("view", "no-such-scenario")
    assert (unknown.status, unknown.out) == (2, "")
    assert "no-such-scenario" in unknown.err
    monkeypatch.setattr("curnits.analysis.view.serving.NEEDED", ("no-such-distribution",))
    missing = curnits("view", "--no-browser")
    assert (missing.status, missing.out) == (2, "")
    assert "pip install '.[view]'" in missing.err


def test_policies_can_be_chosen() -> None:
    opened = open_named("war-of-attrition")
    offered = {choice.name: choice for choice in choices(opened.scenario)}
    ada = offered["policies.Ada"]
    assert ada.value == "bluffer"
    assert {"truthful", "bully", "bluffer"} <= set(ada.others)
    assert "learner" not in ada.others  # it needs parameters
    settings = {"policies.Ada": "bluffer", "policies.Bo": "bully"}
    policies = Exploration(opened, **settings).file.negotiation.policies
    assert policies["Ada"] == opened.scenario.negotiation.policies["Ada"]
    assert type(policies["Bo"]).__name__ == "Bully"
