"""Classify: bring pictures, and see side by side what each model makes of them."""

from collections.abc import Sequence

import streamlit as st

from core.models import ModelSpec
from db.models import Dataset
from pages.parts import answers, intake, models, table, visit, work
from pages.parts.slides import show, slides

EXPECT = """
- **MobileNet** chooses among the 1000 words of ImageNet. It is right about 70 % of the time on ImageNet's own
  test pictures and less often on yours; a thing without a word there gets the nearest one that has. There is
  **no cake** among its words.
- **COCO-SSD** knows 80 kinds of things, cake among them, and says where they are.
- **Compact** is our own small model, which comes with Fakery and needs no network. It knows 19 everyday words
  and is not sure of most pictures; its strength is its embedding, for teaching by example.

A word is green from 50 %, yellow from 25 %; below that (Compact: below 52 %) the model is not sure.
"""


def results(here: Dataset, specs: Sequence[ModelSpec]) -> None:
    """Draw the answers, as slides or as a table, and the work that is still going on."""
    busy = work.active(here)
    whole = work.bar(here)
    pictures = visit.pictures(here)
    if not pictures:
        st.rerun()
    score, overlap = answers.thresholds_in_force()
    if st.session_state.get("view") == "Table":
        if any(spec.can("detect") for spec in specs):
            score, overlap = answers.thresholds()
        picked = table.table(pictures, specs, visit.said(here), score, overlap)
        if picked is not None:
            show(picked)
            st.caption("Slides now shows this picture.")
    else:
        slides(here, pictures, specs)
    table.downloads(pictures, lambda: visit.said(here), (score, overlap), f"fakery-{here.key}", whole=whole)
    if busy and not work.active(here):
        st.rerun()


here = visit.current()
pictures = visit.pictures(here)
if here is None or not pictures:
    st.title("Classify", anchor=False)
    st.write("Drop pictures, paste an address or take an example, and see what each model makes of it.")
    visit.way_back()
    intake.inputs()
    intake.refusals()
    models.choose(key="models")
    intake.examples()
else:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title("Classify", anchor=False, width="content")
        st.segmented_control(
            "View", ["Slides", "Table"], default="Slides", required=True, key="view",
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        with st.popover("Add pictures", icon=":material/add_photo_alternate:", key=intake.round_key("add")):
            intake.inputs()
            st.button("Start afresh", icon=":material/refresh:", type="tertiary", on_click=visit.leave)
            intake.examples()
    intake.refusals()
    chosen = models.choose(key="models")
    work.keep_going(here, chosen)
    specs = visit.specs(here, chosen)
    st.fragment(results, run_every=1.0 if work.active(here) else None)(here, specs)
    st.caption(":material/link: This page's address opens these pictures and their answers again.")
with st.expander("What to expect, and more about the models", icon=":material/info:"):
    st.markdown(EXPECT)
    models.about()
