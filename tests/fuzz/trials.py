"""Trying inputs: the command runs in a process of its own, with bounds of time and memory."""

import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import traceback
import warnings
from collections.abc import Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import takewhile
from multiprocessing.connection import Connection
from pathlib import Path

from curnits.analysis.cli.app import main

from .inputs import Input, build
from .material import Material

SECONDS = 60
"""Longest time for one input, on the processor; the slowest that are done take half of it."""

_PATIENCE = 10 * SECONDS
"""Longest time for one input on the clock, on a machine that is busy with other things."""

MEMORY = 6_000_000_000
"""Largest address space of a process, bytes; the libraries alone take a third of it."""


@dataclass(frozen=True)
class Failure:
    """An input that went wrong: its number, its words, and what happened."""

    number: int
    words: tuple[str, ...]
    problem: str


def try_all(
    material: Material, numbers: Iterable[int], seed: int, folder: Path
) -> Iterator[Failure | int]:
    """Try inputs one after the other; yield for each its failure or the status.

    A process that does not answer in time, or dies, is replaced.
    """
    folder.mkdir()
    context = multiprocessing.get_context("spawn")
    worker: multiprocessing.process.BaseProcess | None = None
    for number in numbers:
        if worker is None:
            near, far = context.Pipe()
            worker = context.Process(target=_serve, args=(material, seed, folder, far), daemon=True)
            worker.start()
            far.close()
        near.send(number)
        result: Failure | int
        try:
            if near.poll(_PATIENCE):
                result = near.recv()
            else:
                result = _lost(material, seed, number, folder, f"took over {_PATIENCE} s")
        except EOFError:
            result = _lost(material, seed, number, folder, f"died, or took over {SECONDS} s")
        if isinstance(result, Failure) and result.problem.startswith(("took", "died")):
            worker.kill()
            worker.join()
            worker = None
        yield result
    if worker is not None:
        worker.kill()
        worker.join()


def _lost(material: Material, seed: int, number: int, folder: Path, problem: str) -> Failure:
    shutil.rmtree(folder)
    folder.mkdir()
    return Failure(number, tuple(build(material, folder, seed, number).words), problem)


def _serve(material: Material, seed: int, folder: Path, pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.chdir(folder)
    while True:
        number = pipe.recv()
        for old in folder.iterdir():
            shutil.rmtree(old) if old.is_dir() else old.unlink()
        found = build(material, folder, seed, number)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)  # ends the process, whatever it is doing
        status, problem = attempt(found)
        signal.setitimer(signal.ITIMER_PROF, 0)
        pipe.send(Failure(number, tuple(found.words), problem) if problem else status)


def attempt(found: Input) -> tuple[int, str]:
    """Run a command; return its status and what is wrong with how it ended, empty if nothing."""
    out, err = StringIO(), StringIO()
    status: object = 0
    try:
        with redirect_stdout(out), redirect_stderr(err), warnings.catch_warnings():
            warnings.simplefilter("always")
            main(found.words)
    except SystemExit as ended:
        status = ended.code
    except BaseException:  # noqa: BLE001 - whatever it is, a user would see it
        return -1, traceback.format_exc()
    if not isinstance(status, int | None):
        return -1, f"ended with {status!r}"
    return int(status or 0), _problem(found, int(status or 0), out.getvalue(), err.getvalue())


def _problem(found: Input, status: int, out: str, err: str) -> str:
    if status not in (0, 1, 2):
        return f"ended with {status}"
    if "Traceback" in err or "Warning" in err:
        return f"printed {err[-2000:]}"
    if status < 2:
        options = set(takewhile(lambda word: word != "--", found.words))
        if "--json" in options and not options & {"--help", "--version"}:
            try:
                json.loads(out, parse_constant=_refuse)
            except ValueError as error:
                return f"printed no JSON: {error}: {out[:200]}"
        return "" if out or "--out" in found.words else "printed nothing"
    if out and not (found.names == () and out.strip().startswith("Usage:")):
        return f"printed in spite of bad input: {out[:200]}"
    if err.startswith("Usage:") or out:  # a group of commands alone prints its help
        return "" if not found.names else f"usage error: {err}"
    if not re.fullmatch(r"(curnits: [^\n\r]+\n){1,5}", err):
        return f"message is not one line for each error, or five: {err!r}"
    for line in err.splitlines():
        if len(line) > 2000:
            return f"message is too long: {len(line)}: {line[:300]!r}"
        if found.names and not any(name in line for name in found.names):
            return f"message names no file: {line}"
    return ""


def _refuse(constant: str) -> None:
    raise ValueError(constant)
