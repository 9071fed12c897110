"""Letters that figures can show: those of the style's own font, and of others where there are any.

Takes text, gives the fonts to draw it with; names call it as they are drawn.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from matplotlib.font_manager import FontEntry, findfont, fontManager, get_font

FAMILY = "DejaVu Sans"
"""The font of figures; it comes with matplotlib."""

_NO_LETTERS = "Last Resort"
"""A font that comes with matplotlib; it has one sign for all letters of a script."""


def families(text: str) -> list[str]:
    """Return the fonts that show a text: the usual one first, then what it needs besides."""
    others = {family for letter in _foreign(text) if (family := _family(letter))}
    return [FAMILY, *sorted(others)]


def is_drawable(text: str) -> bool:
    """Say whether some installed font has every letter."""
    return all(_family(letter) for letter in _foreign(text))


def drawable(text: str) -> str:
    r"""Return a text with codes such as ``\u4e2d`` for letters that no installed font has."""
    missing = {letter for letter in _foreign(text) if not _family(letter)}
    codes = {letter: letter.encode("unicode_escape").decode() for letter in missing}
    return "".join(codes.get(letter, letter) for letter in text)


def _foreign(text: Iterable[str]) -> set[str]:
    own = _letters(findfont(FAMILY))
    return {letter for letter in text if ord(letter) not in own and letter != "\n"}


@cache
def _family(letter: str) -> str | None:
    """Return a font with a letter, upright and of usual weight rather than not."""
    fonts = [font for font in fontManager.ttflist if not font.name.startswith(_NO_LETTERS)]
    usual_first = sorted(fonts, key=_unusual)
    return next((font.name for font in usual_first if ord(letter) in _letters(font.fname)), None)


def _unusual(font: FontEntry) -> tuple[bool, bool, bool, str]:
    plain = str(font.weight) in ("400", "normal", "regular")
    return not plain, font.style != "normal", "serif" in font.name.lower(), font.name


@cache
def _letters(file: str) -> frozenset[int]:
    return frozenset(get_font(file).get_charmap()) if Path(file).exists() else frozenset()
