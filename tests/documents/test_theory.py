"""The page about the theory: every number stands under a command that prints it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import Command

PAGE = Path(__file__).parents[2] / "analysis" / "README.md"
TEXT = PAGE.read_text("utf-8")


def shown() -> Iterator[tuple[str, list[str]]]:
    """Yield the commands of the page, and the lines that are shown under each."""
    for block in re.findall(r"```console\n(.*?)```", TEXT, flags=re.DOTALL):
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


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert len(links) >= 10
    for link in links:
        assert (PAGE.parent / link).exists(), link
