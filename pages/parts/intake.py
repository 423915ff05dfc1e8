"""Bring pictures in: drop them, paste an address, or take an example."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import streamlit as st

from core import fetch
from core.errors import FakeryError, StoreError
from core.home import ASSETS
from core.image import MAX_BYTES
from db import images
from db.images import Taken
from db.models import Dataset, Image
from pages.parts import visit
from pages.parts.filmstrip import Frame, filmstrip
from pages.parts.house import house
from pages.parts.pictures import base

MOST_PICTURES = 2000
BATCH = 16
REMOTE_BATCH = 2
MOST_ADDRESSES = 50
SHOWN = 3
EXAMPLES = ASSETS / "examples"


@dataclass(frozen=True)
class Offer:
    """A picture somebody brings: its name, where it is from, and how to get its bytes."""

    name: str
    source: str
    read: Callable[[], bytes]
    remote: bool = False


def inputs() -> None:
    """Draw the three ways in, and take in whatever comes."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        files = st.file_uploader(
            "Pictures",
            accept_multiple_files=True,
            key=round_key("upload"),
            max_upload_size=MAX_BYTES // 2**20,
            help="JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC; up to 40 MB and 50 megapixels each.",
        )
    with right:
        st.text_input(
            "Address of a picture",
            placeholder="https://...",
            icon=":material/link:",
            key="classify_address",
            on_change=_addresses_given,
            help=f"Up to {MOST_ADDRESSES} addresses may stand side by side, with a space between them.",
        )
    addresses = st.session_state.pop("classify_addresses", [])[:MOST_ADDRESSES]
    offers = [Offer(file.name, "upload", file.getvalue) for file in files]
    offers += [Offer(_last_part(url), url, _reader(url), remote=True) for url in addresses]
    if offers:
        _take_in(offers)


def examples() -> None:
    """Offer the example pictures, if this version has any."""
    cards = _cards()
    if not cards:
        return
    st.caption("Or take an example. These are renderings of our own; some things in them are cake.")
    frames = [Frame(f"{base()}/examples/{card['file']}", card["title"]) for card in cards]
    picked = filmstrip(frames, key="classify_examples", large=True)
    if picked is not None:
        path = EXAMPLES / cards[picked]["file"]
        _take_in([Offer(cards[picked]["title"], "example", path.read_bytes)])


def refusals() -> None:
    """Say which of the things just brought were not taken, and why."""
    refused = st.session_state.get("classify_refused", [])
    if not refused:
        return
    count = f"{len(refused)} {'picture was' if len(refused) == 1 else 'pictures were'} not taken"
    with st.container(border=True):
        st.markdown(f":material/block: **{count}**")
        for name, reason in refused[:SHOWN]:
            st.text(f"{name}: {reason}")
        if len(refused) > SHOWN:
            with st.expander(f"{len(refused) - SHOWN} more"):
                st.text("\n".join(f"{name}: {reason}" for name, reason in refused[SHOWN:]))
        st.button("All right", key="classify_refused_seen", on_click=_forget_refusals)


def _take_in(offers: Sequence[Offer]) -> None:
    """Keep every offer that is a picture, with progress and a way to stop; then draw the page anew."""
    room = MOST_PICTURES - len(visit.pictures(visit.current()))
    refused = [(offer.name, f"a visit holds {MOST_PICTURES:,} pictures.") for offer in offers[room:]]
    offers = offers[: max(room, 0)]
    first: Image | None = None
    done = 0
    with st.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, text=f"Taking in {len(offers)} pictures")
        st.button("Stop", key="classify_intake_stop", on_click=_next_round, icon=":material/stop:")
    for group in _groups(offers):
        taken: list[Taken] = []
        for offer, outcome in zip(group, _pool(group).map(_taken, group), strict=True):
            if isinstance(outcome, Taken):
                taken.append(outcome)
            else:
                refused.append((offer.name, outcome))
        st.session_state["classify_refused"] = refused
        if taken:
            kept = _keep(visit.opened(), taken)
            first = first or kept[0]
        done += len(group)
        bar.progress(done / len(offers), text=f"{done} of {len(offers)} pictures taken in")
    if first is not None:
        st.session_state["classify_show"] = first.id
    _next_round()
    st.rerun()


def _groups(offers: Sequence[Offer]) -> Iterator[Sequence[Offer]]:
    """Yield offers in handfuls; of addresses so few that one visitor leaves room for others."""
    near = [offer for offer in offers if not offer.remote]
    far = [offer for offer in offers if offer.remote]
    for group, size in ((near, BATCH), (far, REMOTE_BATCH)):
        for start in range(0, len(group), size):
            yield group[start : start + size]


def _pool(group: Sequence[Offer]) -> ThreadPoolExecutor:
    return house().fetchers if group[0].remote else house().hands


def _taken(offer: Offer) -> Taken | str:
    """Return the kept picture, or the sentence that says why not."""
    try:
        return images.take_in(house().store.pictures, offer.read(), offer.name, offer.source)
    except StoreError:
        raise
    except FakeryError as error:
        return str(error)


def _keep(dataset: Dataset, taken: Sequence[Taken]) -> list[Image]:
    with house().store.writing() as session:
        return images.add(session=session, dataset_id=dataset.id or 0, taken=taken)


def _reader(url: str) -> Callable[[], bytes]:
    return lambda: fetch.get(url).data


def _last_part(url: str) -> str:
    if url.startswith("data:"):
        return "pasted picture"
    return urlsplit(url).path.rsplit("/", 1)[-1] or url


def _addresses_given() -> None:
    st.session_state["classify_addresses"] = st.session_state["classify_address"].split()
    st.session_state["classify_address"] = ""


def _forget_refusals() -> None:
    st.session_state.pop("classify_refused", None)


def round_key(name: str) -> str:
    """Return a widget's key that changes with every intake: a new uploader has forgotten the files of
    the last, and a new popover is closed."""
    return f"classify_{name}_{st.session_state.setdefault('classify_round', 0)}"


def _next_round() -> None:
    st.session_state["classify_round"] = st.session_state.get("classify_round", 0) + 1


@cache
def _cards() -> list[dict[str, str]]:
    path = EXAMPLES / "card.json"
    return list(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else []
