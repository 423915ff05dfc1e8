"""Take a dataset out: pictures, tables, everything models said, a card that tells what it is."""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

import streamlit as st

from core.errors import FakeryError
from db import exports
from db.datasets import Facets, Listed
from db.models import new_key
from pages.parts.house import house
from pages.parts.pictures import base
from pages.parts.words import plain

KEPT_S = 24 * 3600
FORMS = {
    "zip": (
        "ZIP of class folders",
        "The original pictures in folders of their labels, the table and the card.",
    ),
    "csv": ("CSV", "One line a picture: file, label, split, source, scene, tags, size."),
    "jsonl": ("JSON lines", "One picture a line, with everything that every model said of it."),
    "md": ("Dataset card", "Counts, sizes, sources, licences and the hash of the content, to read."),
    "json": ("Dataset card as JSON", "The same for programs."),
}


def out(here: Listed, facets: Facets) -> None:
    """Draw the forms in which a dataset can be taken out, and the file once it is written."""
    excluded = False
    if facets.excluded:
        excluded = st.toggle(f"With the {facets.excluded:,} excluded pictures in the ZIP", key="out_excluded")
    for ending, (title, words) in FORMS.items():
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            with st.container(width="stretch"):
                st.markdown(f"**{title}**")
                st.caption(words)
            _form(here, ending, excluded)


def _form(here: Listed, ending: str, excluded: bool) -> None:
    """Draw the button that writes a form, or the link to what was written in this session."""
    written: dict[tuple[int, str, bool], Path] = st.session_state.setdefault("out_written", {})
    path = written.get((here.id, ending, excluded))
    if path is not None and path.exists():
        size = path.stat().st_size / 1024
        said = f"{size:,.0f} KB" if size < 1024 else f"{size / 1024:,.1f} MB"
        address = f"{base()}/exports/{path.parent.name}/{path.name}"
        st.link_button(f"Download, {said}", address, icon=":material/download:", type="primary")
        st.button(
            "",
            icon=":material/refresh:",
            help="Write it anew",
            key=f"out_again_{ending}",
            on_click=written.__delitem__,
            args=((here.id, ending, excluded),),
        )
    elif st.button("Write", key=f"out_write_{ending}", icon=":material/output:"):
        try:
            written[(here.id, ending, excluded)] = _write(here, ending, excluded)
        except FakeryError as error:
            st.error(plain(str(error), 400), icon=":material/error:")
            return
        st.rerun()


def _write(here: Listed, ending: str, excluded: bool) -> Path:
    """Write a dataset into a folder that nobody can guess, and return the file."""
    folder = house().home.folder / "exports"
    _clear(folder)
    name = re.sub(r"[^\w.-]+", "-", here.name).strip("-.")[:60] or "dataset"
    bar = st.progress(0.0, text="Writing")

    def say(done: int, total: int) -> None:
        bar.progress(done / max(total, 1), text=f"{done:,} of {total:,} pictures")

    target = folder / new_key() / f"{name}.{ending}"
    return exports.write(house().store, here.id, target, excluded=excluded, progress=say).path


def _clear(folder: Path) -> None:
    """Delete what was written more than a day ago."""
    for old in folder.glob("*/"):
        if old.stat().st_mtime < time.time() - KEPT_S:
            shutil.rmtree(old, ignore_errors=True)
