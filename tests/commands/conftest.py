"""What tests of commands share."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import Forked

from curnits.analysis.figures.registry import FIGURES


@pytest.fixture
def few_figures() -> Iterator[None]:
    """Let reports draw two figures, where more would show the same."""
    whole: dict[str, Any] = dict(FIGURES)
    _replace(FIGURES, {name: whole[name] for name in ("prices", "trades")})
    yield
    _replace(FIGURES, whole)


def _replace(registry: Any, content: dict[str, Any]) -> None:
    registry.clear()
    registry.update(content)


@pytest.fixture(scope="session")
def forked() -> Iterator[Forked]:
    """Run commands in processes of their own; see ``forking.py``."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("forking.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def ended(
            words: str,
            place: Path,
            step: int = 0,
            number: int = 0,
            limit: int | None = None,
            out: str = os.devnull,
        ) -> dict[str, Any]:
            job = {"words": words.format(place).split(), "place": str(place), "out": out}
            job |= {"step": step, "signal": number, "limit": limit}
            assert process.stdin is not None
            assert process.stdout is not None
            print(json.dumps(job), file=process.stdin, flush=True)
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            assert "Traceback" not in answer["err"]
            return answer

        yield ended
        process.stdin.close()
