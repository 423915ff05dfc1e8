"""Dataset: bring pictures in, look at them, see what is wrong with them, mend it, take them out."""

import streamlit as st

from pages.parts import said
from pages.parts.dataset import about as telling
from pages.parts.dataset import bring as bringing
from pages.parts.dataset import filters, health, mend, one, pictures, where
from pages.parts.dataset import map as mapping
from pages.parts.dataset import out as leaving
from pages.parts.words import plain

listed = where.every()
here = where.dataset(listed)
if here is None and "dataset" in st.query_params:
    st.warning("There is no dataset under this link: it may have been deleted, or the link is cut off.")

elif here is not None:
    st.query_params["dataset"] = here.key  # the address means this dataset, whatever comes later

with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    st.title("Dataset", anchor=False, width="content")
    if here is not None:
        where.picker(listed, here)
        where.rooms()

said.show()
telling.just_deleted()
where.laying_out()
if here is None or where.asked_room() == "bring":
    bringing.bring(listed, here)
else:
    view, facets = where.asked_view(), where.facets(here.id, where.home())
    mend.last(here)
    match where.asked_room(), where.asked_picture():
        case _, int(image_id):
            one.one(here, view, facets, image_id)
        case "map", _:
            mapping.map_(here, view, facets)
        case "health", _:
            health.health(here, facets)
        case "out", _:
            leaving.out(here, facets)
        case "about", _:
            telling.about(here, listed, facets)
        case _:
            filters.filters(here, view, facets)
            pictures.grid(here, view, facets)
    st.caption(f":material/link: This page's address leads back to what you see of {plain(here.name, 60)}.")
