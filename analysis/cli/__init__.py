"""The command ``curnits``: where a process of its own begins."""


def main() -> None:
    """Run the command; Ctrl-C ends it quietly with status 130 even before it is loaded."""
    try:
        from curnits.analysis.cli.app import main as run
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    run()
