"""To come."""

import streamlit as st


def health(*_: object) -> None:
    st.info("soon")
