"""The gallery, each figure of a run that suits it.

``python -m curnits.analysis.view.gallery`` writes it.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from curnits.analysis.figures.registry import FIGURES
from curnits.analysis.storage.files import write_files
from curnits.analysis.view.opening import open_named
from curnits.analysis.view.session import Exploration
from curnits.analysis.view.studio import pictures

PLACE = Path("analysis/figures/gallery")

SHOWN = {
    "frontier": "ferguson-threats",
    "prices": "three-solutions",
    "convergence": "producers-and-saboteur",
    "coalitions": "producers-and-saboteur",
    "dividends": "producers-and-saboteur",
    "threats": "three-solutions",
    "escalation": "ten-rung-arms-race",
    "trades": "three-solutions",
    "comparison": "coalition-against-a-bully",
}
"""Figures by name, and the scenario of the catalogue that is drawn."""

_MOST_PANELS = 6
"""Panels of a figure shown in the gallery."""


def gallery(names: Iterable[str] = SHOWN) -> dict[str, bytes]:
    """Return the gallery's files by name: PNG images, and a page in Markdown that shows them."""
    files = {}
    parts = [
        "# Gallery\n",
        "Made by `python -m curnits.analysis.view.gallery`; `curnits plot` draws the same for "
        "print, as wide as a column (`--width column`, 3.3 in) or a page (`--width page`, 6.9 in). "
        "The functions that draw take matplotlib axes of yours, too; "
        "`help(curnits.analysis.figures)` has an example.\n",
    ]
    for name in names:
        exploration = Exploration(open_named(SHOWN[name]))
        exploration.solve()
        while exploration.running:
            exploration.step()
        run = exploration.look()
        if run is None:
            continue
        files[f"{name}.png"] = pictures(run, [name], _MOST_PANELS)[name]
        parts.append(
            f"## {name}\n\n![{name} of {run.game.title}]({name}.png)\n\n"
            f"{run.game.title}. {FIGURES[name].caption}\n\n"
            f"    curnits run {SHOWN[name]} --out runs/{name}\n"
            f"    curnits plot runs/{name} --figure {name}\n"
        )
    files["README.md"] = "\n".join(parts).encode()
    return files


if __name__ == "__main__":
    write_files(Path(*sys.argv[1:] or [str(PLACE)]), gallery(), replace=len(sys.argv) == 1)
