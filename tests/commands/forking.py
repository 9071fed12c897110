"""Runs commands of ``curnits`` in processes of their own, which need not import anything again.

Reads a job a line from standard input, JSON with ``words``, ``place``, ``out``, ``step``,
``signal`` and ``limit``, and prints how it ended, JSON with ``status``, ``steps`` and ``err``.
Every job is a fork of this process, which has imported everything already; its standard output goes
to the file ``out``. A step is anything done to files in the place: the signal comes just before
that step. A limit is the largest size of files, bytes.
"""

import json
import os
import sys
from ctypes import CDLL
from importlib import import_module
from pkgutil import iter_modules
from resource import RLIMIT_FSIZE, setrlimit
from typing import Any

import curnits.analysis.cli.app
import curnits.analysis.figures.saving
import curnits.analysis.judging.judge
import curnits.analysis.storage.rundata
import curnits.analysis.storage.runs
import curnits.analysis.studies.multiplicity
import curnits.analysis.view.html_report
from curnits.analysis.concepts import CONCEPTS
from curnits.analysis.figures.registry import FIGURES

STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "shutil.rmtree"}


def ended(job: dict[str, Any]) -> dict[str, Any]:
    """Run one job, and say how it ended."""
    said, hear, counted, count = *os.pipe(), *os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(job["out"], os.O_WRONLY | os.O_CREAT), 1)
        os.dup2(hear, 2)
        sys.addaudithook(killer(job, count))
        if job["limit"] is not None:
            setrlimit(RLIMIT_FSIZE, (job["limit"], job["limit"]))
        sys.argv = ["curnits", *job["words"]]
        try:
            curnits.analysis.cli.app.main()
        except SystemExit as end:
            leave(int(end.code or 0))
        finally:
            sys.stderr.flush()
        leave(0)
    _, state = os.waitpid(child, 0)
    os.close(hear)
    os.close(count)
    with open(said, encoding="utf-8") as err, open(counted, "rb") as steps:
        status = os.waitstatus_to_exitcode(state)
        return {"status": status, "steps": len(steps.read()), "err": err.read()}


def leave(status: int) -> None:
    """End this process, once all is written that Python and C have buffered."""
    sys.stdout.flush()
    CDLL(None).fflush(None)
    os._exit(status)


def killer(job: dict[str, Any], count: int) -> Any:
    """Return an audit hook that counts steps, and sends the signal before the chosen one."""
    done = 0

    def hook(event: str, args: tuple[Any, ...]) -> None:
        nonlocal done
        if event in STEPS and str(args[0]).startswith(job["place"]):
            os.write(count, b".")
            done += 1
            if done == job["step"]:
                os.kill(os.getpid(), job["signal"])

    return hook


if __name__ == "__main__":
    list(CONCEPTS.values())  # imported when asked for, as commands are
    for module in iter_modules(curnits.analysis.cli.__path__, "curnits.analysis.cli."):
        import_module(module.name)
    for name in set(FIGURES) - {"frontier"}:  # reports draw all there are, which takes long
        del FIGURES[name]
    for line in sys.stdin:
        print(json.dumps(ended(json.loads(line))), flush=True)
