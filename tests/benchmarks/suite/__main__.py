"""How fast the solvers are, beside what people would use instead.

Run it from the project's folder, with the extra ``bench`` for all peers; it takes some minutes::

    python -m tests.benchmarks.suite
    python -m tests.benchmarks.suite --only one_game ticks --out table.md
"""

import argparse
import platform
from importlib.metadata import PackageNotFoundError, version
from os import cpu_count, getloadavg
from pathlib import Path

from curnits.analysis.solvers import values
from tests.benchmarks.suite.rows import ROWS, Row, growth, twos

_PACKAGES = ("numpy", "scipy", "highspy", "numba", "nashpy", "pygambit")

_HEAD = """# How fast the solvers are

Made by `python -m tests.benchmarks.suite --out tests/benchmarks/README.md`; do not edit. Ways to do
the same are measured in turns within one run: medians of processor time, all threads together, with
quartiles, and how many times as long the others take. What is compiled is compiled before.
"""


def main() -> None:
    """Measure, print each row when it is known, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=[make.__name__ for make in ROWS])
    parser.add_argument("--out", type=Path, help="Markdown file to write as well")
    options = parser.parse_args()
    for _ in range(2):
        values.coco_value(twos(9))  # compiles
    lines = [_HEAD, _machine(), "", "| work | found | goal | met | what limits it |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    print("\n".join(lines), flush=True)
    for make in ROWS:
        if options.only is None or make.__name__ in options.only:
            for row in make():
                lines.append(_line(row))
                print(lines[-1], flush=True)
    if options.only is None:
        grown = [f"| {' | '.join(row)} |" for row in growth()]
        table = ["", "| time of | with | grows |", "| --- | --- | --- |", *grown]
        print("\n".join(table))
        lines += table
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(row: Row) -> str:
    met = {True: "yes", False: "no", None: ""}[row.met]
    return f"| {row.work} | {row.found} | {row.goal} | {met} | {row.limit} |"


def _machine() -> str:
    found = []
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"no {package}")
    return (
        f"{platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}, "
        f"{', '.join(found)}; {getloadavg()[0]:.0f} processes at work besides when this began."
    )


if __name__ == "__main__":
    main()
