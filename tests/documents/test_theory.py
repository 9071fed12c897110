"""Pages about theory and published figures: every number stands under a command that prints it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Command

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "analysis" / "README.md", ROOT / "scenarios" / "climate" / "README.md"]


def shown() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of the pages, and the lines that are shown under each."""
    text = "".join(page.read_text("utf-8") for page in PAGES)
    for block in re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL):
        for part in block.split("$ curnits ")[1:]:
            words, *lines = part.strip().splitlines()
            yield words, lines


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_the_page_shows_commands() -> None:
    commands = list(shown())
    assert len(commands) >= 15
    assert all(lines for _, lines in commands)


@pytest.mark.parametrize(("words", "lines"), [pytest.param(w, x, id=w) for w, x in shown()])
def test_commands_print_what_the_page_shows(
    words: str, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    result = Command(capsys)(*words.split())
    printed = squeezed(result.out)
    assert result.err == ""
    for line in lines:
        assert squeezed(line) in printed


@pytest.mark.parametrize(("page", "least"), [(PAGES[0], 10), (PAGES[1], 2)])
def test_links_lead_somewhere(page: Path, least: int) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8"))
    assert len(links) >= least
    for link in links:
        assert (page.parent / link).exists(), link
