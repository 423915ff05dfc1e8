"""One picture, large, with boxes drawn over it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.detect import Box
from db.models import Image
from pages.parts.pictures import large

# Told apart by hue and by the word on them; legible on light and dark pictures.
COLOURS = ("#e4577f", "#2f9e8f", "#e0a030", "#5b7fd6", "#9a62c7", "#c96a2b")

STYLE = """
<style>
.fk-stage { display: flex; justify-content: center; }
.fk-stage > div { position: relative; container-type: inline-size; width:
  min(100%, calc(min(56vh, 40rem) * var(--w) / var(--h))); aspect-ratio: var(--w) / var(--h); }
.fk-stage img { width: 100%; height: 100%; border-radius: .75rem; display: block; background: #8882; }
.fk-box { position: absolute; border: 2.5px solid var(--hue); border-radius: .35rem;
  box-shadow: 0 0 0 1px #0005, inset 0 0 0 1px #0005; }
.fk-box > span { position: absolute; left: -2.5px; top: -2.5px; background: var(--hue);
  color: #fff; font-size: clamp(.65rem, 2.6cqw, .85rem); padding: 0 .4em; border-radius: .35rem 0 .35rem 0;
  white-space: nowrap; text-shadow: 0 0 2px #0008; }
</style>
"""


def stage(picture: Image, boxes: Sequence[Box]) -> None:
    """Draw a picture as large as the window allows without scrolling, and these boxes over it."""
    alt = f"{picture.name}" + (f", with {len(boxes)} boxes" if boxes else "")
    st.html(
        f'{STYLE}<div class="fk-stage"><div style="--w:{picture.width};--h:{picture.height}">'
        f'<img src="{escape(large(picture.sha256))}" alt="{escape(alt)}">'
        f"{''.join(_drawn(box, picture, _colour(box, boxes)) for box in boxes)}</div></div>"
    )


def _drawn(box: Box, picture: Image, colour: str) -> str:
    sides = (
        ("left", box.x / picture.width),
        ("top", box.y / picture.height),
        ("width", box.width / picture.width),
        ("height", box.height / picture.height),
    )
    place = ";".join(f"{side}:{part:.2%}" for side, part in sides)
    word = f"{escape(box.label)} {box.probability:.0%}"
    return f'<div class="fk-box" style="--hue:{colour};{place}"><span>{word}</span></div>'


def _colour(box: Box, boxes: Sequence[Box]) -> str:
    words = list(dict.fromkeys(other.label for other in boxes))
    return COLOURS[words.index(box.label) % len(COLOURS)]
