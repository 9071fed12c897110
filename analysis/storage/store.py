"""A folder that grows while a command lasts, here or at an address that fsspec knows.

Every file appears whole or not at all. One command at a time may write: a lock on this machine ends
with the process that holds it; elsewhere the holder's lock counts up, and is taken over once it
has stood still, whatever clocks say.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import sha256
from json import JSONDecodeError, dumps, loads
from threading import Event, Thread
from time import sleep
from typing import Any, BinaryIO
from uuid import uuid4

import fsspec
from fsspec.implementations.local import LocalFileSystem

from curnits.analysis.storage.seals import MANIFEST, FolderError, manifest_bytes
from curnits.sim.files.reading import as_text, check_size

LOCK = "lock"

_BEAT = 3.0
"""Seconds between two counts of a lock that is not on this machine."""

_STILL = 10.0
"""Seconds after which a lock that has not counted is nobody's."""

_CHUNK = 1 << 20
"""Bytes that are read at a time."""

_HIDDEN = ".writing-"


class Store:
    """A folder of files by name; names hold slashes where there are folders below.

    Parameters
    ----------
    address : str
        A path, or an address such as ``s3://bucket/folder`` or ``memory://folder``.

    Raises
    ------
    FolderError
        If fsspec does not know that kind of address, or what it takes is not installed.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        try:
            self.fs, self.root = fsspec.core.url_to_fs(address)
        except (ValueError, ImportError) as error:
            raise FolderError(f"{address}: not an address of a folder ({error})") from error
        self.local = isinstance(self.fs, LocalFileSystem)

    def path(self, name: str) -> str:
        """Return where a file is, as the file system calls it."""
        return f"{self.root}/{name}"

    def names(self, below: str = "") -> list[str]:
        """Return the names of all files, or of those in one folder below."""
        start = self.path(below) if below else self.root
        if not self.fs.isdir(start):
            return []
        self.fs.invalidate_cache()
        found = (path.removeprefix(f"{self.root}/") for path in self.fs.find(start))
        return sorted(name for name in found if _HIDDEN not in name)

    def exists(self, name: str) -> bool:
        """Tell whether there is a file of that name."""
        return bool(self.fs.isfile(self.path(name)))

    def text(self, name: str, most: int) -> str:
        """Return the text of a file of at most so many bytes.

        Raises
        ------
        ReadingError
            If it is larger, or not UTF-8.
        """
        place = f"{self.address}/{name}"
        with self._using(), self.open(name) as file:
            content = file.read(most + 1)
        check_size(content, place, most)
        return as_text(content, place)

    def open(self, name: str) -> BinaryIO:
        """Open a file for reading."""
        with self._using():
            opened: BinaryIO = self.fs.open(self.path(name), "rb")
            return opened

    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""
        with self.writing(name) as file:
            file.write(content)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """Give a file to write; it appears under its name when the block ends well."""
        place = self.path(name)
        with self._using(writes=True):
            if not self.local:
                with self.fs.transaction, self.fs.open(place, "wb") as file:
                    yield file
                return
            os.makedirs(os.path.dirname(place), exist_ok=True)
            aside = f"{os.path.dirname(place)}/{_HIDDEN}{os.path.basename(place)}"
            try:
                with open(aside, "wb") as file:
                    yield file
                os.replace(aside, place)
            except BaseException:
                with suppress(OSError):
                    os.unlink(aside)
                raise

    def move(self, name: str, to: str) -> None:
        """Give a file another name."""
        with self._using(writes=True):
            self.fs.makedirs(os.path.dirname(self.path(to)), exist_ok=True)
            self.fs.mv(self.path(name), self.path(to))

    def remove(self, name: str) -> None:
        """Remove a file."""
        with self._using(writes=True):
            self.fs.rm_file(self.path(name))

    def remove_folder(self, name: str) -> None:
        """Remove a folder below, with what a killed command has left half-written there."""
        if self.fs.isdir(self.path(name)):
            with self._using(writes=True):
                self.fs.rm(self.path(name), recursive=True)

    def seal(self, about: Mapping[str, Any]) -> None:
        """Write a manifest of all files: what it says itself, and a digest of every one."""
        digests = {name: self.digest(name) for name in self.names() if name != MANIFEST}
        self.write(MANIFEST, manifest_bytes(about, digests))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let no other command write while the block lasts.

        Raises
        ------
        FolderError
            If another one is writing.
        """
        with self._flock() if self.local else self._lease():
            yield

    @contextmanager
    def _flock(self) -> Iterator[None]:
        with ExitStack() as stack:
            with self._using(writes=True):
                os.makedirs(self.root, exist_ok=True)
                file = stack.enter_context(open(self.path(LOCK), "ab"))
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError as error:
                raise self._busy() from error
            yield

    @contextmanager
    def _lease(self) -> Iterator[None]:
        own, done = uuid4().hex, Event()
        if (before := self._holder()) is not None:
            sleep(_STILL)
            if self._holder() not in (before, None):
                raise self._busy()
        self._hold(own, 0)

        def beat() -> None:
            beats = 0
            while not done.wait(_BEAT):
                beats += 1
                self._hold(own, beats)

        thread = Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.remove(LOCK)

    def _hold(self, own: str, beats: int) -> None:
        self.fs.pipe_file(self.path(LOCK), dumps([own, beats]).encode())

    def _holder(self) -> Any:
        try:
            return loads(self.fs.cat_file(self.path(LOCK)))
        except (FileNotFoundError, JSONDecodeError):
            return None

    def _busy(self) -> FolderError:
        return FolderError(
            f"{self.address}: another command is writing there (expected to be the only one; "
            "--out names another place)"
        )

    def digest(self, name: str) -> str:
        """Return the SHA-256 of a file, in hex digits."""
        found = sha256()
        with self.open(name) as file:
            while block := file.read(_CHUNK):
                found.update(block)
        return found.hexdigest()

    @contextmanager
    def _using(self, *, writes: bool = False) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            wrong = "cannot be written" if writes else "cannot be read"
            raise FolderError(f"{self.address}: {wrong}: {error.strerror or error}") from error
