"""The network's ways in: a list of addresses, web pages, a search at Unsplash."""

from __future__ import annotations

import contextlib
import os
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from core.fetch import offline
from core.sources.lists import read_list
from db import crawl
from db import unsplash as search
from db.unsplash import KEY
from pages.parts.dataset import coming

OFFLINE = "Fetching is forbidden here by FAKERY_OFFLINE; unset it to use the network."
LIST_MB = 20


def addresses(into: int | None, name: str) -> None:
    """Draw the way in for a list of addresses, pasted or in a file."""
    round_ = st.session_state.setdefault("bring_round", 0)
    text = st.text_area(
        "Addresses",
        key=f"bring_list_{round_}",
        height=120,
        placeholder="https://example.org/cake.jpg\nhttps://example.org/bread.jpg",
        help="One a line; or CSV with url, label, split, source; or JSON.",
    )
    file = st.file_uploader(
        "or a file: JSON, CSV or text", key=f"bring_list_file_{round_}", max_upload_size=LIST_MB
    )
    if offline():
        st.warning(OFFLINE, icon=":material/cloud_off:")
    data, called = (file.getvalue(), file.name) if file is not None else (text, "")
    if not data:
        return
    listing = read_list(data, called)
    if not listing.leads and not listing.refused:
        st.caption("There is no address in it.")
        return
    st.caption(f"{len(listing.leads):,} addresses, {len(listing.refused):,} that are none")
    if listing.refused:
        with st.expander("Which are none, and why"):
            st.text("\n".join(f"{text}: {reason}" for text, reason in listing.refused[:200]))
    if st.button(
        "Import", type="primary", icon=":material/input:", key="bring_list", disabled=not listing.leads
    ):
        title = name or called.rsplit(".", 1)[0] or "Pictures from addresses"
        rows = [crawl.row_of(lead) for lead in listing.leads]
        rows += [crawl.refused(text, reason) for text, reason in listing.refused]
        if coming.begin({}, into, title, rows) is not None:
            st.session_state["bring_round"] += 1
            st.rerun()


def web_pages(into: int | None, name: str) -> None:
    """Draw the way in for the pictures that stand on web pages."""
    round_ = st.session_state.setdefault("bring_round", 0)
    text = st.text_area(
        "Addresses of pages",
        key=f"bring_pages_{round_}",
        height=100,
        placeholder="https://example.org/our-cakes",
        help=f"Up to {crawl.MOST_PAGES}, one a line.",
    )
    st.caption(
        "One request a second for each site, and only what its robots.txt allows. What a page names is kept, "
        "so that no site is asked twice. Ask before you use the pictures of others."
    )
    again = st.checkbox("Look again at pages seen before", key="bring_again")
    if offline():
        st.warning(OFFLINE, icon=":material/cloud_off:")
    pages = list(crawl.typed(text))
    if st.button("Import", type="primary", icon=":material/input:", key="bring_pages", disabled=not pages):
        title = name or urlsplit(pages[0]).hostname or "Pictures from pages"
        if coming.begin({"pages": pages, "again": again}, into, title) is not None:
            st.session_state["bring_round"] += 1
            st.rerun()


def unsplash(into: int | None, name: str) -> None:
    """Draw the way in for a search at Unsplash."""
    if not _key():
        st.info(
            "Unsplash needs a key of your own, which is free: register an application at "
            f'unsplash.com/developers and put its key into `.streamlit/secrets.toml` as `{KEY} = "..."` '
            "or into the environment. It is sent to Unsplash only, never stored and never shown.",
            icon=":material/key:",
        )
    round_ = st.session_state.setdefault("bring_round", 0)
    text = st.text_area(
        "What to look for",
        key=f"bring_terms_{round_}",
        height=100,
        placeholder="layer cake = cake\nteapot = not cake",
        help="One term a line; behind an equals sign the label its pictures get.",
    )
    wanted = st.number_input("Pictures of each", 1, 300, 20, key="bring_wanted")
    terms = search.terms(text, int(wanted))
    st.caption(
        "Unsplash allows 50 requests an hour: one for 30 pictures, and one for each picture taken, to tell "
        "its author. Where they are used up the import waits and goes on by itself."
    )
    if offline():
        st.warning(OFFLINE, icon=":material/cloud_off:")
    if st.button(
        "Import",
        type="primary",
        icon=":material/input:",
        key="bring_unsplash",
        disabled=not (terms and _key()),
    ) and coming.begin({"unsplash": terms, "source": "unsplash"}, into, name or terms[0]["query"]):
        st.session_state["bring_round"] += 1
        st.rerun()


def _key() -> str:
    """Return the key for Unsplash; what stands in the secrets, Streamlit puts into the environment."""
    with contextlib.suppress(StreamlitSecretNotFoundError):
        st.secrets.get(KEY)
    return os.environ.get(KEY, "")
