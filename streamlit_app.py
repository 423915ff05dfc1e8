"""The door: `streamlit run streamlit_app.py` serves the pages and, on the same port, the pictures."""

import streamlit as st

from pages.parts.house import lifespan
from pages.parts.pictures import routes

app = st.App("pages/frame.py", routes=routes(), lifespan=lifespan)
