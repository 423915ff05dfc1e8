"""To come."""

import streamlit as st


def out(*_: object) -> None:
    st.info("soon")
