"""The filters over the grid. Each writes into the address, and the address fills each of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from db.datasets import Facets, Listed
from db.views import SORTS, View
from pages.parts.dataset import where
from pages.parts.words import brief

ISSUES = {
    "broken": "Broken file",
    "duplicate": "Exact duplicate",
    "near_duplicate": "Near duplicate",
    "leak": "Across splits",
    "blurred": "Blurred",
    "dark": "Dark",
    "blank": "Blank",
    "odd_shape": "Odd shape",
    "logo": "Probably a logo",
    "suspect": "Label suspect",
}
KEPT = {"": "In use", "excluded": "Excluded", "all": "Both"}
VERDICTS = {"": "Any", "right": "Right", "wrong": "Wrong"}
MODEL_SORTS = ("surest", "unsure")


def filters(here: Listed, view: View, facets: Facets) -> None:
    """Draw the filters of a dataset as its view has them."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="dataset_filters")
    with row:
        _words("label", "Label", facets.labels, view)
        if set(facets.splits) - {""} or view.split:
            _words("split", "Split", facets.splits, view)
        if facets.issues or view.issue:
            _words("issue", "Issue", facets.issues, view, ISSUES)
        if facets.tags or view.tag:
            _words("tag", "Tag", facets.tags, view)
        _text("text", "File name", view, placeholder="Search")
        _choice("sort", "Sort", _sorts(view), view)
        with st.popover("More", icon=":material/tune:", key="filters_more"):
            _more(view, facets)
        if view.asks:
            st.button(
                "Clear",
                icon=":material/filter_alt_off:",
                type="tertiary",
                key="filters_clear",
                on_click=where.go,
                args=(here, View(model=view.model, sort=view.sort)),
            )

    if view.lasso:
        st.caption(":material/scatter_plot: Only what lies within the lasso on the map.")


def _more(view: View, facets: Facets) -> None:
    if facets.excluded or view.kept:
        _choice("kept", "Pictures", KEPT, view)
    if len(facets.sources) > 1 or view.source:
        _words("source", "Source", facets.sources, view)
    left, right = st.columns(2)
    with left:
        _day("since", "Brought since", view)
        _number("short", "Shorter side from", view)
    with right:
        _day("until", "Brought until", view)
        _number("long", "Shorter side to", view)
    if not facets.models:
        st.caption("What a model said can be asked for once one has looked at these pictures, in Health.")
        return
    _choice("model", "What was said by", {"": "No model", **facets.models}, view)
    if view.model:
        if where.words_of(view.model) & {label.lower() for label in facets.labels if label} or view.verdict:
            _choice("verdict", "Against the label", VERDICTS, view)
        key = _filled("likely", (view.least, view.most))
        st.slider("Probability", 0.0, 1.0, key=key, on_change=_likely, args=(key,))
    if len(facets.models) > 1:
        key = _filled("disagree", view.disagree)
        st.toggle("Only where models disagree", key=key, on_change=_changed, args=("disagree", key))


def _sorts(view: View) -> dict[str, str]:
    """Return the ways to sort that mean something here."""
    return {
        name: title
        for name, title in SORTS.items()
        if (name not in MODEL_SORTS or view.model) and (name != "worst" or view.issue)
    }


def _words(
    field: str,
    title: str,
    counts: Mapping[str, int],
    view: View,
    names: Mapping[str, str] | None = None,
) -> None:
    """Draw the choice of several words, each with the number of its pictures."""
    chosen = list(getattr(view, field))
    key = _filled(field, chosen)
    st.multiselect(
        title,
        list(dict.fromkeys([*counts, *chosen])),
        key=key,
        placeholder="All",
        width=185,
        format_func=lambda word: (
            f"{brief((names or {}).get(word, word) or 'none', 40)} ({counts.get(word, 0):,})"
        ),
        on_change=_changed,
        args=(field, key),
    )


def _choice(field: str, title: str, options: Mapping[str, str], view: View) -> None:
    value = getattr(view, field)
    key = _filled(field, value if value in options else "")
    st.selectbox(
        title,
        list(options),
        key=key,
        format_func=lambda name: options[name],
        width=165,
        on_change=_changed,
        args=(field, key),
    )


def _text(field: str, title: str, view: View, placeholder: str) -> None:
    key = _filled(field, getattr(view, field))
    st.text_input(
        title,
        key=key,
        placeholder=placeholder,
        icon=":material/search:",
        width=150,
        on_change=_changed,
        args=(field, key),
    )


def _number(field: str, title: str, view: View) -> None:
    key = _filled(field, getattr(view, field) or None)
    st.number_input(f"{title} (pixels)", min_value=0, step=16, key=key, on_change=_changed, args=(field, key))


def _day(field: str, title: str, view: View) -> None:
    try:
        day = date.fromisoformat(getattr(view, field))
    except ValueError:
        day = None
    key = _filled(field, day)
    st.date_input(title, key=key, on_change=_changed, args=(field, key))


def _filled(field: str, value: Any) -> str:
    """Return a widget's key, the widget filled with what the address says."""
    key = f"dataset_{field}"
    st.session_state[key] = value
    return key


def _changed(field: str, key: str) -> None:
    value = st.session_state[key]
    if isinstance(value, list):
        value = tuple(value)
    elif isinstance(value, date):
        value = value.isoformat()
    where.go(view=where.asked_view().of(**{field: value if value is not None else _nothing(field)}))


def _nothing(field: str) -> Any:
    """Return what a field holds when nothing is asked.

    >>> _nothing("short"), _nothing("since")
    (0, '')
    """
    return getattr(View(), field)


def _likely(key: str) -> None:
    least, most = st.session_state[key]
    where.go(view=where.asked_view().of(least=least, most=most))
