"""What the models said of one picture, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from core import image, pixels
from core.answer import Score
from core.detect import Box, suppress
from core.errors import StoreError, UnusableImage
from core.models import ModelSpec
from db import runs
from db.models import Image, Prediction
from pages.parts.house import house
from pages.parts.scores import bars
from pages.parts.words import plain

USUAL = 50


def thresholds() -> tuple[float, float]:
    """Draw the two sliders of a detector, and return score and overlap, 0..1."""
    thresholds_in_force()
    left, right = st.columns(2)
    left.slider("Show boxes from", 5, 95, step=5, format="%d %%", key="classify_score")
    right.slider(
        "Overlap allowed", 0, 90, step=5, format="%d %%", key="classify_overlap",
        help="Of two boxes that cover each other by more than this (IoU), the likelier one stays.",
    )  # fmt: skip
    for name in ("score", "overlap"):
        value = st.session_state[f"classify_{name}"]
        if value != USUAL:
            st.query_params[name] = str(value)
        elif name in st.query_params:
            del st.query_params[name]
    return thresholds_in_force()


def thresholds_in_force() -> tuple[float, float]:
    """Return score and overlap, 0..1, as the sliders stand or, before there are any, as the address says."""
    for name, least, most in (("score", 5, 95), ("overlap", 0, 90)):
        asked = st.query_params.get(name, "")[:3]
        value = round(int(asked) / 5) * 5 if asked.isdecimal() else USUAL
        st.session_state.setdefault(f"classify_{name}", min(max(value, least), most))
    return st.session_state["classify_score"] / 100, st.session_state["classify_overlap"] / 100


def shown_boxes(said: Mapping[str, Prediction], score: float, overlap: float) -> tuple[Box, ...]:
    """Return the boxes to draw over a picture, of all detectors together."""
    found = [box for row in said.values() for box in runs.boxes(row)]
    return suppress(found, score=score, overlap=overlap)


def answers(
    picture: Image, specs: Sequence[ModelSpec], said: Mapping[str, Prediction], boxes: Sequence[Box]
) -> None:
    """Draw a column for each model: its words or boxes, its milliseconds, and what it saw."""
    sees = st.session_state.get("classify_sees", False)
    grid = st.grid("auto", min_column_width=150, gap="medium")
    for spec in specs:
        with grid.cell():
            row = said.get(spec.name)
            title = plain(spec.title)
            st.caption(f"{title} · {row.elapsed_ms:.0f} ms" if row else title)
            if row is None:
                st.skeleton(120)
            elif row.message:
                st.text(row.message)
            elif spec.can("detect"):
                _found(boxes)
            else:
                bars(runs.scores(row)[:3], spec.sure_from)
            if sees:
                _seen(picture, spec)
    if specs:
        st.toggle("Show what each model sees", key="classify_sees")


def _found(boxes: Sequence[Box]) -> None:
    """List what the boxes hold, each word once, by its likeliest box."""
    best: dict[str, Box] = {}
    counts: dict[str, int] = {}
    for box in boxes:
        best.setdefault(box.label, box)
        counts[box.label] = counts.get(box.label, 0) + 1
    if not best:
        st.html('<div class="fk-head fk-unsure">Nothing found</div>')
        st.caption("Lower the first slider to see what it half believes.")
        return
    many = {word: f"{word} × {count}" if count > 1 else word for word, count in counts.items()}
    bars([Score(many[word], box.probability) for word, box in best.items()][:5])


def _seen(picture: Image, spec: ModelSpec) -> None:
    """Draw the very pixels a model was given."""
    try:
        rgb = image.decode(house().store.pictures.read(picture.sha256), enough_for=spec.pixels.size)
    except (UnusableImage, StoreError) as error:
        st.text(str(error))
        return
    seen = pixels.view(rgb, spec.pixels)
    how = "the middle, cut square" if spec.pixels.fit == "crop" else "all of it, squashed square"
    alt = f"What {escape(spec.title)} sees of {escape(picture.name)}"
    st.image(seen, caption=f"{how}, {spec.pixels.size} pixels", width="stretch", alt=alt)
