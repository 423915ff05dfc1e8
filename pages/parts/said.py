"""What an act did, or why it could not be done: kept until the next drawing of the page says it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from core.errors import FakeryError
from pages.parts.words import plain

P = ParamSpec("P")


def say(text: str, icon: str = ":material/done:") -> None:
    """Keep a sentence for the next drawing."""
    st.session_state["said"] = (icon, text)


def show() -> None:
    """Draw the sentence that was kept, once."""
    said = st.session_state.pop("said", None)
    if said is not None:
        st.toast(plain(said[1], 300), icon=said[0])


def told(act: Callable[P, object]) -> Callable[P, None]:
    """Return a button's callback whose failure is said on the page instead of breaking it."""

    @wraps(act)
    def safely(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            act(*args, **kwargs)
        except FakeryError as error:
            say(str(error), ":material/error:")

    return safely
