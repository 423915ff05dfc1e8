"""Answers as rows for a spreadsheet or a program: one row per picture and model."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.answer import MOST_BOXES, Answer, Score
from core.detect import Box, suppress

TOP = 3  # of the words, in a spreadsheet
KEPT = 10  # of the words, for a program
COLUMNS = (
    ["file", "sha256", "width", "height", "model"]
    + [f"{part}_{rank}" for rank in range(1, TOP + 1) for part in ("label", "probability")]
    + ["boxes", "elapsed_ms", "message"]
)


@dataclass(frozen=True)
class Row:
    """What one model said of one picture."""

    file: str
    sha256: str
    width: int
    height: int
    model: str
    scores: Sequence[Score]
    boxes: Sequence[Box]
    elapsed_ms: float
    message: str = ""


def row_of(
    answer: Answer,
    *,
    file: str,
    sha256: str,
    size: tuple[int, int],
    score: float = 0.5,
    overlap: float = 0.5,
) -> Row:
    """Return an answer as a row, its boxes suppressed and in pixels of the whole picture.

    `size` is the (width, height) of the whole picture, of which the engine may have been given a
    smaller copy. With score 0 and overlap 1 every box stays.
    """
    boxes = suppress(answer.boxes_on(size[0]), score=score, overlap=overlap, limit=MOST_BOXES)
    return Row(
        file=file,
        sha256=sha256,
        width=size[0],
        height=size[1],
        model=answer.spec.name,
        scores=answer.top(KEPT),
        boxes=boxes,
        elapsed_ms=round(answer.elapsed_ms, 3),
    )


def columns(*, timing: bool = True) -> list[str]:
    """Return the columns of a CSV; without `timing` two runs over the same pictures are equal."""
    return [name for name in COLUMNS if timing or name != "elapsed_ms"]


def to_csv(rows: Iterable[Row], *, header: bool = True, timing: bool = True) -> str:
    """Return rows as CSV (RFC 4180) with the columns of `COLUMNS`; boxes are one JSON cell.

    Text that a spreadsheet would run as a formula gets an apostrophe before it
    (https://owasp.org/www-community/attacks/CSV_Injection). `timing=False` leaves out elapsed_ms.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns(timing=timing), lineterminator="\n", extrasaction="ignore")
    if header:
        writer.writeheader()
    for row in rows:
        writer.writerow(_flat(row))
    return text.getvalue()


def to_json(row: Row, *, timing: bool = True) -> dict[str, Any]:
    """Return one row as plain values for JSON, with all its scores and boxes."""
    values = {
        "file": row.file,
        "sha256": row.sha256,
        "width": row.width,
        "height": row.height,
        "model": row.model,
        "scores": [
            {"label": score.label, "probability": round(score.probability, 6)} for score in row.scores
        ],
        "boxes": [vars(box) for box in row.boxes],
        "elapsed_ms": row.elapsed_ms,
        "message": row.message,
    }
    if not timing:
        del values["elapsed_ms"]
    return values


def to_json_lines(rows: Iterable[Row], *, timing: bool = True) -> str:
    """Return one JSON object a line (https://jsonlines.org); `timing` as in `to_csv`."""
    return "".join(json.dumps(to_json(row, timing=timing), ensure_ascii=False) + "\n" for row in rows)


def safe_cell(text: str) -> str:
    """Return text that no spreadsheet runs.

    >>> safe_cell("=HYPERLINK(1)"), safe_cell("cake")
    ("'=HYPERLINK(1)", 'cake')
    """
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _flat(row: Row) -> dict[str, Any]:
    flat: dict[str, Any] = {
        "file": safe_cell(row.file),
        "sha256": row.sha256,
        "width": row.width or "",
        "height": row.height or "",
        "model": safe_cell(row.model),
        "boxes": json.dumps([vars(box) for box in row.boxes]) if row.boxes else "",
        "elapsed_ms": row.elapsed_ms,
        "message": safe_cell(row.message),
    }
    for rank, score in enumerate(row.scores[:TOP], start=1):
        flat[f"label_{rank}"] = safe_cell(score.label)
        flat[f"probability_{rank}"] = round(score.probability, 4)
    return flat
