"""Long work that is stopped by Ctrl-C between two steps, so that what is done can be kept.

Commands ask after every step; a second Ctrl-C ends them at once, as usual.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from signal import SIGINT, default_int_handler, signal
from types import FrameType

STATUS = 130
"""Exit status of a command that was interrupted."""


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Give what tells whether Ctrl-C was pressed within the block, which runs in the main thread.

    The first one is only noted; every later one raises ``KeyboardInterrupt``.
    """
    pressed = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal pressed
        if pressed:
            default_int_handler(number, frame)
        pressed = True

    usual = signal(SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        signal(SIGINT, usual)
