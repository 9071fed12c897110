"""Rows that arrive in parts, written at once and put together in order at the end.

A part is a Parquet file for each table, with a digest in its name; the one with a row a task is
written last, so that a part without it was cut off, and is as if it had never been. Many small
parts are merged into one now and then. No more than a part, or some rows of the result, is in
memory at a time.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from logging import getLogger
from re import Match
from re import compile as pattern
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import parquet

from curnits.analysis.storage.seals import FolderError
from curnits.analysis.storage.store import Store

PARTS = "parts"
"""The folder of parts; gone when they are put together."""

_NAME = pattern(r"parts/(\d{8})-(\d{8})\.([a-z_]+)\.([0-9a-f]{16})\.parquet")

_DIGITS = 16
"""Of digests in names."""

_MANY = 200
"""Small parts that are merged into one."""

_LARGE = 64_000_000
"""Bytes from which parts together are too large to be merged in memory."""

_BLOCK = 500_000
"""Rows that are put in order at a time."""

_log = getLogger(__name__)


@dataclass(frozen=True, order=True)
class Part:
    """The parts from one number to another, merged if there are several."""

    first: int
    last: int

    def file(self, table: str, digest: str) -> str:
        """Return the name of the file of a table."""
        return f"{PARTS}/{self.first:08d}-{self.last:08d}.{table}.{digest}.parquet"

    def covers(self, other: "Part") -> bool:
        """Tell whether the other one was merged into this one."""
        return self != other and self.first <= other.first and other.last <= self.last


class Parts:
    """The rows of tasks in a store, of which those of some tasks are there.

    Parameters
    ----------
    store : Store
        Locked by the caller. What a killed command left half-done is cleared.
    rows : str
        The table with one row a task.
    key : str
        The column of every table that holds the task, 16 hex digits.
    """

    def __init__(self, store: Store, rows: str, key: str) -> None:
        self._store, self._rows, self._key = store, rows, key
        self._parts: dict[Part, dict[str, str]] = {}
        self._small: list[Part] = []
        self._bytes = 0
        self._reopen()
        self._recover()
        self._next = max((part.last + 1 for part in self._parts), default=0)

    def finished(self) -> NDArray[np.uint64]:
        """Return the tasks whose rows are there, as numbers."""
        found = [self._ids(part) for part in self._parts]
        return np.concatenate([np.zeros(0, np.uint64), *found])

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Write the rows of some tasks.

        Raises
        ------
        FolderError
            If they cannot be written; then none of them count.
        """
        part = Part(self._next, self._next)
        self._write(part, tables)
        self._next += 1
        self._small.append(part)
        self._bytes += sum(table.nbytes for table in tables.values())
        if len(self._small) >= _MANY:
            self._merge()

    def complete(self, order: Sequence[str]) -> dict[str, int]:
        """Put all tables together, ordered by task, and remove the parts.

        Parameters
        ----------
        order : sequence of str
            Every task.

        Returns
        -------
        dict from str to int
            Rows by table.
        """
        names = sorted({name for tables in self._parts.values() for name in tables})
        tasks = pd.Index(_numbers(order))
        rows = {name: self._complete(name, tasks) for name in names if name != self._rows}
        if self._rows in names:
            rows[self._rows] = self._complete(self._rows, tasks)
        self._store.remove_folder(PARTS)
        self._parts.clear()
        return rows

    def _reopen(self) -> None:
        """Make complete tables a part again, and clear what a killed command left half-way."""
        names = self._store.names()
        tables = {
            name.removesuffix(".parquet")
            for name in names
            if name.endswith(".parquet") and "/" not in name
        }
        if self._rows not in tables:  # it is written last: the parts hold all that is in these
            for table in tables:
                self._store.remove(f"{table}.parquet")
            return
        base = Part(0, 0)
        moved = {
            name: match[3]
            for name in names
            if (match := _NAME.fullmatch(name)) and _part(match) == base
        }
        for name in names:
            if name.startswith(f"{PARTS}/") and (name not in moved or moved[name] in tables):
                self._store.remove(name)  # it is in the tables
        for table in sorted(tables, key=lambda table: table == self._rows):
            name = f"{table}.parquet"
            self._store.move(name, base.file(table, self._store.digest(name)[:_DIGITS]))

    def _recover(self) -> None:
        """Find the parts that are whole, and remove all else."""
        files = _parts(self._store)
        whole = _whole(files, self._rows)
        for part, tables in sorted(files.items()):
            if part not in whole:
                self._drop(tables)
            elif name := self._damaged(tables):
                place = self._store.address
                _log.warning("curnits: %s: %s is damaged; its runs are done again", place, name)
                self._drop(tables)
            else:
                self._parts[part] = tables

    def _damaged(self, tables: Mapping[str, str]) -> str:
        """Return a file of a part that is not as it was written, if there is one."""
        for name in tables.values():
            match = _NAME.fullmatch(name)
            if match is None or not self._store.digest(name).startswith(match[4]):
                return name
        return ""

    def _drop(self, tables: Mapping[str, str]) -> None:
        for table in sorted(tables, key=lambda table: table != self._rows):
            self._store.remove(tables[table])

    def _merge(self) -> None:
        small, self._small, size, self._bytes = self._small, [], self._bytes, 0
        if size > _LARGE:
            return
        whole = Part(small[0].first, small[-1].last)
        names = {name for part in small for name in self._parts[part]}
        self._write(
            whole,
            {
                name: pa.concat_tables(
                    [
                        table
                        for part in small
                        if name in self._parts[part]
                        for table in self._groups(self._parts[part][name])
                    ],
                    promote_options="permissive",
                )
                for name in names
            },
        )
        for part in small:
            self._drop(self._parts.pop(part))

    def _write(self, part: Part, tables: Mapping[str, pa.Table]) -> None:
        files: dict[str, str] = {}
        for name in sorted(tables, key=lambda name: name == self._rows):
            content = BytesIO()
            parquet.write_table(tables[name], content)
            stored = content.getvalue()
            files[name] = part.file(name, sha256(stored).hexdigest()[:_DIGITS])
            self._store.write(files[name], stored)
        self._parts[part] = files

    def _ids(self, part: Part) -> NDArray[np.uint64]:
        name = self._parts[part][self._rows]
        groups = self._groups(name, [self._key])
        with _reading(self._store, name):
            found = [_numbers(table[self._key].to_pylist()) for table in groups]
        return np.concatenate([np.zeros(0, np.uint64), *found])

    def _groups(self, name: str, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Yield a file's rows, some at a time."""
        with self._store.open(name) as file, _reading(self._store, name):
            stored = _opened(file)
            for k in range(stored.num_row_groups):
                yield stored.read_row_group(k, columns, use_threads=False)

    def _complete(self, name: str, tasks: pd.Index) -> int:
        """Write a table in order; return its number of rows."""
        files = [tables[name] for tables in self._parts.values() if name in tables]
        spans: list[tuple[str, int, int, int]] = []
        schemas: list[pa.Schema] = []
        rows = 0
        for source in sorted(files):
            for k, table in enumerate(self._groups(source, [self._key])):
                places = self._places(table, tasks)
                if len(known := places[places >= 0]):
                    spans.append((source, k, int(known.min()), int(known.max())))
                rows += table.num_rows
            with self._store.open(source) as opened:
                schemas.append(parquet.read_schema(opened))
        schema = unified(schemas)
        step = max(1, min(len(tasks), _BLOCK * len(tasks) // max(rows, 1)))
        with (
            self._store.writing(f"{name}.parquet") as file,
            parquet.ParquetWriter(file, schema, write_page_checksum=True) as writer,
        ):
            for start in range(0, len(tasks), step):
                block = range(start, start + step)
                found = [
                    self._chosen(source, k, tasks, block, schema)
                    for source, k, low, high in spans
                    if low < block.stop and high >= start
                ]
                table = pa.concat_tables([schema.empty_table(), *found])
                table = table.take(np.argsort(self._places(table, tasks), kind="stable"))
                if table.num_rows:
                    writer.write_table(table, row_group_size=table.num_rows)
        return rows

    def _chosen(
        self, name: str, group: int, tasks: pd.Index, block: range, schema: pa.Schema
    ) -> pa.Table:
        """Return the rows of a block of tasks in a row group, with all columns there are."""
        with self._store.open(name) as file:
            table = _opened(file).read_row_group(group, use_threads=False)
        places = self._places(table, tasks)
        own = table.filter((places >= block.start) & (places < block.stop))
        columns = [
            own[field.name].cast(field.type)
            if field.name in own.column_names
            else pa.nulls(own.num_rows, field.type)
            for field in schema
        ]
        return pa.table(columns, schema=schema)

    def _places(self, table: pa.Table, tasks: pd.Index) -> NDArray[np.int64]:
        """Return the places of the tasks that rows belong to; −1 where there are none."""
        own = pd.Index(_numbers(table[self._key].to_pylist()))
        return np.asarray(tasks.get_indexer(own), np.int64)


def stored_files(store: Store, rows: str) -> dict[str, list[str]]:
    """Return the files that hold each table just now, whether put together or still in parts.

    Parameters
    ----------
    store : Store
        Somebody else may be writing there.
    rows : str
        The table with one row a task.
    """
    files = _parts(store)
    found: dict[str, list[str]] = {}
    for part in sorted(_whole(files, rows)):
        for table in files[part]:
            found.setdefault(table, []).append(files[part][table])
    names = [name for name in store.names() if name.endswith(".parquet") and "/" not in name]
    if f"{rows}.parquet" in names:
        return {name.removesuffix(".parquet"): [name] for name in names}
    return found


def read_rows(store: Store, files: Sequence[str], columns: Sequence[str] | None = None) -> pa.Table:
    """Return the rows of the files of a table, or some columns of them.

    Nothing is read in threads of pyarrow's own: one that still holds a Python file when the
    process ends aborts it (https://github.com/apache/arrow/issues/34314).

    Raises
    ------
    FolderError
        If a file cannot be read, or there is no such column.
    """
    found: list[pa.Table] = []
    for name in files:
        with store.open(name) as file, _reading(store, name):
            found.append(_opened(file).read(columns, use_threads=False))
            found[-1].validate(full=True)
    with _reading(store, " ".join(files)):
        schema = unified([table.schema for table in found])
        joined = pa.concat_tables([schema.empty_table(), *found], promote_options="permissive")
    for field in joined.schema:
        if pa.types.is_nested(field.type):
            expected = f"expected one value in every row ({field.type})"
            raise FolderError(f"{store.address}/{files[0]}: {field.name}: {expected}")
    if absent := set(columns or ()) - set(schema.names):
        raise FolderError(f"{store.address}: no column {min(absent)!r} in its tables")
    return joined


@contextmanager
def _reading(store: Store, name: str) -> Iterator[None]:
    """Let messages about what stands in a file name it.

    Raises
    ------
    FolderError
        If it is no Parquet table, or does not have the column of tasks.
    """
    try:
        yield
    except FolderError:
        raise
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise FolderError(f"{store.address}/{name}: {reason:.200}") from error


def _numbers(tasks: Sequence[str]) -> NDArray[np.uint64]:
    return np.frombuffer(bytes.fromhex("".join(tasks)), ">u8").astype(np.uint64)


def _opened(file: BinaryIO) -> parquet.ParquetFile:
    return parquet.ParquetFile(file, pre_buffer=False, page_checksum_verification=True)


def _parts(store: Store) -> dict[Part, dict[str, str]]:
    """Return the files of all parts by table, whether the parts are whole or not."""
    files: dict[Part, dict[str, str]] = {}
    for name in store.names(PARTS):
        if match := _NAME.fullmatch(name):
            files.setdefault(_part(match), {})[match[3]] = name
    return files


def _part(match: Match[str]) -> Part:
    return Part(int(match[1]), int(match[2]))


def _whole(files: Mapping[Part, Collection[str]], rows: str) -> set[Part]:
    """Return the parts that were not cut off, and not merged into others."""
    whole = {part for part, tables in files.items() if rows in tables}
    return {part for part in whole if not any(other.covers(part) for other in whole)}


def unified(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """Return all columns, those of the widest table first, whatever came first."""
    joint = pa.unify_schemas(schemas, promote_options="permissive")
    widest = max(schemas, key=lambda schema: (len(schema), schema.names)).names
    others = sorted(set(joint.names) - set(widest))
    return pa.schema([joint.field(name) for name in [*widest, *others]])
