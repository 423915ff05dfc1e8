"""What a dataset is called and what is said of it; moved into another, deleted, brought back; its log."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import FakeryError
from db import datasets, edits, imports
from db.datasets import Facets, Listed
from db.models import Dataset
from pages.parts.dataset import record, splitting, where
from pages.parts.house import house
from pages.parts.words import brief, plain


def about(here: Listed, listed: Sequence[Listed], facets: Facets) -> None:
    """Draw what can be said and done about a dataset as a whole."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        _names(here)
        splitting.splits(here, facets)
    with right:
        _hash(here)
        _merge(here, listed)
        with st.container(border=True):
            st.markdown(":material/delete: **Delete this dataset**")
            st.caption("It leaves every list at once and is kept for 30 days.")
            st.button("Delete", key="about_delete", on_click=_delete, args=(here,))
    record.record(here)


def deleted() -> None:
    """Offer to bring back the dataset this session deleted last."""
    gone = st.session_state.get("about_deleted")
    if gone is not None:
        st.button(
            f"Bring “{plain(gone[1], 60)}” back",
            icon=":material/undo:",
            key="about_undelete",
            on_click=_bring_back,
            args=(gone[0],),
        )


def _names(here: Listed) -> None:
    with house().store.reading() as session:
        row = session.get(Dataset, here.id)
        said = row.about if row is not None else ""
    with st.form(f"about_names_{here.id}", border=False):
        name = st.text_input("Name", value=here.name, max_chars=120)
        words = st.text_area(
            "About", value=said, max_chars=4000, placeholder="What is in it, where it is from, who may use it"
        )
        if st.form_submit_button("Keep", icon=":material/save:"):
            with house().store.writing() as session:
                datasets.rename(session=session, dataset_id=here.id, name=name, about=words)
            st.rerun()


def _hash(here: Listed) -> None:
    with house().store.reading() as session:
        digest = imports.content_hash(session=session, dataset_id=here.id)
    st.caption("Hash of the content: equal where pictures, labels and splits are")
    st.code(digest[:32], language=None)


def _merge(here: Listed, listed: Sequence[Listed]) -> None:
    others = {each.id: f"{brief(each.name, 60)} ({each.images:,})" for each in listed if each.id != here.id}
    if not others:
        return
    with st.container(border=True):
        st.markdown(":material/merge: **Move these pictures into another dataset**")
        target = st.selectbox(
            "Into",
            list(others),
            format_func=lambda id_: others.get(id_, ""),
            index=None,
            key="about_merge_into",
        )
        st.button("Move", key="about_merge", disabled=target is None, on_click=_move, args=(here, target))


def _move(here: Listed, target: int) -> None:
    try:
        with house().store.writing() as session:
            moved, left = edits.merge(session=session, source_id=here.id, target_id=target)
    except FakeryError as error:
        st.session_state["dataset_said"] = (":material/error:", str(error))
        return
    where.changed()
    stay = f"; {left:,} stayed, they are there already" if left else ""
    st.session_state["dataset_said"] = (":material/merge:", f"{moved:,} pictures moved{stay}.")


def _delete(here: Listed) -> None:
    with house().store.writing() as session:
        datasets.delete(session=session, dataset_id=here.id)
    st.session_state["about_deleted"] = (here.id, here.name)
    where.changed()
    st.query_params.clear()


def _bring_back(dataset_id: int) -> None:
    with house().store.writing() as session:
        datasets.bring_back(session=session, dataset_id=dataset_id)
    st.session_state.pop("about_deleted", None)
    where.changed()
