"""The grid of a dataset's pictures, its pages, and what is done with the chosen ones."""

from __future__ import annotations

import streamlit as st

from db import browse
from db.browse import PAGE, Tile
from db.datasets import Facets, Listed
from db.views import View
from pages.parts.dataset import mend, where
from pages.parts.house import house
from pages.parts.tiles import KEYS, tiles
from pages.parts.words import plain


def grid(here: Listed, view: View, facets: Facets) -> None:
    """Draw one page of a view's pictures; whoever opens one goes to it."""
    total = where.count(here.id, view, where.home())
    shown, first = _page(here, view, total)
    if not shown:
        _nothing(here, view, facets)
        return
    place = st.container()
    labels = [label for label in facets.labels if label][:9]
    version = f"{st.session_state.get('dataset_edit', 0)}_{hash((view, shown[0].cursor)) & 0xFFFFFF:x}"
    asked = tiles(
        shown,
        key=f"dataset_tiles_{here.id}_{version}",
        notes=_notes(here, view, shown),
        known=where.words_of(view.model) if view.model else (),
    )
    if asked.opened is not None:
        where.go(here, view, picture=asked.opened, turn=where.turned())
        st.rerun()
    if asked.act:
        mend.pressed(here, asked.act, asked.on, labels)
        st.rerun()
    everything = st.session_state.get("dataset_all") == (here.id, view)
    with place:
        if asked.chosen or everything:
            mend.bar(here, view, facets, asked.chosen, total)
    _turns(here, view, shown, first, total)
    legend = ", ".join(f"{number} {plain(label, 24)}" for number, label in enumerate(labels, start=1))
    st.caption(f"{KEYS}, X excludes, Del deletes{f', a digit labels: {legend}' if legend else ''}.")


def _notes(here: Listed, view: View, shown: list[Tile]) -> dict[int, str]:
    """Return what the health check noted of the shown pictures, where the view asks for its findings."""
    if not view.issue:
        return {}
    with house().store.reading() as session:
        return browse.notes(
            session=session, dataset_id=here.id, issues=view.issue, image_ids=[tile.id for tile in shown]
        )


def _page(here: Listed, view: View, total: int) -> tuple[list[Tile], int]:
    """Return the pictures of this page and the number of the first; a page gone empty starts anew."""
    after, before, first = where.asked_turn()
    with house().store.reading() as session:
        shown = browse.page(session=session, dataset_id=here.id, view=view, after=after, before=before)
        if before is not None and len(shown) < PAGE:
            after = before = None
        if not shown or (before is None and after is None and first > 1):
            first, shown = 1, browse.page(session=session, dataset_id=here.id, view=view)
    return shown, min(first, max(total, 1))


def _turns(here: Listed, view: View, shown: list[Tile], first: int, total: int) -> None:
    """Draw the way to the pages before and after, and how many pictures there are."""
    last = first + len(shown) - 1
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if total > len(shown):
            st.button(
                "Back",
                icon=":material/arrow_back:",
                key="dataset_back",
                disabled=first <= 1,
                on_click=where.go,
                args=(here, view),
                kwargs={
                    "turn": where.before(shown[0].cursor, max(first - PAGE, 1)) if first > PAGE + 1 else None
                },
            )
            st.button(
                "Next",
                icon=":material/arrow_forward:",
                key="dataset_next",
                disabled=last >= total,
                on_click=where.go,
                args=(here, view),
                kwargs={"turn": where.after(shown[-1].cursor, last + 1)},
            )
        st.markdown(
            f"**{first:,} to {last:,}** of {total:,}"
            if total > len(shown)
            else f"**{total:,}** {'picture' if total == 1 else 'pictures'}",
            width="content",
        )


def _nothing(here: Listed, view: View, facets: Facets) -> None:
    if view.asks:
        st.info("No picture fits all of these filters.", icon=":material/filter_alt:")
        rest = View(model=view.model)
        st.button("Clear the filters", key="dataset_clear_all", on_click=where.go, args=(here, rest))
    else:
        excluded = f" {facets.excluded:,} are excluded." if facets.excluded else ""
        st.info(f"No pictures here yet.{excluded} Bring some in.", icon=":material/add_photo_alternate:")
        st.button("Bring in", key="dataset_bring_first", on_click=where.go, kwargs={"room": "bring"})
