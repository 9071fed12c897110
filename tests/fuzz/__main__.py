"""The long run: ``python -m tests.fuzz --inputs 20000 --seed 1`` prints every failure in full."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from sys import stderr
from tempfile import TemporaryDirectory

from .material import prepare
from .trials import Failure, try_all


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1000, help="how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    arguments = parser.parse_args()
    numbers = range(arguments.first, arguments.first + arguments.inputs)
    ended: Counter[str] = Counter()
    with TemporaryDirectory() as place:
        material = prepare(Path(place))
        for result in try_all(material, numbers, arguments.seed, Path(place) / "input"):
            if isinstance(result, Failure):
                print(f"input {result.number}: curnits {' '.join(result.words)!r}")
                print(result.problem, flush=True)
                ended["failed"] += 1
            else:
                ended[f"status {result}"] += 1
            if ended.total() % 500 == 0:
                print(f"{ended.total()} inputs: {dict(sorted(ended.items()))}", file=stderr)
    print(f"seed {arguments.seed}: {dict(sorted(ended.items()))}")
    return 1 if ended["failed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
