"""Choose models, and get those that are not here yet."""

from __future__ import annotations

from itertools import cycle

import streamlit as st

from core.catalogue import ALWAYS_LISTED
from core.shelf import Shelved
from pages.parts.house import house
from pages.parts.words import plain

ICONS = {
    "ready": "check_circle",
    "found": "folder_open",
    "fetchable": "cloud_download",
    "missing": "help",
}
PATIENCE_S = 3.0  # a file takes a third of a second; one that takes longer comes by itself
SIGHT = {"classify": "words", "detect": "boxes", "embed": "an embedding"}


def choose(*, key: str) -> tuple[Shelved, ...]:
    """Draw a choice among the models that can answer, and return the chosen ones."""
    prepare()
    models = house().shelf.models()
    able = {model.name: model for model in models if model.state == "ready" and _answers(model)}
    if not able:
        _nothing_can_answer([model for model in models if model.state != "ready"])
        return ()
    chosen = st.pills(
        "Models",
        list(able),
        selection_mode="multi",
        default=[name for name in able if name in ALWAYS_LISTED],
        format_func=lambda name: plain(able[name].title),
        key=key,
        bind="query-params",
        label_visibility="collapsed",
    )
    absent = [model.title for model in models if model.state != "ready" and _answers(model)]
    if absent:
        names = plain(" and ".join(absent), 200)
        st.caption(f":material/add: {names} can be had, too: see below, more about the models.")
    return tuple(able[name] for name in chosen)


def prepare() -> None:
    """Make ready, once a server, what lies in the folders of FAKERY_MODELS."""
    _prepare_found(str(house().home))


def about() -> None:
    """Draw every model: what it is, whether it is here, and how to get it."""
    for column, model in zip(cycle(st.columns(2, gap="large")), house().shelf.models(), strict=False):
        with column:
            _card(model)


def _answers(model: Shelved) -> bool:
    return "classify" in model.tasks or "detect" in model.tasks


def _nothing_can_answer(absent: list[Shelved]) -> None:
    """Say why no model can answer, and offer what can be done about it here."""
    with st.container(border=True):
        st.markdown(":material/sentiment_dissatisfied: **No model is here yet, so nothing can answer.**")
        for model in absent:
            if model.state != "ready" and (_answers(model) or not model.tasks):
                _card(model, where="empty")


def _card(model: Shelved, where: str = "about") -> None:
    """Draw what a model is, whether it is here, and how to get it."""
    sight = " and ".join(SIGHT[task] for task in model.tasks)
    st.markdown(f"**{plain(model.title)}** :small[{sight}]")
    if model.about:
        st.caption(plain(model.about, 400))
    if model.spec is not None:
        size = f"{model.spec.bytes / 2**20:.1f} MB"
        st.caption(f":material/check_circle: Here, {size}, {model.spec.licence or 'licence not stated'}.")
        return
    st.caption(f":material/{ICONS[model.state]}: {plain(f'{model.reason} {model.remedy}', 400)}")
    if model.state in ("fetchable", "found"):
        _getting(model, where)


@st.fragment(run_every=0.5)
def _getting(model: Shelved, where: str) -> None:
    """Draw the button that gets a model and, while it comes, how far it is."""
    job = house().jobs.get(f"model:{model.name}")
    if job is None or job.state in ("failed", "stopped"):
        if job is not None and job.state == "failed":
            st.error(plain(f"{job.message} {model.remedy}", 400))
        label = "Fetch" if model.state == "fetchable" else "Prepare"
        if st.button(f"{label} {plain(model.title)}", key=f"models_{where}_get_{model.name}"):
            _get(model)
            st.rerun(scope="fragment")
        return
    if job.state == "done":
        st.rerun()
    left = f", {job.left_s:.0f} s left" if job.left_s is not None else ""
    st.progress(job.fraction or 0.0, text=f"{job.note or 'Starting'}{left}")
    if st.button("Stop", key=f"models_{where}_stop_{model.name}", icon=":material/stop:"):
        job.stop()
        st.rerun(scope="fragment")


def _get(model: Shelved) -> None:
    """Start the worker that fetches or prepares a model."""
    module, payload = house().shelf.errand(model)
    house().jobs.start(f"model:{model.name}", module, payload, model.title)


@st.cache_data(show_spinner="Preparing the models")
def _prepare_found(home: str) -> None:
    """Prepare, once a server, every model whose file lies in a folder of FAKERY_MODELS."""
    found = [model for model in house().shelf.models() if model.state == "found"]
    for model in found:
        _get(model)
    for model in found:
        job = house().jobs.get(f"model:{model.name}")
        if job is not None:
            job.wait(PATIENCE_S)
