"""The command ``curnits``: where a process of its own begins."""

import os


def main() -> None:
    """Run the command; Ctrl-C ends it quietly with status 130 even before it is loaded."""
    # its matrices are small: threads of linear algebra would wait for one another most of the time
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # plug-ins watch how data are checked; to look for some, every installed package is asked
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from curnits.analysis.cli.app import main as run
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    run()
