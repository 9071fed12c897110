"""A short run of the fuzzer; the long one is ``python -m tests.fuzz``."""

from pathlib import Path

from fuzz.material import prepare
from fuzz.trials import Failure, try_all

INPUTS, SEED = 40, 1


def test_no_input_crashes_the_command(tmp_path: Path) -> None:
    material = prepare(tmp_path)
    results = list(try_all(material, range(INPUTS), SEED, tmp_path / "input"))
    assert len(results) == INPUTS
    assert [result for result in results if isinstance(result, Failure)] == []
    assert {0, 2} <= set(results)
