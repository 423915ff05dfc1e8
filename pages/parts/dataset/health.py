"""Health: how many of what, and what is wrong with it; each number leads to its pictures."""

from __future__ import annotations

import streamlit as st

from core import charts
from core.quality import BLURRED
from db import log, overview
from db.datasets import Facets, Listed
from db.models import Task
from db.views import View
from pages.parts import tasks
from pages.parts.dataset import looks, where
from pages.parts.dataset.filters import ISSUES
from pages.parts.house import house

PLAIN = {"displayModeBar": False}
MEANING = {
    "broken": "The file cannot be read any more.",
    "duplicate": "Another file of the very same pixels.",
    "near_duplicate": "The same picture again: saved anew, made smaller, or cut a little.",
    "leak": "Near duplicates in different splits: what is measured on them flatters.",
    "blurred": "No edge in it is sharp.",
    "dark": "Hardly anything to be seen.",
    "blank": "One colour, or almost.",
    "odd_shape": "More than three times as long as wide.",
    "logo": "Small, few colours, or see-through: a logo or badge rather than a photograph.",
    "suspect": "Taught with all others, Compact says something else. The surest come first.",
}


def health(here: Listed, facets: Facets) -> None:
    """Draw the check of a dataset: begun, shown while it goes on, its findings."""
    if not here.images:
        st.info("There is nothing to check yet: bring pictures in first.", icon=":material/stethoscope:")
        return
    task = tasks.latest(here.id, "health")
    st.fragment(_check, run_every=1.0 if task and tasks.active(task) else None)(here)
    if task is not None and task.state == "done":
        _stale(here, task)
        _findings(here, facets)
    _counts(here)
    looks.looks(here)


def _check(here: Listed) -> None:
    task = tasks.latest(here.id, "health")
    if task is None or task.state == "done":
        title = "Check again" if task else "Check these pictures"
        st.button(
            title,
            icon=":material/stethoscope:",
            type="secondary" if task else "primary",
            key="health_begin",
            on_click=tasks.begin,
            args=(here.id, "health", f"Health of {here.name}"),
            help="Duplicates, blur, darkness, logos, labels that look wrong. It runs beside the page.",
        )
        if st.session_state.pop("health_going", False):
            where.changed()
            st.rerun()
        return
    going = tasks.progress(task)
    if st.session_state.get("health_going", False) != going:
        st.session_state["health_going"] = going
        where.changed()
        st.rerun()


def _stale(here: Listed, task: Task) -> None:
    """Say when the check was made, and whether anything changed since."""
    with house().store.reading() as session:
        changed = log.last_change(session=session, dataset_id=here.id)
    when = task.finished_at or task.created_at
    st.caption(f"Checked {when:%d %b %Y, %H:%M} UTC.")
    if changed is not None and changed > when:
        st.caption(":material/update: Labels, splits or the choice of pictures changed since: check again.")


def _findings(here: Listed, facets: Facets) -> None:
    """Draw a card for each kind of finding; it opens exactly those pictures, the worst first."""
    if not facets.issues:
        st.success("Nothing was found: no duplicates, no blur, no doubtful label.", icon=":material/check:")
        return
    columns = st.columns(3)
    for number, (kind, count) in enumerate(facets.issues.items()):
        with columns[number % 3].container(border=True):
            st.markdown(f"**{count:,}** {ISSUES.get(kind, kind).lower()}")
            st.caption(MEANING.get(kind, ""))
            st.button(
                "Look",
                key=f"health_{kind}",
                icon=":material/arrow_forward:",
                on_click=where.go,
                args=(here, View(issue=(kind,), sort="worst")),
                kwargs={"room": "pictures"},
            )


def _counts(here: Listed) -> None:
    """Draw how many pictures each label, split and size has, and what was measured of them."""
    with house().store.reading() as session:
        balance = overview.balance(session=session, dataset_id=here.id)
        sizes = overview.sizes(session=session, dataset_id=here.id)
        measures = overview.measures(session=session, dataset_id=here.id)
    left, right = st.columns(2)
    left.caption("Pictures of each label")
    left.plotly_chart(charts.balance(balance), key="health_balance", config=PLAIN)
    right.caption("Sizes")
    right.plotly_chart(charts.sizes(sizes), key="health_sizes", config=PLAIN)
    if len(measures["sharpness"]):
        left.caption("Sharpness; below the line a picture counts as blurred")
        left.plotly_chart(
            charts.histogram(measures["sharpness"], "sharpness", BLURRED), key="health_sharp", config=PLAIN
        )
        right.caption("Brightness, 0 to 255")
        right.plotly_chart(
            charts.histogram(measures["brightness"], "brightness"), key="health_bright", config=PLAIN
        )
