"""Where a person is on the page Dataset: everything about that stands in the address."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from db import browse, datasets
from db.browse import Cursor
from db.datasets import Facets, Listed
from db.views import View
from pages.parts.house import house
from pages.parts.words import brief

ROOMS = {
    "pictures": ("Pictures", ":material/grid_view:"),
    "map": ("Map", ":material/scatter_plot:"),
    "health": ("Health", ":material/stethoscope:"),
    "bring": ("Bring in", ":material/add_photo_alternate:"),
    "out": ("Take out", ":material/download:"),
    "about": ("About", ":material/info:"),
}
# On a phone rows of controls are swept sideways, so that the pictures keep the screen.
NARROW = """<style>@media (max-width: 640px) {
.st-key-dataset_filters, .st-key-dataset_mend_row { flex-wrap: nowrap !important; overflow-x: auto; }
.st-key-dataset_filters > *, .st-key-dataset_mend_row > * { flex: none !important; }
}</style>"""
TURNS = ("after", "before", "at")


def every() -> list[Listed]:
    """Return all datasets by name."""
    with house().store.reading() as session:
        return datasets.listed(session=session)


def laying_out() -> None:
    """Say that the pictures that come with Fakery are on their way, and draw the page when they are in."""

    def wait() -> None:
        if house().settled.is_set() or every():
            st.rerun()
        st.info(
            "The bakery is being laid out: its pictures are here in a moment.",
            icon=":material/bakery_dining:",
        )

    if house().home.bakery and not house().settled.is_set() and not every():
        st.fragment(wait, run_every=0.5)()


def dataset(listed: Sequence[Listed]) -> Listed | None:
    """Return the dataset that the address names, else the first one, else None."""
    asked = st.query_params.get("dataset")
    if asked is None:
        return listed[0] if listed else None
    return next((each for each in listed if each.key == asked), None)


def words_of(model: str) -> frozenset[str]:
    """Return the words a model on the shelf can say, in small letters."""
    specs = [each.spec for each in house().shelf.models() if each.name == model and each.spec is not None]
    labels = specs[0].labels if specs else ()
    return frozenset(label.lower() for label in labels if label)


def asked_view() -> View:
    """Return the view that the address asks for."""
    return View.from_query({name: st.query_params.get_all(name) for name in st.query_params})


def asked_room() -> str:
    """Return which part of the page the address asks for."""
    asked = st.query_params.get("show", "pictures")
    return asked if asked in ROOMS else "pictures"


def asked_picture() -> int | None:
    """Return the id of the picture that the address opens."""
    asked = st.query_params.get("picture", "")
    return int(asked) if asked.isdecimal() and len(asked) < 16 else None


def asked_turn() -> tuple[Cursor | None, Cursor | None, int]:
    """Return after or before which picture the page of the grid begins, and the number of its first."""
    at = st.query_params.get("at", "1")
    first = int(at) if at.isdecimal() and len(at) < 10 else 1
    return _cursor(st.query_params.get("after")), _cursor(st.query_params.get("before")), max(first, 1)


def go(
    here: Listed | None = None,
    view: View | None = None,
    *,
    room: str | None = None,
    picture: int | None = None,
    turn: dict[str, str] | None = None,
) -> None:
    """Write into the address where to go; what is not given stays, but the picture and the page close."""
    key = here.key if here is not None else st.query_params.get("dataset")
    view = view if view is not None else asked_view()
    room = room if room is not None else asked_room()
    query: dict[str, Any] = {"dataset": key} if key else {}
    if room != "pictures":
        query["show"] = room
    query |= view.to_query() | (turn or {})
    if picture is not None:
        query["picture"] = str(picture)
    st.query_params.from_dict(query)


def turned() -> dict[str, str]:
    """Return the page of the grid that the address names, to keep it while a picture is open."""
    return {name: st.query_params[name] for name in TURNS if name in st.query_params}


def after(cursor: Cursor, at: int) -> dict[str, str]:
    """Return the page of the grid that begins after a picture."""
    return {"after": json.dumps(cursor), "at": str(at)}


def before(cursor: Cursor, at: int) -> dict[str, str]:
    """Return the page of the grid that ends before a picture."""
    return {"before": json.dumps(cursor), "at": str(at)}


def _cursor(text: str | None) -> Cursor | None:
    try:
        value, id_ = json.loads((text or "")[:1000])
    except (ValueError, TypeError, RecursionError):
        return None
    if not isinstance(id_, int) or abs(id_) >= 2**53:
        return None
    if isinstance(value, str):
        return value.encode(errors="ignore").decode(), id_
    return (value, id_) if isinstance(value, int | float) and abs(value) < 2**53 else None


@st.cache_data(max_entries=200, ttl=20, show_spinner=False)
def facets(dataset_id: int, home: str) -> Facets:
    """Return what a dataset can be filtered by, as of at most 20 seconds ago; see `changed`."""
    with house().store.reading() as session:
        return datasets.facets(session=session, dataset_id=dataset_id)


@st.cache_data(max_entries=2000, ttl=20, show_spinner=False)
def count(dataset_id: int, view: View, home: str) -> int:
    """Return how many pictures a view shows, as of at most 20 seconds ago; see `changed`."""
    with house().store.reading() as session:
        return browse.count(session=session, dataset_id=dataset_id, view=view)


def changed() -> None:
    """Forget what was counted, since a dataset has changed."""
    facets.clear()
    count.clear()


def home() -> str:
    """Return the name of this house's database, for what is cached across houses in one process."""
    return house().home.db_url


def picker(listed: Sequence[Listed], here: Listed) -> None:
    """Draw the choice of the dataset."""
    st.session_state["dataset_picked"] = here.id
    names = {each.id: f"{brief(each.name, 60)} ({each.images:,})" for each in listed}
    st.selectbox(
        "Dataset",
        list(names),
        key="dataset_picked",
        format_func=lambda id_: names.get(id_, ""),
        width=300,
        label_visibility="collapsed",
        on_change=_picked,
        args=({each.id: each for each in listed},),
    )


def rooms() -> None:
    """Draw the parts of the page."""
    st.session_state["dataset_room"] = asked_room()
    st.html(NARROW)
    st.segmented_control(
        "Part",
        list(ROOMS),
        key="dataset_room",
        required=True,
        label_visibility="collapsed",
        format_func=lambda name: f"{ROOMS[name][1]} {ROOMS[name][0]}",
        on_change=lambda: go(room=st.session_state["dataset_room"]),
    )


def _picked(listed: dict[int, Listed]) -> None:
    go(listed[st.session_state["dataset_picked"]], View())
