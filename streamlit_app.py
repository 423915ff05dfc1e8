"""The door: `streamlit run streamlit_app.py` serves the pages and, on the same port, the pictures."""

import streamlit as st
from starlette.middleware import Middleware

from pages.parts.house import lifespan
from pages.parts.origin import SameOrigin
from pages.parts.pictures import routes

app = st.App("pages/frame.py", routes=routes(), lifespan=lifespan, middleware=[Middleware(SameOrigin)])
