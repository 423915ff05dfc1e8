"""Let models look at a whole dataset: what they say is then filtered by, and where they err."""

from __future__ import annotations

import streamlit as st

from db import log, runs
from db.datasets import Listed
from db.models import Dataset
from db.views import View
from pages.parts import models, work
from pages.parts.dataset import where
from pages.parts.house import house
from pages.parts.said import told
from pages.parts.words import brief, plain


def looks(here: Listed) -> None:
    """Draw what models have said of a dataset so far, and the way to ask more of them."""
    models.prepare()
    st.subheader("What models say", anchor=False)
    with house().store.reading() as session:
        dataset = session.get(Dataset, here.id)
    if dataset is None:
        return
    st.fragment(_going, run_every=1.0 if work.active(dataset) else None)(here, dataset)


def _going(here: Listed, dataset: Dataset) -> None:
    busy = work.active(dataset)
    labels = {label.lower() for label in where.facets(here.id, where.home()).labels if label}
    with house().store.reading() as session:
        every = {run.model: run for run in runs.progress(session=session, dataset_id=here.id)}
        changed = log.last_change(session=session, dataset_id=here.id)
    if every:
        work.bar(dataset)
    if st.session_state.get("looks_busy", False) != busy:
        st.session_state["looks_busy"] = busy
        where.changed()
        st.rerun()
    for run in every.values():
        meets = bool(where.words_of(run.model) & labels)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            with st.container(width="stretch"):
                st.markdown(f"**{plain(run.title, 60)}** looked at {run.done:,} of {run.total:,}")
            for title, view in _ways(run.model, meets):
                # Not by a callback: that would draw this fragment anew, and not the page.
                if st.button(title, key=f"looks_{run.model}_{title}", type="tertiary"):
                    where.go(here, view, room="pictures")
                    st.rerun()
            if not meets:
                st.caption("Its words and these labels do not meet.")
    ended = [run.finished_at for run in every.values() if run.finished_at is not None]
    if ended and changed is not None and changed > min(ended):
        st.caption(":material/update: Labels or splits changed since, and what is right with them.")
    _ask(here, tuple(every))


def _ways(model: str, meets: bool) -> list[tuple[str, View]]:
    """Return the views of what a model said that people ask for most; `meets`: it knows the labels."""
    against = [("Against the label", View(model=model, verdict="wrong", sort="surest"))] if meets else []
    return [*against, ("Least sure", View(model=model, sort="unsure")), ("All", View(model=model))]


def _ask(here: Listed, asked: tuple[str, ...]) -> None:
    able = {
        model.name: model.title
        for model in house().shelf.models()
        if model.state == "ready" and {"classify", "detect"} & set(model.tasks) and model.name not in asked
    }
    if not able:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.multiselect(
            "Let models look at every picture", list(able), key="looks_chosen", width=420,
            format_func=lambda name: brief(str(able.get(name)), 60), placeholder="Choose models",
        )  # fmt: skip
        st.button(
            "Look", icon=":material/visibility:", key="looks_start", disabled=not chosen,
            on_click=_start, args=(here, tuple(chosen)),
        )  # fmt: skip


@told
def _start(here: Listed, names: tuple[str, ...]) -> None:
    house().runner.start(here.id, names)
