"""How commands write: whole or not at all, and never over what somebody else has put there.

Files are made in a *workshop*, a hidden folder beside the place they are for, and moved from there
when all are finished. A workshop is locked while its command lives; the next command that writes
beside one that was killed clears it, and says so. Folders that may be replaced are *sealed* by a
manifest of this program, which lists every file in them with its digest.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import file_digest
from io import BufferedWriter
from itertools import chain, count
from json import dumps, loads
from logging import getLogger
from os import getuid
from os.path import exists, isfile, lexists, realpath
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from time import time
from typing import Any

from curnits.sim.errors import InputError

MANIFEST = "manifest.json"

_FORMAT, _VERSION = "curnits run folder", 1
"""What manifests of this program say that they are."""

_LONGEST_MANIFEST = 1_000_000
"""Bytes; longer files of that name are somebody else's."""

_WORKSHOP, _LOCK, _NEW, _OLD = ".curnits-", "curnits-lock", "new", "old"

_BEING_OPENED = 60.0
"""Seconds for which a workshop without a lock is taken for one that is just being opened."""

_BESIDE_IMAGES = (".csv", ".txt")
"""Endings of what goes with an image of whatever format."""

_log = getLogger(__name__)


class FolderError(InputError):
    """A place that cannot be written to, or a folder that does not hold what was expected."""


def untaken(usual: Path) -> Path:
    """Return ``usual``, or if that exists ``usual-2``, ``usual-3``, … the first that does not."""
    numbered = (usual.with_name(f"{usual.name}-{k}") for k in count(2))
    return next(path for path in chain([usual], numbered) if not exists(path))


@contextmanager
def fresh_folder(target: Path, *, replace: bool) -> Iterator[Path]:
    """Give a folder to fill that takes the place of ``target`` when the block ends.

    If the block raises, nothing is left behind: neither the folder nor parents made for it.

    Parameters
    ----------
    target : Path
        Where the folder shall be.
    replace : bool
        Whether a sealed folder there may be replaced, if it holds nothing but what its manifest
        lists, unchanged. Nothing else is ever replaced.

    Raises
    ------
    FolderError
        If ``target`` is taken or cannot be written.
    """
    with _writing(target):
        _check_free(target, replace)
        place = Path(realpath(target))
        with _workshop(place.parent) as shop:
            yield shop / _NEW
            _check_free(target, replace)
            if place.exists():  # until the new folder is there, clearing the workshop undoes this
                aside = place.rename(shop / _OLD / place.name)
                _check_own(aside, target)
            (shop / _NEW).rename(place)


def seal(folder: Path, about: Mapping[str, Any]) -> None:
    """Write the manifest of a folder: what it says itself, and a digest of every file."""
    digests = {path.name: _digest(path) for path in sorted(folder.iterdir())}
    (folder / MANIFEST).write_bytes(manifest_bytes(about, digests))


def manifest_bytes(about: Mapping[str, Any], digests: Mapping[str, str]) -> bytes:
    """Return the manifest of a folder that holds files with these digests."""
    return _as_json({"format": _FORMAT, "version": _VERSION, **about, "files": digests})


def write_files(folder: Path, files: Mapping[str, bytes], *, replace: bool) -> None:
    """Write files into a folder, which is made if need be; if one fails, none is left.

    Captions and data that are there already, the same to the byte, belong to another image of the
    same figure, and are no obstacle.

    If they are in a sealed folder, or in one inside such a folder, its manifest lists them too.

    Parameters
    ----------
    folder : Path
    files : mapping from str to bytes
        Contents by name.
    replace : bool
        Whether files of just these names may be replaced.

    Raises
    ------
    FolderError
        If a file exists and may not be replaced, or cannot be written.
    """
    with _writing(folder / next(iter(files)) if len(files) == 1 else folder):
        check_untaken(folder, _others(folder, files), replace=replace)
        with _workshop(folder) as shop:
            for name, content in files.items():
                (shop / _NEW / name).write_bytes(content)
            check_untaken(folder, _others(folder, files), replace=replace)
            for name in files:
                (shop / _NEW / name).replace(folder / name)
        _list_too(folder, files)


def _others(folder: Path, files: Mapping[str, bytes]) -> list[str]:
    """Return the names of files that another one may be in the way of."""
    images = any(not name.endswith(_BESIDE_IMAGES) for name in files)
    return [
        name
        for name, content in files.items()
        if not (
            images
            and name.endswith(_BESIDE_IMAGES)
            and (folder / name).is_file()
            and (folder / name).read_bytes() == content
        )
    ]


