"""The network's ways in."""

from __future__ import annotations

import streamlit as st


def addresses(into: int | None, name: str) -> None:
    st.info("soon")


def web_pages(into: int | None, name: str) -> None:
    st.info("soon")


def unsplash(into: int | None, name: str) -> None:
    st.info("soon")
