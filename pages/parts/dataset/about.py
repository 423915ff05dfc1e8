"""What a dataset is called and what is said of it; moved into another, deleted, brought back; its log."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from db import datasets, edits, imports
from db.datasets import Facets, Listed
from db.models import Dataset
from pages.parts.dataset import record, splitting, where
from pages.parts.house import house
from pages.parts.said import say, told
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
            with st.popover("Delete"):
                st.write(f"Delete {here.images:,} pictures with all that was said of them?")
                st.button("Yes, delete", key="about_delete", type="primary", on_click=_delete, args=(here,))
    record.record(here)


def deleted() -> None:
    """Draw the datasets that were deleted in the last 30 days, each with the way back."""
    with house().store.reading() as session:
        gone = datasets.deleted(session=session)
    if not gone:
        return
    with st.expander(f"Deleted datasets ({len(gone)})", icon=":material/delete:"):
        for each in gone[:20]:
            st.button(
                f"Bring “{plain(each.name, 60)}” back, {each.images:,} pictures",
                icon=":material/undo:",
                key=f"about_undelete_{each.id}",
                on_click=_bring_back,
                args=(each.id,),
            )


def just_deleted() -> None:
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


@told
def _move(here: Listed, target: int) -> None:
    with house().store.writing() as session:
        moved, left = edits.merge(session=session, source_id=here.id, target_id=target)
    where.changed()
    stay = f"; {left:,} stayed, they are there already" if left else ""
    say(f"{moved:,} pictures moved{stay}.", ":material/merge:")


@told
def _delete(here: Listed) -> None:
    with house().store.writing() as session:
        datasets.delete(session=session, dataset_id=here.id)
    st.session_state["about_deleted"] = (here.id, here.name)
    where.changed()
    st.query_params.clear()


@told
def _bring_back(dataset_id: int) -> None:
    with house().store.writing() as session:
        datasets.bring_back(session=session, dataset_id=dataset_id)
    st.session_state.pop("about_deleted", None)
    where.changed()
