"""Files as text, never more than can be handled; every reader of a file comes here first.

Takes a path and how much may be read, gives the text. What stands in a file is bounded by the
readers themselves, which know what a value is: before they build anything from it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG

from curnits.sim.errors import InputError

MAX_DEPTH = 64
"""Deepest nesting of lists and keys in any file. Payoffs of the most players go 20 deep."""


class ReadingError(InputError):
    """A file that cannot be read, or is too large; the message names it."""


def read_text(path: Path, most: int) -> str:
    """Return the text of a regular file in UTF-8, without a byte order mark.

    Parameters
    ----------
    path : Path
    most : int
        Largest size, bytes. No more is read, whatever the file system says of the size.

    Raises
    ------
    ReadingError
        If there is no such file, it is a device, a pipe or a folder, too large, or not UTF-8.
    """
    return as_text(read_bytes(path, most), path)


def as_text(content: bytes, place: str | Path) -> str:
    """Return the text that is in a file.

    Raises
    ------
    ReadingError
        If it is not UTF-8; the message begins with ``place``.
    """
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        where = f"{printable(place)}:{line}"
        raise ReadingError(f"{where}: not a text file (expected UTF-8)") from error


def read_bytes(path: Path, most: int) -> bytes:
    """Return the content of a regular file.

    Raises
    ------
    ReadingError
        If there is no such file, it is a device, a pipe or a folder, or larger than ``most`` bytes.
    """
    check_file(path)
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise ReadingError(f"{printable(path)}: cannot be read: {error.strerror}") from error
    check_size(content, path, most)
    return content


def check_size(content: bytes, place: str | Path, most: int) -> None:
    """Check that no more was read than can be handled.

    Raises
    ------
    ReadingError
        If it was; the message begins with ``place``.
    """
    if len(content) > most:
        expected = f"expected at most {most:,} bytes"
        raise ReadingError(f"{printable(place)}: the file is too large ({expected})")


def check_file(path: Path) -> None:
    """Check that a path leads to a regular file; opening a pipe or a device might never end.

    Raises
    ------
    ReadingError
        If not.
    """
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, ValueError) as error:  # a zero byte in a name is no OSError
        raise ReadingError(f"{printable(path)}: no such file") from error
    except OSError as error:
        raise ReadingError(f"{printable(path)}: cannot be read: {error.strerror}") from error
    if not S_ISREG(mode):
        raise ReadingError(f"{printable(path)}: not a file (expected a regular file)")


@contextmanager
def about(name: str | Path) -> Iterator[None]:
    """Let messages about what stands in a file name the file, where they do not yet.

    Raises
    ------
    InputError
        Whatever is raised inside.
    """
    try:
        yield
    except InputError as error:
        if printable(name) in str(error) or str(name) in str(error):
            raise
        raise InputError(*(f"{name}: {message}" for message in error.args)) from error


def printable(text: object) -> str:
    """Return text on one line: what does not print, such as a line break, is written as a code."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(text))
