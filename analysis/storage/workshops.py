"""Workshops: hidden folders in which files are made, beside the place that they are for.

A workshop is locked while its command lives; the next command that writes beside one that was
killed clears it, and says so. Called by :mod:`.files`.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from io import BufferedWriter
from logging import getLogger
from os import getuid
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from time import time

from curnits.analysis.storage.seals import discard

NEW, OLD = "new", "old"
"""Folders in a workshop: for what is made, and for what it takes the place of."""

_WORKSHOP, _LOCK = ".curnits-", "curnits-lock"

_BEING_OPENED = 60.0
"""Seconds for which a workshop without a lock is taken for one that is just being opened."""

_log = getLogger(__name__)


@contextmanager
def workshop(place: Path) -> Iterator[Path]:
    """Open a workshop in a folder; no trace of it is left, nor of folders made for nothing."""
    made = [folder for folder in (place, *place.parents) if not folder.exists()]
    try:
        place.mkdir(parents=True, exist_ok=True)
        sweep(place)
        shop, lock = _opened(place)
        with lock:
            try:
                (shop / NEW).mkdir()
                (shop / OLD).mkdir()
                yield shop
            finally:
                try:
                    _clear(shop)
                except KeyboardInterrupt:
                    _clear(shop)
                    raise
    finally:
        for folder in made:
            with suppress(OSError):  # it is not empty: all went well
                folder.rmdir()


def _opened(place: Path) -> tuple[Path, BufferedWriter]:
    """Return a new workshop and its lock, which holds until it is closed or the process ends."""
    while True:
        shop = Path(mkdtemp(prefix=_WORKSHOP, dir=place))
        try:
            lock = (shop / _LOCK).open("wb")
            flock(lock, LOCK_EX)
            if (shop / _LOCK).exists():  # nobody took it for abandoned in between
                return shop, lock
            lock.close()
        except BaseException:
            rmtree(shop, ignore_errors=True)
            raise


def sweep(place: Path) -> None:
    """Clear the workshops of commands that were killed."""
    for shop in sorted(place.glob(f"{_WORKSHOP}*")):
        with suppress(OSError):  # it is in use, or somebody else's
            if (state := shop.lstat()).st_uid != getuid():
                continue
            if (shop / _LOCK).exists():
                with (shop / _LOCK).open("r+b") as lock:
                    flock(lock, LOCK_EX | LOCK_NB)
                    _clear(shop)
            elif time() - state.st_mtime > _BEING_OPENED:
                shop.rmdir()
            if not shop.exists():
                _log.warning("curnits: %s: removed what a killed command had left behind", shop)


def _clear(shop: Path) -> None:
    """Remove a workshop, but put a folder back that was to be replaced and was not."""
    old = shop / OLD
    for aside in old.iterdir() if old.exists() else ():
        if (place := shop.parent / aside.name).exists():
            discard(aside)
        else:
            aside.rename(place)
    rmtree(shop / NEW, ignore_errors=True)
    if not old.exists() or not any(old.iterdir()):  # else somebody's file has appeared: it stays
        for remove in (old.rmdir, (shop / _LOCK).unlink, shop.rmdir):
            with suppress(FileNotFoundError):  # an interruption may have come in between
                remove()
