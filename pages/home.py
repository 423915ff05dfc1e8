"""Home: what this is, in one sentence, and what can be done here."""

import streamlit as st

from core.home import ASSETS
from db import datasets
from pages.parts import visit
from pages.parts.house import house

with house().store.reading() as session:
    totals = datasets.totals(session=session)

st.title("Is it cake?", anchor=False)
st.write("Fakery is a workshop where people and image classifiers look at the same pictures.")
if (hero := ASSETS / "hero.webp").exists():
    st.image(hero, width="stretch", alt="Three things on pedestals; one of them is cake.")

with st.container(border=True):
    st.subheader(":material/image_search: Classify", anchor=False)
    st.write("Drop in pictures and see what each model makes of them, side by side.")
    if totals.images:
        st.caption(f"Pictures so far: {totals.images:,}. Answers: {totals.predictions:,}.")
    else:
        st.caption("Nothing yet: be the first.")
    st.page_link("classify.py", label="Classify pictures", icon=":material/arrow_forward:")
    visit.way_back()
