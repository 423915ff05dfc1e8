"""Long work in a process of its own, as a page shows it: how far it is, stop, go on, what came of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st
from sqlmodel import select

from db import health, work
from db.models import Task
from pages.parts.house import house
from pages.parts.said import told
from pages.parts.words import plain


@told
def start(key: str, title: str) -> None:
    """Let a worker process carry a task out, or on."""
    house().jobs.start(f"task:{key}", "db.work", {"task": key}, title)


@told
def begin(dataset_id: int, kind: str, title: str) -> None:
    """Begin a task over a dataset and let a worker carry it out; one that rests is taken up again."""
    with house().store.writing() as session:
        task = health.begun(session, dataset_id, kind, title)
    start(task.key, task.title)


def latest(dataset_id: int, kind: str) -> Task | None:
    """Return the latest task of a kind over a dataset, or None."""
    newest = select(Task).where(Task.dataset_id == dataset_id, Task.kind == kind)
    with house().store.reading() as session:
        return session.exec(newest.order_by(Task.id.desc())).first()  # type: ignore[union-attr]


def active(task: Task) -> bool:
    """Return whether some process works on a task right now."""
    job = house().jobs.get(f"task:{task.key}")
    return (job is not None and job.state == "running") or work.active(house().home, task.key)


def progress(task: Task, discard: Callable[[Task], None] | None = None) -> bool:
    """Draw a task that has not ended well: how far it is, or why it rests. Return whether it goes on.

    It is to be drawn in a fragment that runs every second while that is so.
    """
    job = house().jobs.get(f"task:{task.key}")
    if active(task):
        seen = job.snapshot() if job is not None else None
        part = task.done / task.total if task.total else 0.0
        fraction, note = (seen.fraction, seen.note) if seen else (part, "")
        left = f", {_long(seen.left_s)} left" if seen and seen.left_s is not None else ""
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(min(fraction or part, 1.0), text=f"{plain(note or task.title, 160)}{left}")
            st.button(
                "Stop",
                key=f"tasks_stop_{task.key}",
                icon=":material/stop:",
                disabled=job is None,
                on_click=job.stop if job is not None else None,
            )
        return True
    said = task.message or {
        "running": "It was interrupted; what it had done is kept.",
        "stopped": "It was stopped; what it had done is kept.",
        "failed": "It failed.",
    }.get(task.state, "")
    with st.container(border=True):
        st.markdown(f":material/pause_circle: **{plain(task.title, 120)}** {plain(said, 400)}")
        if task.total:
            st.progress(min(task.done / task.total, 1.0), text=f"{task.done:,} of {task.total:,}")
        with st.container(horizontal=True):
            st.button(
                "Try again" if task.state == "failed" else "Go on",
                key=f"tasks_go_{task.key}",
                icon=":material/play_arrow:",
                type="secondary" if task.state == "failed" else "primary",
                on_click=start,
                args=(task.key, task.title),
            )
            if discard is not None:
                st.button(
                    "Discard",
                    key=f"tasks_discard_{task.key}",
                    icon=":material/delete:",
                    type="primary" if task.state == "failed" else "secondary",
                    on_click=discard,
                    args=(task,),
                )
    return False


def _long(seconds: float) -> str:
    """Return a duration as people say it.

    >>> _long(42.4), _long(170), _long(7300)
    ('42 s', '3 min', '2 h 2 min')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
