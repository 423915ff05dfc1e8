"""To come."""

import streamlit as st


def map_(*_: object) -> None:
    st.info("soon")
