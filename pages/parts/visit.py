"""The visit: what one person brought to Classify, kept in the store under the page's own address."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.models import ModelSpec
from core.shelf import Shelved
from db import datasets, images, runs
from db.models import Dataset, Image, Prediction
from pages.parts.house import house


def current() -> Dataset | None:
    """Return the visit that the address names, or None; an unknown name is said and dropped."""
    key = st.query_params.get("visit")
    if not key:
        return None
    with house().store.reading() as session:
        visit = datasets.by_key(session=session, key=key)
    if visit is None:
        st.warning("There is nothing under this link: it may have been deleted, or cut off.")
        st.query_params.clear()
    else:
        st.session_state["visit_last"] = visit.key
    return visit


def last() -> Dataset | None:
    """Return the visit this session last had open, or None."""
    key = st.session_state.get("visit_last")
    if key is None:
        return None
    with house().store.reading() as session:
        return datasets.by_key(session=session, key=key)


def opened() -> Dataset:
    """Return the current visit, or begin one and put its name into the address."""
    if (visit := current()) is not None:
        return visit
    with house().store.writing() as session:
        visit = datasets.create_visit(session=session)
    st.query_params["visit"] = st.session_state["visit_last"] = visit.key
    return visit


def way_back() -> None:
    """Offer the way back to the visit this session last had open, if it holds pictures."""
    before = last()
    count = len(pictures(before))
    if before is not None and count:
        st.page_link(
            "classify.py",
            label=f"Back to your {'picture' if count == 1 else f'{count:,} pictures'}",
            icon=":material/history:",
            query_params={"visit": before.key},
        )


def pictures(visit: Dataset | None) -> Sequence[Image]:
    """Return the visit's pictures in the order they came."""
    if visit is None or visit.id is None:
        return ()
    with house().store.reading() as session:
        return images.of(session=session, dataset_id=visit.id)


def specs(visit: Dataset, chosen: Sequence[Shelved]) -> list[ModelSpec]:
    """Return the models whose answers are shown: the chosen ones, and those that left this machine."""
    with house().store.reading() as session:
        asked = runs.specs(session=session, dataset_id=visit.id or 0)
    here = {model.name for model in house().shelf.models() if model.state == "ready"}
    names = {model.name for model in chosen}
    return [spec for name, spec in asked.items() if name in names or name not in here]


def said(visit: Dataset, picture: Image | None = None) -> dict[int, dict[str, Prediction]]:
    """Return what was said of a visit's pictures, or of one: image id -> model name -> prediction."""
    image_id = picture.id if picture is not None else None
    with house().store.reading() as session:
        return runs.said_of(session=session, dataset_id=visit.id or 0, image_id=image_id)


def leave() -> None:
    """Begin with nothing; what was brought stays under its link."""
    st.query_params.clear()
    for key in ("classify_at", "classify_written", "classify_refused", "classify_removed"):
        st.session_state.pop(key, None)
