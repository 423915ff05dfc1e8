"""A row, or a grid, of small pictures to pick one from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st

_HERE = Path(__file__)
_filmstrip = st.components.v2.component(
    "fakery_filmstrip",
    html='<div class="strip" role="group"></div>',
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Frame:
    """One small picture: its address and what it is called."""

    src: str
    title: str


def filmstrip(
    frames: Sequence[Frame], *, key: str, current: int | None = None, large: bool = False
) -> int | None:
    """Draw pictures in a row (or large, in a grid) and return the number just picked, or None."""
    data = {"pictures": [asdict(frame) for frame in frames], "current": current, "large": large}
    picked = _filmstrip(key=key, data=data, on_picked_change=lambda: None).picked
    return int(picked) if picked is not None and 0 <= int(picked) < len(frames) else None
