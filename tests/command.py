"""Runs the command ``curnits`` inside the test process."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from curnits.analysis.cli.app import main

type Forked = Callable[..., dict[str, Any]]
"""Runs a command in a process of its own, and says how it ended: ``commands/forking.py``."""


@dataclass(frozen=True)
class Result:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


class Command:
    """Call it with the words that follow ``curnits``."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *words: object) -> Result:
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        printed = self._capsys.readouterr()
        return Result(int(ended.value.code or 0), printed.out, printed.err)
