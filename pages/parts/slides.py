"""One picture at a time: the stage, what was said of it, and the way back and forth."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.models import ModelSpec
from db import images
from db.models import Dataset, Image
from pages.parts import answers, visit
from pages.parts.filmstrip import Frame, filmstrip
from pages.parts.house import house
from pages.parts.pictures import address
from pages.parts.stage import stage
from pages.parts.words import plain


def slides(here: Dataset, pictures: Sequence[Image], specs: Sequence[ModelSpec]) -> None:
    """Draw the shown picture with its answers beside it, and the others below."""
    at = _at(pictures)
    picture = pictures[at]
    rows = visit.said(here, picture).get(picture.id or 0, {})
    shown = {spec.name: rows[spec.name] for spec in specs if spec.name in rows}
    left, right = st.columns([11, 9], gap="medium")
    with right:
        place = st.container()
        detecting = any(spec.can("detect") for spec in specs)
        score, overlap = answers.thresholds() if detecting else answers.thresholds_in_force()
        boxes = answers.shown_boxes(shown, score, overlap)
        with place:
            answers.answers(picture, specs, shown, boxes)
    with left:
        stage(picture, boxes)
        _steps(here, picture, at, len(pictures))
    if len(pictures) > 1:
        frames = [Frame(address(each.sha256), each.name) for each in pictures]
        picked = filmstrip(frames, key="classify_strip", current=at)
        if picked is not None and picked != at:
            show(picked)
            st.rerun(scope="fragment")


def show(at: int) -> None:
    """Make this the shown picture, counted from 0."""
    st.session_state["classify_at"] = at
    st.session_state["classify_moved"] = True


def _step(by: int) -> None:
    """Go on from wherever the last press led, drawn already or not."""
    show(st.session_state["classify_at"] + by)


def _steps(here: Dataset, picture: Image, at: int, count: int) -> None:
    """Draw back and next, which also hang on the arrow keys, and the picture's name."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if count > 1:
            st.button(
                "Back", icon=":material/arrow_back:", shortcut="Left", key="classify_back",
                disabled=at == 0, on_click=_step, args=(-1,),
            )  # fmt: skip
            st.button(
                "Next", icon=":material/arrow_forward:", shortcut="Right", key="classify_next",
                disabled=at == count - 1, on_click=_step, args=(1,),
            )  # fmt: skip
            st.markdown(f"**{at + 1} of {count}**", width="content")
        with st.container(width="stretch"):
            st.caption(f"{plain(picture.name)} · {picture.width} × {picture.height}")
        st.button(
            "", icon=":material/delete:", type="tertiary", key="classify_remove",
            help="Take this picture out", on_click=_remove, args=(here, picture),
        )  # fmt: skip
    if "classify_removed" in st.session_state:
        _, gone = st.session_state["classify_removed"]
        if st.button(f"Bring {plain(gone.name)} back", icon=":material/undo:", key="classify_undo"):
            _bring_back(here)
            # The whole page, so that what is said of it is asked for again.
            st.rerun()


def _at(pictures: Sequence[Image]) -> int:
    """Return which picture is shown: one just taken in, the chosen one, or the address's."""
    fresh_id = st.session_state.pop("classify_show", None)
    at = next((number for number, each in enumerate(pictures) if each.id == fresh_id), None)
    if at is None:
        asked = st.query_params.get("picture", "1")[:9]
        at = st.session_state.get("classify_at", 0)
        moved = st.session_state.pop("classify_moved", False)
        # Where the address is not what was written into it, somebody went back in the browser; or
        # pressed an arrow before the address followed the last one.
        if not moved and asked.isdecimal() and asked != st.session_state.get("classify_written"):
            at = int(asked) - 1
    st.session_state["classify_at"] = at = min(max(at, 0), len(pictures) - 1)
    st.query_params["picture"] = st.session_state["classify_written"] = str(at + 1)
    return at


def _remove(here: Dataset, picture: Image) -> None:
    with house().store.writing() as session:
        gone = images.remove(session=session, dataset_id=here.id or 0, image_id=picture.id or 0)
    if gone is not None:
        st.session_state["classify_removed"] = (picture.id, gone)


def _bring_back(here: Dataset) -> None:
    image_id, gone = st.session_state.pop("classify_removed")
    with house().store.writing() as session:
        row = images.bring_back(session=session, dataset_id=here.id or 0, image_id=image_id, taken=gone)
    st.session_state["classify_show"] = row.id
