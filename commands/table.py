"""The file that `classify` writes: rows in the order of the pictures, taken up where they end."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import io
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Literal, Self

from commands.paths import Offer
from core import report
from core.errors import StoreError

Kind = Literal["csv", "jsonl"]

_LONGEST_RECORD = 2**22


@dataclass(frozen=True)
class Form:
    """How rows are written: one for each of these models for every picture."""

    kind: Kind
    models: tuple[str, ...]
    timing: bool = False

    def header(self) -> bytes:
        """Return what stands above the first row."""
        return report.to_csv((), timing=self.timing).encode() if self.kind == "csv" else b""

    def rows(self, rows: Sequence[report.Row]) -> bytes:
        """Return rows as they are written."""
        if self.kind == "csv":
            return report.to_csv(rows, header=False, timing=self.timing).encode()
        return report.to_json_lines(rows, timing=self.timing).encode()

    def start(self, file: str) -> bytes:
        """Return how a row about this picture begins."""
        if self.kind == "jsonl":
            return f'{{"file": {json.dumps(file, ensure_ascii=False)}, '.encode()
        text = io.StringIO()
        csv.writer(text, lineterminator=",").writerow([report.safe_cell(file)])
        return text.getvalue().encode()

    def said(self, record: bytes) -> tuple[str, str] | None:
        """Return the model and the message of one record, or None where it is none of ours."""
        try:
            if self.kind == "jsonl":
                row = json.loads(record)
            else:
                (cells,) = csv.reader([record.decode()])
                row = dict(zip(report.columns(timing=self.timing), cells, strict=True))
            return str(row["model"]), str(row["message"])
        except (ValueError, KeyError, TypeError, csv.Error):
            return None


class Table:
    """A file of rows, or stdout (`path` None); held by one process at a time.

    `done` counts the pictures whose rows an earlier run wrote, `named` those of them that could be
    read.
    """

    def __init__(self, path: Path | None, form: Form, *, overwrite: bool = False) -> None:
        self.path = path
        self.form = form
        self.overwrite = overwrite
        self.done = self.named = 0

    def __enter__(self) -> Self:
        self._plain = False
        if self.path is None:
            self._file: BinaryIO = sys.stdout.buffer
            return self
        self._plain = self.path.is_file() or not self.path.exists()
        try:
            # Neither "w", which would empty the file, nor "a", which could not cut its end off.
            flags = os.O_RDWR | os.O_CREAT if self._plain else os.O_WRONLY
            self._file = os.fdopen(os.open(self.path, flags, 0o666), "r+b" if self._plain else "wb")
        except OSError as error:
            raise StoreError(f"{self.path} cannot be written ({error.strerror}).") from error
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if self.path is None:
            return
        # Closing tries once more to write what could not be written, which has been said already.
        with contextlib.suppress(OSError) if kind else contextlib.nullcontext():
            self._file.close()

    def take_up(self, offers: Iterator[Offer]) -> Iterator[Offer]:
        """Return the pictures that are still to be done, the file being ready for their rows.

        A last picture whose rows are not complete is cut off, to be done again. Raises StoreError
        where another process is writing the file, or it holds anything but rows of these models
        about these pictures, in their order.
        """
        if not self._plain:
            self._write(self.form.header())
            return offers
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreError(f"{self.path} is being written by another process.") from error
        if self.overwrite:
            self._file.truncate(0)
        records = _Records(self._file, many_lines=self.form.kind == "csv")
        header = self.form.header()
        end = len(header)
        if header and next(records, None) != header:
            if not header.startswith(records.rest) or records.end:
                raise self._foreign()
            rest, end = offers, 0
        else:
            rest, end = self._compared(records, offers, end)
        self._file.seek(end)
        self._file.truncate()
        if end == 0:
            self._write(header)
        return rest

    def write(self, rows: Sequence[report.Row]) -> None:
        """Write all the rows about one picture at once."""
        self._write(self.form.rows(rows))

    def _compared(self, records: _Records, offers: Iterator[Offer], end: int) -> tuple[Iterator[Offer], int]:
        """Return the pictures not done yet, and where the last one that is done ends."""
        models = self.form.models
        for offer in offers:
            start = self.form.start(offer.name)
            found = list(islice(records, len(models)))
            said = [self.form.said(record) for record in found]
            if [row[0] for row in said if row] != list(models[: len(found)]) or not all(
                record.startswith(start) for record in found
            ):
                raise self._foreign(offer.name)
            if len(found) < len(models):
                if not _agree(records.rest, start):
                    raise self._foreign(offer.name)
                return chain([offer], offers), end
            end = records.end
            self.done += 1
            self.named += any(row and not row[1] for row in said)
        if next(records, None) or records.rest:
            raise self._foreign()
        return offers, end

    def _foreign(self, picture: str = "") -> StoreError:
        where = f" about {picture}" if picture else ""
        return StoreError(
            f"{self.path} is there already and holds something else than this command would "
            f"write{where}: name another file, or add --overwrite."
        )

    def _write(self, data: bytes) -> None:
        try:
            self._file.write(data)
            self._file.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StoreError(
                f"{self.path or 'The output'} cannot be written ({error.strerror}): once that is "
                "mended, the same command goes on from there."
            ) from error


class _Records(Iterator[bytes]):
    """The complete records of a file; `end` is where the last one ends, `rest` what is left over."""

    def __init__(self, file: BinaryIO, *, many_lines: bool) -> None:
        self._file = file
        self._many_lines = many_lines
        self.end = 0
        self.rest = b""

    def __next__(self) -> bytes:
        """Return the next record; a quoted cell of CSV may hold the end of a line."""
        lines, quotes = self.rest, self.rest.count(b'"')
        while line := self._file.readline(_LONGEST_RECORD):
            lines += line
            quotes += line.count(b'"')
            if line.endswith(b"\n") and not (self._many_lines and quotes % 2):
                self.end += len(lines)
                self.rest = b""
                return lines
            if len(lines) > _LONGEST_RECORD:
                break
        self.rest = lines
        raise StopIteration


def _agree(one: bytes, other: bytes) -> bool:
    """Return whether one of the two begins with all of the other."""
    return one.startswith(other) or other.startswith(one)
