"""The log of a dataset: who changed what when, and the way back."""

from __future__ import annotations

import streamlit as st

from db import imports, log
from db.datasets import Listed
from pages.parts.dataset import mend, where
from pages.parts.house import house
from pages.parts.words import brief, plain


def record(here: Listed) -> None:
    """Draw every edit of a dataset, the latest first, each with a button that takes it back."""
    st.text_input(
        "Your name in this log",
        key="dataset_who_typed",
        value=mend.who(),
        max_chars=60,
        width=300,
        placeholder="Somebody",
        on_change=lambda: st.session_state.update(dataset_who=st.session_state["dataset_who_typed"]),
    )
    with house().store.reading() as session:
        entries = log.entries(session=session, dataset_id=here.id)
        came = imports.done_ones(session=session, dataset_id=here.id)
    for task in came:
        with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small"):
            with st.container(width="stretch"):
                told = task.result
                st.text(
                    f"Import: {told.get('taken', 0):,} taken, {told.get('known', 0):,} there already, "
                    f"{told.get('refused', 0):,} refused"
                )
                st.caption(f"{task.finished_at or task.created_at:%d %b %Y, %H:%M} UTC")
            st.button(
                "Report",
                icon=":material/receipt_long:",
                key=f"log_report_{task.key}",
                on_click=_show,
                args=(task.key,),
            )
    if not entries:
        st.info(
            "Nothing was changed here yet. Labels, exclusions, tags and deletions stand here.",
            icon=":material/history:",
        )
        return
    for entry in entries:
        with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small"):
            count = f"{entry.pictures:,} {'picture' if entry.pictures == 1 else 'pictures'}"
            with st.container(width="stretch"):
                st.text(f"{brief(entry.what, 120)}, {count}" if entry.pictures else brief(entry.what, 120))
                st.caption(f"{entry.at:%d %b %Y, %H:%M} UTC · {plain(entry.who) or 'somebody'}")
            if entry.undone:
                st.caption("Taken back")
            elif entry.pictures:
                st.button(
                    "Undo",
                    icon=":material/undo:",
                    key=f"log_undo_{entry.id}",
                    on_click=mend.undo,
                    args=(entry.id,),
                )


def _show(key: str) -> None:
    st.session_state["bring_last"] = key
    where.go(room="bring")
