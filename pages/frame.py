"""The frame around every page: the name, the navigation, and one place for errors."""

import streamlit as st

from core.errors import StoreError
from core.home import ASSETS
from pages.parts.house import house
from pages.parts.words import plain

st.set_page_config(page_icon=ASSETS / "icon.svg", layout="wide", initial_sidebar_state="auto")
# Streamlit leaves six rem above a page; a phone has none to spare.
st.html("<style>.stMainBlockContainer { padding: 3.5rem clamp(1rem, 4vw, 4rem) 4rem; }</style>")
st.logo(ASSETS / "logo.svg", size="large")

page = st.navigation(
    [
        st.Page("home.py", title="Home", icon=":material/home:", default=True),
        st.Page("dataset.py", title="Dataset", icon=":material/photo_library:"),
        st.Page("classify.py", title="Classify", icon=":material/image_search:"),
    ]
)

st.set_page_config(page_title=f"{page.title} · Fakery")
try:
    house()
    page.run()
except StoreError as error:
    st.error(plain(str(error), 400), icon=":material/database_off:")
