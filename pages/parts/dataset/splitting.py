"""Splits: how many pictures each has, and dividing anew so that no scene falls on both sides."""

from __future__ import annotations

import streamlit as st
from sqlmodel import select

from core.splits import split
from db import edits, findings
from db.datasets import Facets, Listed
from db.models import Image
from pages.parts.dataset import mend
from pages.parts.house import house
from pages.parts.words import plain


def splits(here: Listed, facets: Facets) -> None:
    """Draw the splits of a dataset, and the form that divides it anew."""
    counts = ", ".join(f"{plain(name) or 'in none'} {count:,}" for name, count in facets.splits.items())
    with st.form("splits", border=True):
        st.markdown(f":material/call_split: **Splits**: {counts or 'none'}")
        left, middle, right = st.columns(3)
        val = left.number_input("Validation, %", 0, 50, 15)
        test = middle.number_input("Test, %", 0, 50, 15)
        seed = right.number_input("Seed", 0, 10**6, 0)
        st.caption(
            "Pictures of one scene stay together; labels are spread evenly. The same seed divides equally."
        )
        if st.form_submit_button("Divide anew", icon=":material/shuffle:"):
            _divide(here, int(val), int(test), int(seed))
            st.rerun()


def _divide(here: Listed, val: int, test: int, seed: int) -> None:
    with house().store.reading() as session:
        scenes = findings.scenes(session=session, dataset_id=here.id)
        asked = select(Image.id, Image.label).where(Image.dataset_id == here.id)
        rows = session.exec(asked.where(Image.excluded == False).order_by(Image.id)).all()  # type: ignore # noqa: E712
    shares = {"train": 1 - (val + test) / 100, "val": val / 100, "test": test / 100}
    names = split(
        labels=[label for _, label in rows],
        scenes=[scenes.get(id_ or 0, id_) for id_, _ in rows],
        shares=shares,
        seed=seed,
    )
    values = {id_: name for (id_, _), name in zip(rows, names, strict=True) if id_ is not None}
    what = f"Divided {100 - val - test}/{val}/{test} with seed {seed}"
    mend.apply(
        lambda s: edits.assign(
            session=s, dataset_id=here.id, field="split", values=values, what=what, who=mend.who()
        )
    )
