"""To come."""

import streamlit as st


def bring(*_: object) -> None:
    st.info("soon")
