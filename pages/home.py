"""Home: what this is, in one sentence, and what can be done here."""

import streamlit as st

from core.home import ASSETS
from db import browse, datasets
from db.views import View
from pages.parts import visit
from pages.parts.filmstrip import Frame, filmstrip
from pages.parts.house import house
from pages.parts.pictures import address
from pages.parts.words import plain

SHOWN = 12

with house().store.reading() as session:
    totals = datasets.totals(session=session)
    listed = datasets.listed(session=session)
    first = next((each for each in listed if each.images), None)
    some = browse.page(session=session, dataset_id=first.id, view=View(), most=SHOWN) if first else []

st.title("Is it cake?", anchor=False)
st.write("Fakery is a workshop where people and image classifiers look at the same pictures.")
if (hero := ASSETS / "hero.webp").exists():
    st.image(hero, width="stretch", alt="Three things on pedestals; one of them is cake.")

with st.container(border=True):
    st.subheader(":material/photo_library: Dataset", anchor=False)
    st.write("Bring in labelled pictures, look at them, see what is wrong with them and mend it.")
    if first is not None:
        frames = [Frame(address(tile.sha256), f"{tile.name}: {tile.label or 'no label'}") for tile in some]
        picked = filmstrip(frames, key="home_pictures")
        if picked is not None:
            query = {"dataset": first.key, "picture": str(some[picked].id)}
            st.switch_page("dataset.py", query_params=query)
    with st.container(horizontal=True, gap="medium"):
        for each in listed[:4]:
            st.page_link(
                "dataset.py", label=f"{plain(each.name, 40)} ({each.images:,})",
                icon=":material/arrow_forward:", query_params={"dataset": each.key},
            )  # fmt: skip
        if not listed:
            st.page_link("dataset.py", label="Bring pictures in", icon=":material/arrow_forward:")

with st.container(border=True):
    st.subheader(":material/image_search: Classify", anchor=False)
    st.write("Drop in pictures and see what each model makes of them, side by side.")
    if totals.images:
        st.caption(f"Pictures so far: {totals.images:,}. Answers: {totals.predictions:,}.")
    else:
        st.caption("Nothing yet: be the first.")
    st.page_link("classify.py", label="Classify pictures", icon=":material/arrow_forward:")
    visit.way_back()