def check_untaken(folder: Path, names: Iterable[str], *, replace: bool) -> None:
    """Check that files can be written.

    Raises
    ------
    FolderError
        If one exists and may not be replaced, or is no regular file.
    """
    for path in (folder / name for name in names):
        if lexists(path) and not isfile(path):
            raise FolderError(f"{path}: exists already and is not a file; choose another --out")
        if lexists(path) and not replace:
            raise FolderError(
                f"{path}: exists already (--force replaces it, --out names another place)"
            )


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderError(f"{target}: cannot be written: {error.strerror or error}") from error


@contextmanager
def _workshop(place: Path) -> Iterator[Path]:
    """Open a workshop in a folder; no trace of it is left, nor of folders made for nothing."""
    made = [folder for folder in (place, *place.parents) if not folder.exists()]
    try:
        place.mkdir(parents=True, exist_ok=True)
        _sweep(place)
        shop, lock = _opened(place)
        with lock:
            try:
                (shop / _NEW).mkdir()
                (shop / _OLD).mkdir()
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


def _sweep(place: Path) -> None:
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
    old = shop / _OLD
    for aside in old.iterdir() if old.exists() else ():
        if (place := shop.parent / aside.name).exists():
            _discard(aside)
        else:
            aside.rename(place)
    rmtree(shop / _NEW, ignore_errors=True)
    if not old.exists() or not any(old.iterdir()):  # else somebody's file has appeared: it stays
        for remove in (old.rmdir, (shop / _LOCK).unlink, shop.rmdir):
            with suppress(FileNotFoundError):  # an interruption may have come in between
                remove()


def _check_free(target: Path, replace: bool) -> None:
    if not target.exists():
        return
    if _manifest(target) is None:
        raise FolderError(f"{target}: exists already and is not a run folder; choose another --out")
    if not replace:
        raise FolderError(f"{target}: exists already (--force replaces it, --out names another)")
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        _sweep(folder)
    _check_own(target, target)


def _check_own(folder: Path, called: Path) -> None:
    if strange := _strange(folder):
        raise FolderError(
            f"{called}: holds {strange[0].relative_to(folder)}, which is not as any command left "
            "it; move it away or choose another --out"
        )


def _strange(folder: Path) -> list[Path]:
    """Return the files in a sealed folder that are not in its manifest, or not as it says."""
    listed = (_manifest(folder) or {"files": {}})["files"]
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink()
        or not (path.is_dir() or path.is_file())
        or (path.is_file() and path != folder / MANIFEST and _differs(path, folder, listed))
    ]


def _differs(path: Path, folder: Path, listed: Mapping[str, Any]) -> bool:
    return bool(listed.get(path.relative_to(folder).as_posix()) != _digest(path))


def _discard(folder: Path) -> None:
    """Remove a sealed folder that holds nothing strange; the manifest goes last."""
    if not _strange(folder):
        inside = folder.rglob("*")
        for path in sorted(inside, key=lambda path: (path == folder / MANIFEST, -len(path.parts))):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()


def _manifest(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a sealed folder, None of any other."""
    try:
        with (folder / MANIFEST).open("rb") as file:
            found = loads(file.read(_LONGEST_MANIFEST))
    except (OSError, ValueError, RecursionError):
        return None
    sealed = isinstance(found, dict) and (found.get("format"), found.get("version")) == (
        _FORMAT,
        _VERSION,
    )
    return found if sealed and isinstance(found.get("files"), dict) else None


def _list_too(folder: Path, names: Iterable[str]) -> None:
    """Add files to the manifest of the sealed folder that they are in, if they are in one."""
    place = Path(realpath(folder))
    for sealed in (place, place.parent):
        manifest = _manifest(sealed)
        if manifest is not None:
            for path in (place / name for name in names):
                manifest["files"][path.relative_to(sealed).as_posix()] = _digest(path)
            with _workshop(sealed) as shop:
                (shop / _NEW / MANIFEST).write_bytes(_as_json(manifest))
                (shop / _NEW / MANIFEST).replace(sealed / MANIFEST)
            return


def _as_json(manifest: Mapping[str, Any]) -> bytes:
    return (dumps(manifest, indent=2) + "\n").encode()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
