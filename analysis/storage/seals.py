"""Folders sealed by a manifest of this program, which lists every file with its digest.

Takes folders, says what is sealed and what in it is not as any command left it; only sealed folders
may be replaced. Called by :mod:`.files` and :mod:`.workshops`, and by what fills folders.
"""

from collections.abc import Mapping
from hashlib import file_digest
from json import dumps, loads
from pathlib import Path
from typing import Any

from curnits.sim.errors import InputError

MANIFEST = "manifest.json"

_FORMAT, _VERSION = "curnits run folder", 1
"""What manifests of this program say that they are."""

_LONGEST_MANIFEST = 1_000_000
"""Bytes; longer files of that name are somebody else's."""


class FolderError(InputError):
    """A place that cannot be written to, or a folder that does not hold what was expected."""


def seal(folder: Path, about: Mapping[str, Any]) -> None:
    """Write the manifest of a folder: what it says itself, and a digest of every file."""
    digests = {path.name: digest(path) for path in sorted(folder.iterdir())}
    (folder / MANIFEST).write_bytes(manifest_bytes(about, digests))


def manifest_bytes(about: Mapping[str, Any], digests: Mapping[str, str]) -> bytes:
    """Return the manifest of a folder that holds files with these digests."""
    return as_json({"format": _FORMAT, "version": _VERSION, **about, "files": digests})


def check_own(folder: Path, called: Path) -> None:
    """Check that a sealed folder holds nothing but what its manifest lists, unchanged.

    Raises
    ------
    FolderError
        If it does; ``called`` is how the user knows the folder.
    """
    if strange := strange_files(folder):
        raise FolderError(
            f"{called}: holds {strange[0].relative_to(folder)}, which is not as any command left "
            "it; move it away or choose another --out"
        )


def strange_files(folder: Path) -> list[Path]:
    """Return the files in a sealed folder that are not in its manifest, or not as it says."""
    listed = (read_manifest(folder) or {"files": {}})["files"]
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink()
        or not (path.is_dir() or path.is_file())
        or (path.is_file() and path != folder / MANIFEST and _differs(path, folder, listed))
    ]


def _differs(path: Path, folder: Path, listed: Mapping[str, Any]) -> bool:
    return bool(listed.get(path.relative_to(folder).as_posix()) != digest(path))


def discard(folder: Path) -> None:
    """Remove a sealed folder that holds nothing strange; the manifest goes last."""
    if not strange_files(folder):
        inside = folder.rglob("*")
        for path in sorted(inside, key=lambda path: (path == folder / MANIFEST, -len(path.parts))):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()


def read_manifest(folder: Path) -> dict[str, Any] | None:
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


def as_json(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as it is written."""
    return (dumps(manifest, indent=2) + "\n").encode()


def digest(path: Path) -> str:
    """Return the SHA-256 digest of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
