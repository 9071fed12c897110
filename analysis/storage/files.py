"""How commands write: whole or not at all, and never over what somebody else has put there.

Files are made in a workshop (:mod:`.workshops`) and moved from there when all are finished; folders
that may be replaced are sealed (:mod:`.seals`).
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain, count
from os.path import exists, isfile, lexists, realpath
from pathlib import Path

from curnits.analysis.storage.seals import (
    MANIFEST,
    FolderError,
    as_json,
    check_own,
    digest,
    read_manifest,
)
from curnits.analysis.storage.workshops import NEW, OLD, sweep, workshop

_BESIDE_IMAGES = (".csv", ".txt")
"""Endings of what goes with an image of whatever format."""


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
        with workshop(place.parent) as shop:
            yield shop / NEW
            _check_free(target, replace)
            if place.exists():  # until the new folder is there, clearing the workshop undoes this
                aside = place.rename(shop / OLD / place.name)
                check_own(aside, target)
            (shop / NEW).rename(place)


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
        with workshop(folder) as shop:
            for name, content in files.items():
                (shop / NEW / name).write_bytes(content)
            check_untaken(folder, _others(folder, files), replace=replace)
            for name in files:
                (shop / NEW / name).replace(folder / name)
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


def _check_free(target: Path, replace: bool) -> None:
    if not target.exists():
        return
    if read_manifest(target) is None:
        raise FolderError(f"{target}: exists already and is not a run folder; choose another --out")
    if not replace:
        raise FolderError(f"{target}: exists already (--force replaces it, --out names another)")
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        sweep(folder)
    check_own(target, target)


def _list_too(folder: Path, names: Iterable[str]) -> None:
    """Add files to the manifest of the sealed folder that they are in, if they are in one."""
    place = Path(realpath(folder))
    for sealed in (place, place.parent):
        manifest = read_manifest(sealed)
        if manifest is not None:
            for path in (place / name for name in names):
                manifest["files"][path.relative_to(sealed).as_posix()] = digest(path)
            with workshop(sealed) as shop:
                (shop / NEW / MANIFEST).write_bytes(as_json(manifest))
                (shop / NEW / MANIFEST).replace(sealed / MANIFEST)
            return
