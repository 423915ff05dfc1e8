"""One picture of a dataset, large: its facts, what every model said, what is like it, its history."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.answer import Score
from core.words import short
from db import browse, edits, log, runs
from db.datasets import Facets, Listed
from db.models import Finding, Image, Prediction, Tag
from db.views import View
from pages.parts.dataset import alike, mend, where
from pages.parts.dataset.filters import ISSUES
from pages.parts.house import house
from pages.parts.scores import bars
from pages.parts.stage import stage
from pages.parts.words import brief, plain


def one(here: Listed, view: View, facets: Facets, image_id: int) -> None:
    """Draw a picture with everything that is known of it and the ways to mend it."""
    with house().store.reading() as session:
        picture = session.get(Image, image_id)
        if picture is None or picture.dataset_id != here.id:
            st.info("This picture is not in this dataset any more.", icon=":material/image_not_supported:")
            st.button("To the pictures", key="one_gone", on_click=where.go)
            return
        near = browse.neighbours(session=session, dataset_id=here.id, view=view, image_id=image_id)
        said = runs.said_of(session=session, dataset_id=here.id, image_id=image_id).get(image_id, {})
        found = session.query(Finding).where(Finding.image_id == image_id).all()  # type: ignore[arg-type]
        tags = [row.tag for row in session.query(Tag).where(Tag.image_id == image_id)]  # type: ignore[arg-type]
        history = [(edit, change) for edit, change in log.history(session=session, image_id=image_id)]
    _steps(view, near)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        _shown(picture)
    with right:
        _mend(here, picture, facets, tags)
        _facts(here, picture, found)
        for name, row in said.items():
            _said(facets.models.get(name, name), row)
    alike.alike(picture)
    if history:
        with st.expander(f"What was changed ({len(history)})", icon=":material/history:"):
            for edit, change in history:
                undone = ", taken back" if edit.undone_at else ""
                st.text(
                    f"{edit.at:%d %b %Y %H:%M} UTC  {brief(edit.who) or 'somebody'}: {brief(edit.what, 90)} "
                    f"(was {brief(str(change.before or 'nothing'))}){undone}"
                )


def _shown(picture: Image) -> None:
    """Draw the picture, and a cake of the bakery cut open on request."""
    reveal = str(picture.facts.get("reveal", ""))
    if reveal and st.toggle("Cut it open", key=f"one_reveal_{picture.id}"):
        picture = picture.model_copy(update={"sha256": reveal})
    stage(picture, ())


def _steps(view: View, near: tuple[int | None, int | None]) -> None:
    turn = where.turned()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button(
            "All pictures",
            icon=":material/grid_view:",
            key="one_close",
            shortcut="Escape",
            on_click=where.go,
            kwargs={"turn": turn},
        )
        for title, icon, key, id_ in (
            ("Back", "back", "Left", near[0]),
            ("Next", "forward", "Right", near[1]),
        ):
            st.button(
                title,
                icon=f":material/arrow_{icon}:",
                key=f"one_{key}",
                shortcut=key,
                disabled=id_ is None,
                on_click=where.go,
                kwargs={"picture": id_, "turn": turn},
            )


def _mend(here: Listed, picture: Image, facets: Facets, tags: list[str]) -> None:
    """Draw the label, the split, the tags, and what takes the picture out, each to be changed here."""
    id_, ids = picture.id or 0, (picture.id or 0,)
    labels = list(dict.fromkeys([*facets.labels, picture.label]))
    key = f"one_label_{id_}_{st.session_state.get('dataset_edit', 0)}"
    st.selectbox(
        "Label",
        [label for label in labels if label],
        key=key,
        accept_new_options=True,
        placeholder="No label",
        index=[label for label in labels if label].index(picture.label) if picture.label else None,
        on_change=lambda: mend.apply(
            lambda s: edits.relabel(
                session=s,
                dataset_id=here.id,
                image_ids=ids,
                label=st.session_state[key] or "",
                who=mend.who(),
            )
        ),
    )
    chosen = f"one_tags_{id_}_{st.session_state.get('dataset_edit', 0)}"

    def retag() -> None:
        now = set(st.session_state[chosen])
        for word in now ^ set(tags):
            on = word in now
            mend.apply(
                lambda s, w=word, on=on: edits.tag(  # type: ignore[misc]
                    session=s, dataset_id=here.id, image_ids=ids, text=w, on=on, who=mend.who()
                )
            )

    st.multiselect(
        "Tags",
        list(dict.fromkeys([*facets.tags, *tags])),
        default=tags,
        key=chosen,
        accept_new_options=True,
        placeholder="None",
        on_change=retag,
    )
    with st.container(horizontal=True, gap="small"):
        st.button(
            "Include again" if picture.excluded else "Exclude",
            icon=":material/visibility_off:",
            key="one_exclude",
            on_click=mend.apply,
            args=(
                lambda s: edits.exclude(
                    session=s,
                    dataset_id=here.id,
                    image_ids=ids,
                    excluded=not picture.excluded,
                    who=mend.who(),
                ),
            ),
        )
        st.button(
            "Delete",
            icon=":material/delete:",
            key="one_delete",
            on_click=mend.apply,
            args=(lambda s: edits.delete(session=s, dataset_id=here.id, image_ids=ids, who=mend.who()),),
        )


def _facts(here: Listed, picture: Image, found: list[Finding]) -> None:
    """Draw what is known of a picture, and what the health check found."""
    rows: dict[str, Any] = {
        "File": picture.name,
        "Size": f"{picture.width} × {picture.height}, {picture.bytes / 1024:,.0f} KB",
        "Split": picture.split,
        "Scene": picture.scene,
        "Source": picture.source,
        **{str(name).capitalize(): value for name, value in picture.facts.items() if name != "reveal"},
        "Brought": f"{picture.created_at:%d %b %Y}",
        "SHA-256": picture.sha256[:16],
    }
    lines = [f"{name}: {str(value)[:120]}" for name, value in rows.items() if value not in ("", None)]
    st.text("\n".join(lines))
    for each in found:
        note = f": {plain(each.note, 160)}" if each.note else ""
        if each.kind == "suspect":
            note = f": all others together would say “{plain(each.note, 60)}”"
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/report: **{ISSUES.get(each.kind, each.kind)}**{note}")
            if each.other_id:
                st.button(
                    "The other one",
                    key=f"one_other_{each.kind}",
                    type="tertiary",
                    on_click=where.go,
                    kwargs={"picture": each.other_id},
                )


def _said(title: str, row: Prediction) -> None:
    st.caption(f"{title} · {row.elapsed_ms:.0f} ms")
    if row.message:
        st.text(row.message)
    elif row.boxes:
        best: dict[str, float] = {}
        for box in row.boxes:
            best[box[0]] = max(best.get(box[0], 0.0), box[1])
        st.text(", ".join(f"{short(word)} {part:.0%}" for word, part in list(best.items())[:4]))
    else:
        bars([Score(label, probability) for label, probability in row.scores[:3]])
