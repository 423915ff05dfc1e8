"""Words and their probabilities as bars, in three tones."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from core.answer import Score
from core.words import WEAK, short, tone

STYLE = """
<style>
.fk-head { font-size: 1.35rem; font-weight: 600; line-height: 1.3; overflow-wrap: anywhere; }
.fk-bar { display: grid; grid-template-columns: 1fr auto; gap: 0 .75rem; margin: .35rem 0; }
.fk-bar > span { overflow-wrap: anywhere; }
.fk-bar > b { font-weight: 500; font-variant-numeric: tabular-nums; }
.fk-bar > i { grid-column: 1 / -1; height: .5rem; border-radius: .25rem; background:
  linear-gradient(to right, var(--tone) var(--part), #8881 var(--part)); }
.fk-strong { --tone: #5f9c49; } .fk-weak { --tone: #d29a33; } .fk-unsure { --tone: #998d85; }
.fk-unsure.fk-head { opacity: .7; }
</style>
"""


def headline(scores: Sequence[Score], sure_from: float = WEAK) -> str:
    """Return the one answer to remember: the likeliest word, or that the model is not sure."""
    if not scores or tone(scores[0].probability, sure_from) == "unsure":
        return "Not sure"
    return short(scores[0].label)


def bars(scores: Sequence[Score], sure_from: float = WEAK) -> None:
    """Draw a headline and a bar for each word: green from 50 %, yellow from 25 %, else grey."""
    mood = tone(scores[0].probability, sure_from) if scores else "unsure"
    rows = [f'<div class="fk-head fk-{mood}">{escape(headline(scores, sure_from))}</div>']
    for score in scores:
        part = f"{score.probability:.0%}"
        rows.append(
            f'<div class="fk-bar fk-{tone(score.probability, sure_from)}" title="{escape(score.label)}">'
            f"<span>{escape(short(score.label))}</span><b>{part}</b>"
            f'<i style="--part:{part}"></i></div>'
        )
    st.html(STYLE + "".join(rows))
