"""Bring pictures in: a folder, an archive, a list of addresses, web pages, a search at Unsplash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from core.errors import FakeryError
from db import bakery, imports
from db.datasets import Listed
from pages.parts import tasks
from pages.parts.dataset import about, arrived, coming, network, where
from pages.parts.house import house
from pages.parts.said import told
from pages.parts.words import brief, plain

MOST_MB = 2000
NEW = "A new dataset"
WAYS = {
    "files": ("Folder or files", ":material/folder_open:"),
    "list": ("List of addresses", ":material/list:"),
    "pages": ("Web pages", ":material/language:"),
    "unsplash": ("Unsplash", ":material/photo_camera:"),
}
HOW = """
- **A folder of class folders**, dropped as it is: `cake/1.jpg`, `not cake/2.jpg`. Folders named train, val
  and test above them become splits.
- **A ZIP or TAR** of such a folder.
- **A flat folder with a CSV** of `file,label` and, if you like, `split`, `source`, `scene`.
- Pictures without any folder come in without a label, to be labelled here.

The same picture is kept once. A picture that cannot be read is refused with a reason, and the others come in.
"""


def bring(listed: Sequence[Listed], here: Listed | None) -> None:
    """Draw what is coming in, the ways to bring more, and what came of the last import."""
    with house().store.reading() as session:
        open_ = list(imports.open_ones(session=session))
        lost = bakery.restorable(session=session)
    if not listed and not open_:
        st.write("No pictures yet. Drop a folder, a ZIP, or name addresses: each folder becomes a label.")
    busy = any(tasks.active(task) for task in open_)
    st.fragment(coming.coming, run_every=1.0 if busy else None)()
    arrived.last(listed)
    way = st.segmented_control(
        "Way in",
        list(WAYS),
        default="files",
        key="bring_way",
        required=True,
        label_visibility="collapsed",
        format_func=lambda name: f"{WAYS[name][1]} {WAYS[name][0]}",
    )
    into, name = _target(listed, here)
    match way:
        case "files":
            _files(into, name)
        case "list":
            network.addresses(into, name)
        case "pages":
            network.web_pages(into, name)
        case _:
            network.unsplash(into, name)
    about.deleted()
    if lost:
        st.button(
            "Bring the bakery back",
            icon=":material/bakery_dining:",
            key="bring_bakery",
            on_click=_bakery,
            help="The rendered pictures that come with Fakery",
        )


def _target(listed: Sequence[Listed], here: Listed | None) -> tuple[int | None, str]:
    """Draw into which dataset the pictures go, and return its id or a new one's name."""
    left, right = st.columns(2)
    names = {0: NEW, **{each.id: brief(each.name, 60) for each in listed}}
    with left:
        id_ = st.selectbox("Into", list(names), format_func=names.__getitem__, key="bring_into")
    with right:
        name = (
            ""
            if id_
            else st.text_input("Its name", placeholder="Cake or not", key="bring_name", max_chars=120)
        )
        if name and name.strip().lower() in {each.name.lower() for each in listed}:
            st.caption(":material/info: There is a dataset of this name; choose it to the left to add to it.")
    return id_ or None, name


def _files(into: int | None, name: str) -> None:
    left, right = st.columns(2)
    round_ = st.session_state.setdefault("bring_round", 0)
    with left:
        folder = st.file_uploader(
            "A whole folder",
            accept_multiple_files="directory",
            key=f"bring_folder_{round_}",
            max_upload_size=MOST_MB,
            help="Choose the folder that holds one folder for each label.",
        )
    with right:
        files = st.file_uploader(
            "A ZIP, or pictures",
            accept_multiple_files=True,
            key=f"bring_files_{round_}",
            max_upload_size=MOST_MB,
        )
    brought = [*(folder or []), *(files or [])]
    with st.expander("How a folder becomes a dataset", icon=":material/info:", expanded=False):
        st.markdown(HOW)
    if brought:
        size = sum(file.size for file in brought) / 2**20
        many = " For some hundred files a ZIP is quicker." if len(brought) > 300 else ""
        st.caption(f"{len(brought):,} {'file' if len(brought) == 1 else 'files'}, {size:,.1f} MB.{many}")
    if st.button("Import", type="primary", icon=":material/input:", key="bring_start", disabled=not brought):
        _keep(into, name or _called(brought), brought)


def _called(brought: Sequence[Any]) -> str:
    """Return a name for a new dataset: that of the folder, or of the archive."""
    first = str(brought[0].name).strip("/")
    return first.split("/")[0].rsplit(".", 1)[0][:120] or "Pictures"


def _keep(into: int | None, name: str, brought: Sequence[Any]) -> None:
    """Begin an import, keep the uploaded files for it and start its worker."""
    task = coming.begin({"upload": True, "source": "upload"}, into, name, start=False)
    if task is None:
        return
    bar = st.progress(0.0, text="Handing the files over")
    try:
        for number, file in enumerate(brought, start=1):
            imports.keep_upload(house().home, task.key, file.name, file)
            bar.progress(
                number / len(brought), text=f"Handing the files over: {number:,} of {len(brought):,}"
            )
    except FakeryError as error:
        coming.discard(task)
        st.error(plain(str(error), 400), icon=":material/block:")
        return
    with house().store.writing() as session:
        imports.whole(session=session, task_id=task.id or 0)
    st.session_state["bring_round"] += 1
    tasks.start(task.key, task.title)
    st.rerun()


@told
def _bakery() -> None:
    bakery.load(house().store, again=True)
    where.changed()
