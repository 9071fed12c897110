"""Whether a folder may be begun or gone on with by a command that can be resumed.

Takes a store and the file that marks such a folder; called for studies and tournaments.
"""

from importlib.metadata import version
from typing import Any

from curnits.analysis.storage.seals import MANIFEST, FolderError
from curnits.analysis.storage.store import LOCK, Store
from curnits.sim.files.json import MAX_BYTES, JsonError, parse
from curnits.sim.files.reading import printable


def is_begun(store: Store, mark: str, kind: str, *, resume: bool) -> bool:
    """Tell whether a folder was begun earlier, and check that it may be used.

    Parameters
    ----------
    store : Store
    mark : str
        File that a folder of this kind has.
    kind : str
        What it is the folder of, such as "study".
    resume : bool
        Whether it may have been begun.

    Raises
    ------
    FolderError
        If it holds something else, or was made by another version, or has been begun and may not.
    """
    names = [name for name in store.names() if name != LOCK]
    if not store.exists(mark):
        if names:
            raise FolderError(
                f"{store.address}: holds {names[0]} and is not the folder of a {kind} "
                "(--out names another place)"
            )
        return False
    if not resume:
        raise FolderError(
            f"{store.address}: holds a {kind} already (--resume goes on with it, --out names "
            "another place)"
        )
    manifest = _manifest(store)
    made, own = printable(manifest.get("curnits")), version("curnits")
    if manifest and made != own:
        raise FolderError(
            f"{store.address}: was made with curnits {made}, whose rows may differ from those of "
            f"{own} (--out names another place)"
        )
    return True


def check_unchanged(store: Store) -> None:
    """Check that tables of a complete folder are as they were when it was sealed.

    Raises
    ------
    FolderError
        If somebody has changed one.
    """
    for name, digest in _manifest(store).get("files", {}).items():
        if name.endswith(".parquet") and store.exists(name) and store.digest(name) != digest:
            raise FolderError(
                f"{store.address}/{name}: is not as any command left it (move the folder away, or "
                "--out names another place)"
            )


def _manifest(store: Store) -> dict[str, Any]:
    """Return what the manifest of a folder says; nothing if a command was killed before it did."""
    if not store.exists(MANIFEST):
        return {}
    try:
        found = parse(store.text(MANIFEST, MAX_BYTES))
    except JsonError as error:
        raise FolderError(f"{store.address}/{MANIFEST}: not a manifest ({error})") from error
    if not isinstance(found, dict) or not isinstance(found.get("files"), dict):
        raise FolderError(f"{store.address}/{MANIFEST}: not a manifest (expected files in it)")
    return found
