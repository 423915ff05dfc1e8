"""The pictures most like one, by their embeddings."""

from __future__ import annotations

import streamlit as st
from sqlmodel import col, select

from db import embeddings
from db.models import Image
from pages.parts.dataset import where
from pages.parts.filmstrip import Frame, filmstrip
from pages.parts.house import house
from pages.parts.pictures import address

SHOWN = 12


def alike(picture: Image) -> None:
    """Draw the pictures most like this one, if their embeddings are there; a click opens one."""
    with house().store.reading() as session:
        near = embeddings.similar(session=session, image_id=picture.id or 0, most=SHOWN)
        rows = session.exec(select(Image).where(col(Image.id).in_([id_ for id_, _ in near]))).all()
    others = {row.id: row for row in rows}
    shown = [(others[id_], cosine) for id_, cosine in near if id_ in others]
    if not shown:
        st.caption("Pictures like this one stand here once Health has looked at this dataset.")
        return
    st.caption("Most like this one, by the embedding of Compact")
    frames = [
        Frame(address(row.sha256), f"{row.name}: {row.label or 'no label'}, {cosine:.2f}")
        for row, cosine in shown
    ]
    picked = filmstrip(frames, key=f"one_alike_{picture.id}")
    if picked is not None:
        where.go(picture=shown[picked][0].id)
        st.rerun()
