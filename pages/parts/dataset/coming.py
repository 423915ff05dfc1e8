"""Imports on their way in: begun, shown while they go on, discarded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from core.errors import FakeryError
from db import imports
from db.models import Task
from pages.parts import tasks
from pages.parts.dataset import where
from pages.parts.house import house
from pages.parts.said import say, told
from pages.parts.words import plain


def begin(
    payload: Mapping[str, Any],
    into: int | None,
    name: str,
    leads: Sequence[Mapping[str, Any]] = (),
    *,
    start: bool = True,
) -> Task | None:
    """Begin an import and return it, or None after saying why not."""
    try:
        with house().store.writing() as session:
            task = imports.begin(session=session, payload=payload, name=name, dataset_id=into, leads=leads)
    except FakeryError as error:
        st.error(plain(str(error), 400), icon=":material/block:")
        return None
    st.session_state["bring_last"] = task.key
    where.go(room="bring")  # where its report will stand
    if start:
        tasks.start(task.key, task.title)
    return task


def coming() -> None:
    """Draw the imports that have not ended; when the last one ends, the whole page is drawn anew."""
    with house().store.reading() as session:
        open_ = list(imports.open_ones(session=session))
    going = [tasks.progress(task, discard) for task in open_]
    was = st.session_state.get("bring_going", 0)
    st.session_state["bring_going"] = sum(going)
    if was != sum(going):
        where.changed()
        st.rerun()


@told
def discard(task: Task) -> None:
    """Forget an import that has not ended, with what it brought."""
    with house().store.writing() as session:
        gone = imports.discard(session=session, home=house().home, task_id=task.id or 0)
    if not gone:
        say("Somebody took this import up again: stop it first.", ":material/info:")
