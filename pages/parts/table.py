"""Many pictures at once: a table with thumbnails, and the downloads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core import report
from core.detect import suppress
from core.models import ModelSpec
from core.words import short
from db import runs
from db.models import Image, Prediction
from pages.parts.pictures import address
from pages.parts.scores import headline

Said = Mapping[int, Mapping[str, Prediction]]


def table(
    pictures: Sequence[Image], specs: Sequence[ModelSpec], said: Said, score: float, overlap: float
) -> int | None:
    """Draw a row for each picture and a column for each model; return the number of a picked row."""
    rows = [_row(picture, specs, said.get(picture.id or 0, {}), score, overlap) for picture in pictures]
    config: dict[str, Any] = {"Picture": st.column_config.ImageColumn(width="small")}
    for spec in specs:
        if not spec.can("detect"):
            config[f"{spec.title}, sure"] = st.column_config.ProgressColumn(
                format="%d %%", min_value=0, max_value=100, width="small"
            )
    event = st.dataframe(
        rows, column_config=config, hide_index=True, row_height=64, key="classify_table",
        on_select="rerun", selection_mode="single-row", height=min(64 * len(rows) + 40, 620),
    )  # fmt: skip
    picked = event["selection"]["rows"]
    return int(picked[0]) if picked else None


def downloads(
    pictures: Sequence[Image],
    load: Callable[[], Said],
    thresholds: tuple[float, float],
    name: str,
    *,
    whole: bool,
) -> None:
    """Offer everything that was said as CSV and JSON, with the boxes that are shown.

    Read and made when somebody clicks; `whole` says whether the work is done.
    """

    def rows() -> list[report.Row]:
        said = load()
        return [
            _report(picture, model, prediction, thresholds)
            for picture in pictures
            for model, prediction in said.get(picture.id or 0, {}).items()
        ]

    so_far = "" if whole else " so far"
    with st.container(horizontal=True):
        st.download_button(
            f"CSV{so_far}", lambda: report.to_csv(rows()), f"{name}.csv", "text/csv",
            icon=":material/download:", on_click="ignore", key="classify_csv",
        )  # fmt: skip
        st.download_button(
            f"JSON{so_far}", lambda: _json(rows()), f"{name}.json", "application/json",
            icon=":material/download:", on_click="ignore", key="classify_json",
        )  # fmt: skip


def _json(rows: Sequence[report.Row]) -> str:
    return json.dumps([report.to_json(row) for row in rows], indent=1, ensure_ascii=False)


def _row(
    picture: Image,
    specs: Sequence[ModelSpec],
    said: Mapping[str, Prediction],
    score: float,
    overlap: float,
) -> dict[str, object]:
    row: dict[str, object] = {"Picture": address(picture.sha256), "Name": report.safe_cell(picture.name)}
    for spec in specs:
        prediction = said.get(spec.name)
        if prediction is None:
            row[spec.title] = "..."
        elif prediction.message:
            row[spec.title] = prediction.message
        elif spec.can("detect"):
            boxes = suppress(runs.boxes(prediction), score=score, overlap=overlap)
            row[spec.title] = ", ".join(dict.fromkeys(short(box.label) for box in boxes)) or "nothing"
        else:
            scores = runs.scores(prediction)
            row[spec.title] = report.safe_cell(headline(scores, spec.sure_from))
            row[f"{spec.title}, sure"] = 100 * scores[0].probability if scores else None
    return row


def _report(
    picture: Image, model: str, prediction: Prediction, thresholds: tuple[float, float]
) -> report.Row:
    score, overlap = thresholds
    return report.Row(
        file=picture.name,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        model=model,
        scores=runs.scores(prediction),
        boxes=suppress(runs.boxes(prediction), score=score, overlap=overlap),
        elapsed_ms=prediction.elapsed_ms,
        message=prediction.message,
    )
