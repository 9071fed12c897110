"""The pages: links lead somewhere, commands print what is shown, made parts are up to date."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Command

from curnits.analysis.handbook.pages import PAGES, with_made

ROOT = Path(__file__).parents[2]
LISTED = subprocess.run(
    ["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False
).stdout.splitlines()
ALL = LISTED or sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("[!.b]*/**/*.md"))
"""Every page; of a checkout without git those outside of build."""

TUTORIALS = (
    "README.md",
    "scenarios/README.md",
    "sim/games/README.md",
    "sim/negotiation/README.md",
    "analysis/concepts/README.md",
    "analysis/figures/README.md",
    "analysis/cli/README.md",
)
"""Pages whose commands are run; analysis/README.md has a test of its own."""

PARTS = re.compile(
    r"`([\w-]+\.yaml)`[^\n]*\n(?:[^`]+\n)?\n?```yaml\n(.*?)```|```console\n(.*?)```",
    flags=re.DOTALL,
)


def told(page: str) -> Iterator[tuple[str, str]]:
    """Yield files to save, with their content, and commands, with what they should print."""
    for name, content, console in PARTS.findall((ROOT / page).read_text("utf-8")):
        if name:
            yield name, content
        for part in console.split("$ ")[1:]:
            words, _, lines = part.partition("\n")
            yield words, lines


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("page", TUTORIALS)
def test_a_stranger_can_do_what_the_page_says(
    page: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = 0
    for step, text in told(page):
        if step.endswith(".yaml") and " " not in step:
            Path(step).write_text(text, encoding="utf-8")
            continue
        program, *words = step.split()
        assert program == "curnits"
        printed = squeezed(Command(capsys)(*words).out)
        for line in filter(None, text.splitlines()):
            assert squeezed(line) in printed
            ran += 1
    assert ran >= 3


@pytest.mark.parametrize("page", ALL)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S)
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        place, _, part = link.partition("#")
        target = path.parent / place if place else path
        assert target.exists(), link
        if part and target.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), flags=re.M)
            slugs = [re.sub(r"[^\w\- ]", "", h).strip().lower().replace(" ", "-") for h in headings]
            assert part in slugs, link


@pytest.mark.parametrize("page", PAGES)
def test_what_is_made_is_up_to_date(page: str) -> None:
    """Otherwise: ``python -m curnits.analysis.handbook``."""
    text = (ROOT / page).read_text("utf-8")
    assert with_made(text, PAGES[page]()) == text


def test_pages_without_marks_are_refused() -> None:
    with pytest.raises(ValueError, match="expected the lines"):
        with_made("nothing", "made")


def test_instructions_are_short() -> None:
    for page in ALL:
        for part in (ROOT / page).read_text("utf-8").split("\n## ")[1:]:
            if part.startswith("To add a"):
                assert len(part.split("\n# ")[0].strip().splitlines()) - 1 <= 15, page
