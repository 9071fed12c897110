"""Which pages have a part that is made, and where in them it stands.

``python -m curnits.analysis.handbook`` writes them; a test compares.
"""

from collections.abc import Callable, Mapping

from curnits.analysis.handbook.catalogue import catalogue_page
from curnits.analysis.handbook.keys import keys_page, population_keys
from curnits.analysis.handbook.names import analysis_names, simulator_names

PAGES: Mapping[str, Callable[[], str]] = {
    "scenarios/README.md": catalogue_page,
    "scenarios/populations/README.md": population_keys,
    "sim/README.md": lambda: f"{simulator_names()}\n{keys_page()}",
    "analysis/README.md": analysis_names,
}
"""What makes the part, by the page's place in a checkout."""

_BEGIN = "<!-- made by python -m curnits.analysis.handbook: from here on -->\n"
_END = "<!-- made: up to here -->\n"


def with_made(text: str, made: str) -> str:
    """Return a page with the part between its two marks replaced.

    Raises
    ------
    ValueError
        If the marks are missing.
    """
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError(f"expected the lines {_BEGIN.strip()!r} and {_END.strip()!r}")
    return f"{before}{_BEGIN}\n{made}\n{_END}{after}"
