"""What came of an import: numbers that add up, and the reasons of what was refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import streamlit as st

from db import imports
from db.datasets import Listed
from db.models import Task
from db.views import View
from pages.parts.dataset import where
from pages.parts.house import house
from pages.parts.words import plain

SHOWN = 200


def last(listed: Sequence[Listed]) -> None:
    """Draw the report of this session's last import, once it has ended well."""
    key = st.session_state.get("bring_last")
    if key is None:
        return
    with house().store.reading() as session:
        task = imports.by_key(session=session, key=key)
        if task is None or task.state != "done":
            return
        report = imports.report(session=session, task_id=task.id or 0)
    dataset = next((each for each in listed if each.id == task.dataset_id), None)
    with st.container(border=True):
        st.markdown(
            f":material/task_alt: **{plain(task.title, 120)}**: {report.taken:,} of {report.offered:,} taken"
        )
        numbers = {"Taken": report.taken, "There already": report.known, "Refused": report.refused}
        for column, (title, number) in zip(
            st.columns(4), {"Offered": report.offered, **numbers}.items(), strict=True
        ):
            column.metric(title, f"{number:,}")
        if report.refused:
            _refused(task, report)
        with st.container(horizontal=True):
            if dataset is not None:
                st.button(
                    f"Look at {plain(dataset.name, 60)}",
                    type="primary",
                    icon=":material/grid_view:",
                    key="arrived_look",
                    on_click=where.go,
                    args=(dataset, View()),
                    kwargs={"room": "pictures"},
                )
                st.button(
                    "Check its health",
                    icon=":material/stethoscope:",
                    key="arrived_health",
                    on_click=where.go,
                    args=(dataset, View()),
                    kwargs={"room": "health"},
                )
            st.button("All right", type="tertiary", key="arrived_seen", on_click=_seen)


def _refused(task: Task, report: imports.Report) -> None:
    """Draw why things were refused, each reason with its things, and the whole as CSV."""
    for number, (reason, count) in enumerate(report.reasons.items()):
        if number == 8:
            st.caption(f"and {len(report.reasons) - 8} more reasons, all in the CSV")
            break
        with st.expander(f"{count:,} × {plain(reason, 160)}"):
            with house().store.reading() as session:
                some = imports.arrivals(
                    session=session, task_id=task.id or 0, state="refused", reason=reason, most=SHOWN
                )
            st.text("\n".join(f"{each.name[:100]}: {each.reason}" for each in some))
    st.download_button(
        "All refusals as CSV",
        lambda: _table(task),
        f"refused-{task.key}.csv",
        "text/csv",
        key="arrived_csv",
        icon=":material/download:",
    )


def _table(task: Task) -> str:
    with house().store.reading() as session:
        rows = imports.arrivals(session=session, task_id=task.id or 0, state="refused", most=1_000_000)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("name", "address", "reason"))
    table.writerows((_calm(row.name), _calm(row.address[:500]), row.reason) for row in rows)
    return text.getvalue()


def _calm(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> _calm("=1+1"), _calm("cake.jpg")
    ("'=1+1", 'cake.jpg')
    """
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell


def _seen() -> None:
    st.session_state.pop("bring_last", None)
