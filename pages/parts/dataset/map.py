"""The map: every picture as a point near those it resembles; a lasso around some opens them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core import charts
from db import places
from db.datasets import Facets, Listed
from db.views import MOST_CORNERS, View
from pages.parts import tasks
from pages.parts.dataset import where
from pages.parts.house import house


def map_(here: Listed, view: View, facets: Facets) -> None:
    """Draw the map of a dataset, or the way to have one made."""
    task = tasks.latest(here.id, "map")
    st.fragment(_making, run_every=1.0 if task and tasks.active(task) else None)(here)
    points = _points(here.id, where.home(), str(task.finished_at if task else ""), view.model)
    if points is None:
        st.info(
            "The map puts pictures that look alike side by side, by the embedding of Compact: clusters, "
            "strays and wrong labels show at a glance.",
            icon=":material/scatter_plot:",
        )
        return
    by = "label"
    if view.model and facets.models:
        by = st.segmented_control(
            "Colour by", ["label", "verdict"], default="label", key="map_by", required=True
        )
    above = st.container()
    words = points.labels if by == "label" else points.verdicts
    drawn = st.plotly_chart(
        charts.map_(points.x, points.y, words, points.names),
        key=f"map_{here.id}", on_select="rerun", selection_mode=("lasso", "box"), height=620,
        config={"displayModeBar": False, "scrollZoom": True},
    )  # fmt: skip
    with above:
        _caught(here, view, drawn)
    st.caption(f"{len(points.x):,} pictures")


def _making(here: Listed) -> None:
    task = tasks.latest(here.id, "map")
    if task is not None and task.state != "done":
        going = tasks.progress(task)
        if st.session_state.get("map_going", False) != going:
            st.session_state["map_going"] = going
            st.rerun()
        return
    if st.session_state.pop("map_going", False):
        st.rerun()
    st.button(
        "Make the map anew" if task else "Make the map", icon=":material/scatter_plot:", key="map_begin",
        type="secondary" if task else "primary",
        on_click=tasks.begin, args=(here.id, "map", f"Map of {here.name}"),
    )  # fmt: skip


@st.cache_data(max_entries=4, ttl=600, show_spinner="Reading the map")
def _points(dataset_id: int, home: str, made: str, model: str) -> places.Points | None:
    with house().store.reading() as session:
        return places.points(session=session, dataset_id=dataset_id, model=model)


def _caught(here: Listed, view: View, drawn: Any) -> None:
    """Draw the way to the pictures within what was drawn on the map."""
    chosen = drawn.selection if drawn else None
    if not chosen or not (chosen.lasso or chosen.box):
        st.caption("Drag around some pictures to look at them; scroll to come nearer.")
        return
    shape = (chosen.lasso or chosen.box)[0]
    x, y = list(shape["x"]), list(shape["y"])
    if not chosen.lasso:
        (left, right), (low, high) = (min(x), max(x)), (min(y), max(y))
        x, y = [left, right, right, left], [low, low, high, high]
    step = -(-len(x) // MOST_CORNERS)
    corners = tuple(
        round(float(number), 3) for pair in list(zip(x, y, strict=True))[::step] for number in pair
    )
    st.button(
        "Look at these pictures", icon=":material/grid_view:", type="primary", key="map_look",
        on_click=where.go, args=(here, view.of(lasso=corners)), kwargs={"room": "pictures"},
    )  # fmt: skip
