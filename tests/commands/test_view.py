"""The page of ``curnits view`` in a headless Chromium; screenshots go to build/screenshots."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urljoin, urlparse
from urllib.request import Request as Asked
from urllib.request import urlopen
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect, sync_playwright
from websockets import Origin
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from curnits.analysis.checking.runs import check_run

OURS = str(Path(__file__).parents[2] / "analysis")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE = 180_000
"""Milliseconds; machines that test are slow at times."""

STILL = """
addEventListener("DOMContentLoaded", () => document.head.append(Object.assign(
  document.createElement("style"),
  {textContent: "*, ::before, ::after {animation: none !important; transition: none !important}"}
)));
"""
"""Nothing moves by itself: without a graphics card every frame costs what tests wait for."""

SIX = """
title: Six in public
game: {form: family, family: public-goods, parameters: {players: 6}}
run: {window: 100000}
"""


@pytest.fixture(scope="module")
def chromium() -> str:
    if CHROMIUM is None:
        if "CI" in os.environ:
            pytest.fail("Chromium has to be installed where CI is set")
        pytest.skip("needs Debian's package chromium")
    return CHROMIUM


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    code = "from curnits.analysis.cli.app import main; main()"
    words = ["view", "hot-dog-stands", "--port", "0", "--no-browser"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, process.communicate()
        yield found.group()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        # Solara itself may trip over pages that close at once; all requests pass our gate
        ours = [line for line in err.splitlines() if OURS in line and "serving.py" not in line]
        assert not ours, err


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


def channel(server: str) -> str:
    """Return the address of a websocket of the page, as browsers make it."""
    return f"{server.replace('http', 'ws', 1)}jupyter/api/kernels/test/channels?session_id=test"


def opened(browser: Browser, **options: Any) -> Page:
    """Open an empty page."""
    page = browser.new_page(**options)
    page.set_default_timeout(PATIENCE)
    page.add_init_script(STILL)
    return page


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """A page of the server; whatever it asks for it must get, from there."""
    asked: list[str] = []
    failed: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    def judge(response: Response) -> None:
        if response.status >= 400:
            failed.append(response.url)

    shown = opened(browser, viewport={"width": 1400, "height": 1250})
    shown.on("request", note)
    shown.on("websocket", lambda connection: asked.append(connection.url))
    shown.on("response", judge)
    shown.goto(server)
    expect(shown.get_by_text("Press Play")).to_be_visible(timeout=PATIENCE)
    yield shown
    shown.close()
    own = urlparse(server).netloc
    assert {urlparse(url).netloc for url in asked if not url.startswith("data:")} == {own}
    assert failed == []


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def shows(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("alert").filter(has_text=text)).to_be_visible(timeout=PATIENCE)


def pictured(page: Page, *names: str) -> None:
    for name in names:
        expect(page.get_by_alt_text(name, exact=True)).to_be_visible(timeout=PATIENCE)


def photograph(page: Page, name: str) -> None:
    folder = Path(__file__).parents[2] / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    image = page.screenshot(path=folder / f"{name}.png")
    assert image.startswith(b"\x89PNG")


def save(page: Page, name: str, place: Path) -> Path:
    with page.expect_download(timeout=2 * PATIENCE) as download:
        press(page, name)
    download.value.save_as(place / download.value.suggested_filename)
    with ZipFile(place / download.value.suggested_filename) as packed:
        packed.extractall(place)
    return place / Path(download.value.suggested_filename).stem


def test_the_game_is_seen_before_anybody_talks(page: Page) -> None:
    expect(page.get_by_role("cell", name="100, 80")).to_be_visible()
    pictured(page, "what the first two players can get")
    expect(page.get_by_label("Search titles and stories")).to_be_in_viewport()
    expect(page.get_by_role("button", name="A climate club")).not_to_be_visible()
    page.get_by_label("Search titles and stories").fill("climate club")
    expect(page.get_by_role("button", name="A climate club")).to_be_visible(timeout=PATIENCE)
    photograph(page, "view-first-sight")


def test_a_small_screen_shows_results_and_nothing_beside(browser: Browser, server: str) -> None:
    small = opened(browser, viewport={"width": 390, "height": 844}, color_scheme="dark")
    small.goto(server)
    expect(small.get_by_text("Press Play")).to_be_in_viewport(timeout=PATIENCE)
    expect(small.get_by_label("Search titles and stories")).not_to_be_in_viewport()
    press(small, "Step")
    shows(small, "had not settled after 25 ticks")
    pictured(small, "frontier")
    photograph(small, "view-small")
    assert small.evaluate("document.documentElement.scrollWidth") <= 390
    press(small, "Games and settings")
    expect(small.get_by_label("Search titles and stories")).to_be_in_viewport()
    small.get_by_label("Search titles and stories").fill("majority divide")
    small.get_by_role("button", name=re.compile("^Majority")).click()
    expect(small.get_by_role("heading", name="Majority")).to_be_in_viewport(timeout=PATIENCE)
    expect(small.get_by_label("Search titles and stories")).not_to_be_in_viewport()
    small.close()


def test_a_policy_is_chosen_and_what_does_not_apply_is_hidden(page: Page) -> None:
    press(page, "Step")
    shows(page, "had not settled after 25 ticks")
    page.get_by_label("big stand", exact=True).click(force=True)
    page.get_by_role("option", name="bully", exact=True).click()
    press(page, "Apply and start over")
    expect(page.get_by_text("Press Play")).to_be_visible(timeout=PATIENCE)
    press(page, "Step")
    expect(page.get_by_role("tab", name="threats")).to_be_attached(timeout=PATIENCE)
    expect(page.get_by_role("tab", name="basins")).not_to_be_attached()
    page.get_by_role("tab", name="story").click()
    expect(page.get_by_text("Who wanted what")).to_be_visible()


def test_step_run_save_and_reset(page: Page, tmp_path: Path) -> None:
    press(page, "Step")
    shows(page, "had not settled after 25 ticks")
    pictured(page, "frontier", "prices", "threats", "coalitions")
    press(page, "Play")
    shows(page, re.compile(r"settled after 1,\d+ ticks, .*: they got there"))
    page.wait_for_timeout(3000)  # the last pictures
    photograph(page, "view-settled")
    page.get_by_role("tab", name="tables").click()
    expect(page.get_by_role("cell", name="small stand + big stand")).to_be_visible()
    expect(page.get_by_role("cell", name="140").first).to_be_visible()
    page.get_by_role("tab", name="convergence").click()
    pictured(page, "convergence")
    folder = save(page, "Run folder", tmp_path)
    assert check_run(folder).passed
    press(page, "Start over")
    expect(page.get_by_text("Press Play")).to_be_visible(timeout=PATIENCE)
    press(page, "Step")
    shows(page, "had not settled after 25 ticks")
    figures = save(page, "Figures (PDF, CSV)", tmp_path)
    assert {"frontier.pdf", "frontier.csv", "frontier.txt", "overview.pdf"} <= {
        path.name for path in figures.iterdir()
    }


def test_change_scenario_and_settings(page: Page) -> None:
    press(page, "Play")
    shows(page, "had not settled")
    page.get_by_label("Search titles and stories").fill("majority divide")
    page.get_by_role("button", name=re.compile("^Majority")).click()
    expect(page.get_by_role("heading", name="Majority")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Press Play")).to_be_visible(timeout=PATIENCE)
    for value, message in (("many", "seed: "), ("7", "Press Play")):
        page.get_by_label("seed", exact=True).fill(value)
        page.get_by_label("ticks", exact=True).fill("60")
        press(page, "Apply and start over")
        shows(page, message)
    press(page, "Play")
    shows(page, "had not settled after 60 ticks")
    expect(page.get_by_role("button", name="Step", exact=True)).to_be_disabled(timeout=PATIENCE)


def test_uploads_bad_and_good(page: Page, tmp_path: Path) -> None:
    upload = page.get_by_label("Upload a scenario")
    bad = tmp_path / "bad.yaml"
    bad.write_text("title: Bad\ngame:\n  form: normal\n  palyers: [a]\n")
    upload.set_input_files(bad)
    shows(page, "bad.yaml:4: game.palyers: unknown key (did you mean players?)")
    photograph(page, "view-refused")
    expect(page.get_by_role("heading", name="Hot-dog stands")).to_be_visible()
    game = tmp_path / "pair.nfg"
    game.write_text('NFG 1 R "A pair" { "a" "b" } { 2 2 }\n\n1 1 0 0 0 0 2 2\n')
    upload.set_input_files(game)
    expect(page.get_by_role("heading", name="A pair")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("bad.yaml")).not_to_be_visible()
    expect(page.get_by_text("Shown: pair.nfg")).to_be_visible()


def test_large_uploads_are_answered(page: Page, tmp_path: Path) -> None:
    upload, file = page.get_by_label("Upload a scenario"), tmp_path / "large.yaml"
    file.write_bytes(b"x" * 64_000_001)
    upload.set_input_files(file)
    shows(page, "large.yaml: the file is too large: 64,000,001 bytes (expected 64,000,000 at most)")
    file = file.with_stem("less")
    file.write_bytes(b"x" * 40_000_000)
    upload.set_input_files(file)
    shows(page, "less.yaml: the file is too large")  # so the server says, and stays
    press(page, "Step")
    shows(page, "had not settled after 25 ticks")


def test_six_players_can_be_paused_while_they_are_drawn(page: Page, tmp_path: Path) -> None:
    six = tmp_path / "six.yaml"
    six.write_text(SIX)
    page.get_by_label("Upload a scenario").set_input_files(six)
    expect(page.get_by_role("heading", name="Six in public")).to_be_visible(timeout=PATIENCE)
    press(page, "Play")
    pictured(page, "frontier", "coalitions")
    page.get_by_role("tab", name="dividends").click()
    pictured(page, "dividends")
    press(page, "Pause")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=PATIENCE)
    clock = page.get_by_text(re.compile(r"^tick [\d,]+$"))
    page.wait_for_timeout(2000)  # the frame that is under way
    paused = clock.inner_text()
    assert paused != "tick 0"
    shows(page, f"had not settled after {paused.removeprefix('tick ')} ticks")
    assert clock.inner_text() == paused
    photograph(page, "view-six")
    press(page, "Step")
    expect(clock).not_to_have_text(paused, timeout=PATIENCE)


def test_more_tabs_on_six_players_than_can_be_drawn_at_once(
    browser: Browser, server: str, tmp_path: Path
) -> None:
    six = tmp_path / "six.yaml"
    six.write_text(SIX.replace("window", "ticks: 200, window"))
    tabs = [opened(browser) for _ in range(4)]
    for tab in tabs:
        tab.goto(server, wait_until="commit")
    for tab in tabs:
        expect(tab.get_by_text("Press Play")).to_be_visible(timeout=PATIENCE)
        tab.get_by_label("Upload a scenario").set_input_files(six)
    for tab in tabs:
        expect(tab.get_by_role("heading", name="Six in public")).to_be_visible(timeout=PATIENCE)
        press(tab, "Play")
    for tab in tabs:
        shows(tab, "had not settled after")
        tab.close()
    assert answer(server, "") == 200


def test_nobody_else_is_served(server: str) -> None:
    address = urlparse(server)
    assert address.hostname == "127.0.0.1"
    assert address.port is not None
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", address.port), timeout=10)


def answer(server: str, path: str, **headers: str) -> int:
    request = Asked(urljoin(server, path), headers=headers)
    try:
        with urlopen(request, timeout=60) as response:
            return int(response.status)
    except HTTPError as error:
        return error.code


def test_only_who_knows_the_address_is_answered(server: str) -> None:
    token = urlparse(server).path.strip("/")
    assert re.fullmatch(r"[\w-]{43}", token)
    assert answer(server, "") == 200
    for path in ("/", "/readyz", "/jupyter/api/kernels/test", f"/{token[:-1]}/", f"/x/{token}/"):
        assert answer(server, path) == 404, path
    for host in ("elsewhere.example", "127.0.0.1.elsewhere.example", "elsewhere.example:127"):
        assert answer(server, "", Host=host) == 400, host
    own = f"http://{urlparse(server).netloc}"
    assert answer(server, "", Origin=own) == 200
    for origin in ("http://elsewhere.example", "null", "http://127.0.0.1:1", own + ".example"):
        assert answer(server, "", Origin=origin) == 403, origin


def test_websockets_are_opened_by_the_page_alone(server: str) -> None:
    place, good = urlparse(server), channel(server)
    own = Origin(f"http://{place.netloc}")
    with connect(good, origin=own) as connection:
        connection.ping().wait(60)
    refused = [
        (good, Origin("http://elsewhere.example"), 403),
        (good, Origin("http://127.0.0.1:1"), 403),
        (good, Origin("null"), 403),
        (good, None, 403),
        (good.replace(place.path, "/"), own, 403),
        (good.replace(place.path, "/guessed/"), own, 403),
    ]
    for address, origin, status in refused:
        with pytest.raises(InvalidStatus) as error, connect(address, origin=origin):
            pass
        assert error.value.response.status_code == status, (address, origin)
    with (
        pytest.raises(InvalidStatus) as error,
        socket.create_connection((place.hostname, place.port)) as wire,  # DNS rebinding
        connect(good.replace(place.netloc, "elsewhere.example"), origin=own, sock=wire),
    ):
        pass
    assert error.value.response.status_code == 400
