"""Mend the chosen pictures: label, exclude, tag, split, delete; and take the last act back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st
from sqlmodel import Session

from db import browse, edits, log
from db.datasets import Facets, Listed
from db.models import Edit
from db.views import View
from pages.parts.dataset import where
from pages.parts.house import house
from pages.parts.said import say, told
from pages.parts.words import plain

Act = Callable[[Session], Edit | None]


def who() -> str:
    """Return the name this person gave for the log, or nothing."""
    return str(st.session_state.get("dataset_who", ""))


@told
def apply(act: Act) -> None:
    """Carry an edit out and say what happened; a later draw offers to take it back."""
    with house().store.writing() as session:
        edit = act(session)
    where.changed()
    if edit is None:
        say("Nothing to change: it is so already.", ":material/info:")
    else:
        st.session_state["dataset_edit"] = edit.id
        say(edit.what)


def last(here: Listed) -> None:
    """Offer to take the last act back."""
    edit_id = st.session_state.get("dataset_edit")
    if edit_id is None:
        return
    with house().store.reading() as session:
        found = log.entries(session=session, dataset_id=here.id, edit_id=edit_id)
    mine = found[0] if found else None
    if mine is None or mine.undone:
        return
    count = f"{mine.pictures:,} {'picture' if mine.pictures == 1 else 'pictures'}"
    st.button(
        f"Undo: {plain(mine.what, 60)}, {count}",
        icon=":material/undo:",
        key="dataset_undo",
        shortcut="Mod+Z",
        on_click=undo,
        args=(edit_id,),
    )


@told
def undo(edit_id: int) -> None:
    """Take an edit back and say how far that went."""
    with house().store.writing() as session:
        back, left = log.undo(session=session, edit_id=edit_id)
    where.changed()
    rest = f"; {left:,} left alone, they were changed again since" if left else ""
    say(f"{back:,} as before{rest}.", ":material/undo:")
    st.session_state.pop("dataset_edit", None)


def pressed(here: Listed, act: str, on: Sequence[int], labels: Sequence[str]) -> None:
    """Do what a key in the grid asks for."""
    kind, _, number = act.partition(" ")
    if kind == "delete":
        apply(lambda session: edits.delete(session=session, dataset_id=here.id, image_ids=on, who=who()))
    elif kind == "exclude":
        _exclude(here, on)
    elif kind == "label" and int(number) <= len(labels):
        _relabel(here, on, labels[int(number) - 1])


def bar(here: Listed, view: View, facets: Facets, chosen: Sequence[int], total: int) -> None:
    """Draw what can be done with the chosen pictures, or with all of the view."""
    everything = st.session_state.get("dataset_all") == (here.id, view)
    ids: Sequence[int] = _all_ids(here, view) if everything else chosen
    with (
        st.container(border=True, key="dataset_mend"),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="dataset_mend_row"),
    ):
        with st.container(width="content"):
            st.markdown(f"**{len(ids):,} chosen**")
        if not everything and total > len(chosen):
            st.button(
                f"All {total:,} of this view",
                type="tertiary",
                key="dataset_choose_all",
                on_click=_choose_all,
                args=(here, view),
            )
        elif everything:
            st.button("Not all", type="tertiary", key="dataset_choose_less", on_click=_choose_less)
        _label(here, ids, facets)
        _tag(here, ids, facets)
        _split(here, ids)
        if view.issue == ("suspect",):
            st.button(
                "Believe the check",
                icon=":material/label:",
                key="dataset_believe",
                help="Gives each the label that the rule, taught with all others, would give it",
                on_click=apply,
                args=(lambda s: edits.believe(session=s, dataset_id=here.id, image_ids=ids, who=who()),),
            )
        excluded = view.kept == "excluded"
        st.button(
            "Include again" if excluded else "Exclude",
            icon=":material/visibility_off:",
            key="dataset_exclude",
            help="Key X: left out of everything but browsing",
            on_click=_exclude,
            args=(here, ids, not excluded),
        )
        st.button(
            "Delete",
            icon=":material/delete:",
            key="dataset_delete",
            help="Can be undone for 30 days",
            on_click=apply,
            args=(
                lambda session: edits.delete(session=session, dataset_id=here.id, image_ids=ids, who=who()),
            ),
        )


def _label(here: Listed, ids: Sequence[int], facets: Facets) -> None:
    key = f"dataset_new_label_{st.session_state.get('dataset_edit', 0)}"
    st.selectbox(
        "Label",
        [label for label in facets.labels if label],
        index=None,
        key=key,
        accept_new_options=True,
        placeholder="Give a label",
        width=190,
        on_change=lambda: _relabel(here, ids, st.session_state[key] or ""),
    )


def _tag(here: Listed, ids: Sequence[int], facets: Facets) -> None:
    key = f"dataset_new_tag_{st.session_state.get('dataset_edit', 0)}"

    def put() -> None:
        word = st.session_state[key] or ""
        apply(lambda s: edits.tag(session=s, dataset_id=here.id, image_ids=ids, text=word, who=who()))

    st.selectbox(
        "Tag",
        list(facets.tags),
        index=None,
        key=key,
        accept_new_options=True,
        placeholder="Put a tag",
        width=170,
        on_change=put,
    )


def _split(here: Listed, ids: Sequence[int]) -> None:
    key = f"dataset_new_split_{st.session_state.get('dataset_edit', 0)}"

    def put() -> None:
        values = dict.fromkeys(ids, st.session_state[key])
        what = f"Split “{st.session_state[key]}”"
        apply(
            lambda s: edits.assign(
                session=s, dataset_id=here.id, field="split", values=values, what=what, who=who()
            )
        )

    st.selectbox("Split", edits.SPLITS, index=None, key=key, placeholder="Put into", width=140, on_change=put)


def _relabel(here: Listed, ids: Sequence[int], label: str) -> None:
    apply(lambda s: edits.relabel(session=s, dataset_id=here.id, image_ids=ids, label=label, who=who()))


def _exclude(here: Listed, ids: Sequence[int], excluded: bool = True) -> None:
    apply(lambda s: edits.exclude(session=s, dataset_id=here.id, image_ids=ids, excluded=excluded, who=who()))


def _choose_all(here: Listed, view: View) -> None:
    st.session_state["dataset_all"] = (here.id, view)


def _choose_less() -> None:
    st.session_state.pop("dataset_all", None)


def _all_ids(here: Listed, view: View) -> list[int]:
    with house().store.reading() as session:
        return browse.ids(session=session, dataset_id=here.id, view=view)
