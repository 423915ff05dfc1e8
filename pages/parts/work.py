"""Work on a dataset that goes on beside the page: begun, shown, stopped, taken up again."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.errors import FakeryError
from core.shelf import Shelved
from db import runs
from db.models import Dataset
from pages.parts.house import house
from pages.parts.words import plain

# Most visits are one picture: waiting this long shows its answers at once instead of a bar.
PATIENCE_S = 0.6


def keep_going(dataset: Dataset, chosen: Sequence[Shelved]) -> list[runs.Progress]:
    """Start whatever the chosen models have not said yet, unless somebody stopped it.

    Returns the dataset's runs, the newest of each model.
    """
    here = _progress(dataset)
    names = [model.name for model in chosen]
    resting = [run for run in here if run.state in ("stopped", "failed") and run.done < run.total]
    wanted = [name for name in names if _open(here, name)]
    if wanted and not any(run.model in names for run in resting) and not _working(dataset, here, wanted):
        try:
            house().runner.start(dataset.id or 0, tuple(wanted))
        except FakeryError as error:
            st.error(str(error))
        house().runner.wait(dataset.id or 0, PATIENCE_S)
        here = _progress(dataset)
    return here


def active(dataset: Dataset) -> bool:
    """Return whether work on this dataset goes on right now."""
    return house().runner.active(dataset.id or 0)


def bar(dataset: Dataset) -> bool:
    """Draw how far the work is, the time left, and the button that stops it or takes it up again.

    Returns whether everything was said.
    """
    here = _progress(dataset)
    done, total = sum(run.done for run in here), sum(run.total for run in here)
    if active(dataset):
        left = house().runner.left_s(dataset.id or 0, total - done)
        text = f"{done:,} of {total:,} answers" + (f", {left:.0f} s left" if left is not None else "")
        with st.container(horizontal=True, vertical_alignment="center"):
            st.progress(done / max(total, 1), text=text)
            if st.button("Stop", key="work_stop", icon=":material/stop:"):
                house().runner.stop(dataset.id or 0)
                st.rerun()
        return False
    for message in {run.message for run in here if run.message}:
        st.error(plain(message, 400))
    if any(run.state in ("stopped", "failed") and run.done < run.total for run in here):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/pause: {done:,} of {total:,} answers; the rest was stopped.")
            if st.button("Continue", key="work_continue", icon=":material/play_arrow:"):
                _continue(dataset)
                # The whole page: only that sets the pace at which the work is shown.
                st.rerun()
    return done == total


def _continue(dataset: Dataset) -> None:
    names = [run.model for run in _progress(dataset) if run.done < run.total]
    try:
        house().runner.start(dataset.id or 0, tuple(names))
    except FakeryError as error:
        st.error(str(error))


def _open(here: Sequence[runs.Progress], name: str) -> bool:
    run = next((run for run in here if run.model == name), None)
    return run is None or run.done < run.total


def _working(dataset: Dataset, here: Sequence[runs.Progress], wanted: Sequence[str]) -> bool:
    going = {run.model for run in here if run.state == "running"}
    return active(dataset) and going.issuperset(wanted)


def _progress(dataset: Dataset) -> list[runs.Progress]:
    with house().store.reading() as session:
        every = runs.progress(session=session, dataset_id=dataset.id or 0)
    return list({run.model: run for run in every}.values())
