"""Charts as pure functions: numbers in, a plotly Figure out.

Colours are chosen to be told apart by the colour-blind and to be read on light and on dark ground (Okabe
and Ito 2008 without black and yellow, the purple redder and in front); ground and text are the theme's.
Plotly draws markup wherever it draws text, so that words of people are escaped on their way in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

PALETTE = ("#B8527A", "#E69F00", "#009E73", "#0072B2", "#56B4E9", "#D55E00", "#8C6BB1", "#7A9A01")
QUIET = "#9AA0A6"
OTHERS, NOTHING = "others", "none"
VERDICTS = {"right": PALETTE[2], "wrong": PALETTE[5], "no opinion": QUIET}
SPLITS = ("train", "val", "test")
MOST_BARS = 40

_CLEAR = "rgba(0,0,0,0)"


def balance(counts: Mapping[str, Mapping[str, int]], most: int = MOST_BARS) -> go.Figure:
    """Return lying bars, one a label, the largest on top, made of its splits: label -> split -> count.

    Beyond `most` labels the smallest become one bar.
    """
    ordered = sorted(counts, key=lambda label: (-sum(counts[label].values()), label))
    shown, rest = (ordered, []) if len(ordered) <= most else (ordered[: most - 1], ordered[most - 1 :])
    bars = {_word(label): Counter(counts[label]) for label in shown}
    if rest:
        bars[f"<i>{len(rest)} {OTHERS}</i>"] = sum((Counter(counts[label]) for label in rest), Counter[str]())
    splits = sorted({split for bar in bars.values() for split in bar}, key=_split_order)
    figure = go.Figure(
        [
            go.Bar(
                name=_word(split, "in no split"),
                y=list(bars),
                x=[bar[split] for bar in bars.values()],
                orientation="h",
                marker_color=_colour(at) if split or len(splits) == 1 else QUIET,
                hovertemplate="%{y}: %{x:,}<extra>%{fullData.name}</extra>",
            )
            for at, split in enumerate(splits)
        ]
    )
    figure.update_yaxes(autorange="reversed", type="category", ticksuffix="  ")
    figure.update_xaxes(title="pictures", rangemode="tozero")
    return _plain(figure, height=80 + 26 * len(bars), barmode="stack", showlegend=len(splits) > 1)


def sizes(counted: NDArray[np.int64]) -> go.Figure:
    """Return a dot for each size; its area says how many pictures have it.

    `counted` (n, 3) lists width and height in pixels, and the count.
    """
    width, height, count = counted.T
    area = np.sqrt(count / max(int(count.max(initial=1)), 1))
    figure = go.Figure(
        go.Scattergl(
            x=width,
            y=height,
            mode="markers",
            marker={"size": 5 + 25 * area, "color": PALETTE[0], "opacity": 0.6, "line": {"width": 0}},
            customdata=count,
            hovertemplate="%{x} × %{y}: %{customdata:,}<extra></extra>",
        )
    )
    figure.update_xaxes(title="width, pixels", rangemode="tozero")
    figure.update_yaxes(title="height, pixels", rangemode="tozero")
    return _plain(figure, height=360)


def histogram(
    values: NDArray[np.float64], title: str, limit: float | None = None, bins: int = 40
) -> go.Figure:
    """Return how often values (n,) occur, the rarest hundredth at the top end in the last bar.

    `limit` is marked, and the bars below it are drawn in another colour.
    """
    finite = values[np.isfinite(values)]
    top = float(np.quantile(finite, 0.99)) if len(finite) else 1.0
    bottom = min(float(finite.min()), limit or top) if len(finite) else 0.0
    counts, edges = np.histogram(
        np.minimum(finite, top), bins=bins, range=(bottom, top if top > bottom else bottom + 1)
    )
    low = edges[1:] <= limit if limit is not None else np.zeros(bins, bool)
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges),
            marker={"color": np.where(low, PALETTE[5], PALETTE[0]).tolist(), "line": {"width": 0}},
            hovertemplate="%{x:.3~g}: %{y:,}<extra></extra>",
        )
    )
    if limit is not None:
        figure.add_vline(limit, line={"color": PALETTE[5], "dash": "dot", "width": 1.5})
    figure.update_xaxes(title=title)
    figure.update_yaxes(title="pictures", rangemode="tozero")
    return _plain(figure, height=220, bargap=0)


def map_(
    x: NDArray[np.floating], y: NDArray[np.floating], words: Sequence[str], names: Sequence[str]
) -> go.Figure:
    """Return the map: a dot for each picture, coloured by its word; a lasso picks some of them.

    Verdicts have colours of their own. Of labels the most frequent have one of the palette each, all
    others and no label share a quiet one. A dot says its word and the name of its picture, and carries
    its place in the given order as `customdata`.
    """
    said = np.asarray(words, dtype=object)
    frequent = [word for word, _ in Counter(words).most_common() if word]
    colours = VERDICTS if set(frequent) <= set(VERDICTS) else {}
    own = [word for word in colours if word in frequent] or frequent[: len(PALETTE)]
    layers = {word: np.flatnonzero(said == word) for word in own}
    rest = np.flatnonzero(~np.isin(said, np.array(own, dtype=object)))
    figure = go.Figure()
    if len(rest):  # below the others
        name = f"<i>{OTHERS if len(frequent) > len(own) else NOTHING}</i>"
        figure.add_trace(_dots(rest, x, y, name, QUIET, words, names))
    for at, (word, here) in enumerate(layers.items()):
        figure.add_trace(_dots(here, x, y, _word(word), colours.get(word, _colour(at)), words, names))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return _plain(figure, height=620, dragmode="lasso", showlegend=True, uirevision="map")


def _dots(
    here: NDArray[np.int64],
    x: NDArray[np.floating],
    y: NDArray[np.floating],
    name: str,
    colour: str,
    words: Sequence[str],
    names: Sequence[str],
) -> go.Scattergl:
    return go.Scattergl(
        name=name,
        x=x[here],
        y=y[here],
        mode="markers",
        marker={"color": colour, "size": 4 if len(x) > 5000 else 6, "opacity": 0.75, "line": {"width": 0}},
        customdata=here,
        text=[f"{_word(words[at])}, {_word(names[at])}" for at in here],
        hovertemplate="%{text}<extra></extra>",
    )


def _word(text: str, none: str = NOTHING) -> str:
    """Return a word as plotly draws it letter by letter; what stands for none of them is slanted.

    >>> _word("<b>cake & tea</b>"), _word("none"), _word("")
    ('&lt;b&gt;cake &amp; tea&lt;/b&gt;', 'none', '<i>none</i>')
    """
    return escape(text, quote=False) or f"<i>{none}</i>"


def _split_order(split: str) -> tuple[int, str]:
    return (SPLITS.index(split), "") if split in SPLITS else (len(SPLITS) + (not split), split)


def _colour(at: int) -> str:
    return PALETTE[at % len(PALETTE)]


def _plain(figure: go.Figure, *, height: int, showlegend: bool = False, **layout: object) -> go.Figure:
    """Return the figure without frame and ground, its legend above it."""
    figure.update_layout(
        height=height,
        showlegend=showlegend,
        margin={"l": 0, "r": 0, "t": 32 if showlegend else 8, "b": 0},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "itemsizing": "constant"},
        paper_bgcolor=_CLEAR,
        plot_bgcolor=_CLEAR,
        **layout,
    )
    return figure
