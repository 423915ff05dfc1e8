"""Charts show the numbers they are given."""

from __future__ import annotations

import colorsys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core import charts


def test_bars_add_up_to_the_counts_and_the_largest_label_is_on_top() -> None:
    figure = charts.balance({"pie": {"train": 3}, "cake": {"train": 5, "test": 2}, "": {"": 1}})
    assert [trace.name for trace in figure.data] == ["train", "test", "<i>in no split</i>"]
    assert list(figure.data[0].y) == ["cake", "pie", "<i>none</i>"]
    assert [list(trace.x) for trace in figure.data] == [[5, 3, 0], [2, 0, 0], [0, 0, 1]]
    assert figure.layout.yaxis.autorange == "reversed"


@given(
    st.dictionaries(st.text("abc", min_size=1), st.integers(1, 50), min_size=1, max_size=30),
    st.integers(2, 8),
)
def test_many_labels_end_in_one_bar_and_no_picture_is_lost(counts: dict[str, int], most: int) -> None:
    figure = charts.balance({label: {"train": count} for label, count in counts.items()}, most=most)
    (bars,) = figure.data
    assert sum(bars.x) == sum(counts.values())
    assert len(bars.y) == min(len(counts), most)


def test_each_size_is_a_dot_whose_area_grows_with_its_count() -> None:
    figure = charts.sizes(np.array([[10, 30, 1], [20, 40, 100]]))
    (dots,) = figure.data
    assert (list(dots.x), list(dots.y), list(dots.customdata)) == ([10, 20], [30, 40], [1, 100])
    assert dots.marker.size[1] > 2 * dots.marker.size[0]


@given(st.lists(st.floats(0, 1e6), max_size=60), st.none() | st.floats(0, 1e6))
def test_every_value_is_in_a_bar(values: list[float], limit: float | None) -> None:
    figure = charts.histogram(np.array(values, np.float64), "sharpness", limit)
    assert sum(figure.data[0].y) == len(values)


def test_what_lies_below_the_limit_is_drawn_in_another_colour() -> None:
    values = np.linspace(0, 10, 500)
    figure = charts.histogram(values, "sharpness", limit=2.5)
    bars = figure.data[0]
    below = [x for x, colour in zip(bars.x, bars.marker.color, strict=True) if colour == charts.PALETTE[5]]
    assert 2.0 < max(below) < 2.5 < min(set(bars.x) - set(below))
    assert figure.layout.shapes[0].x0 == 2.5


def test_the_map_has_a_dot_for_every_picture_that_says_which() -> None:
    x, y = np.array([0, 1, 0.5]), np.array([3, 4, 5])
    figure = charts.map_(x, y, ["cake", "pie", "cake"], ["a.jpg", "b.jpg", "c.jpg"])
    dots = {trace.name: (list(trace.customdata), list(trace.x), list(trace.y)) for trace in figure.data}
    assert dots == {"cake": ([0, 2], [0, 0.5], [3, 5]), "pie": ([1], [1], [4])}
    assert list(figure.data[0].text) == ["cake, a.jpg", "cake, c.jpg"]
    assert figure.layout.dragmode == "lasso"
    assert {trace.type for trace in figure.data} == {"scattergl"}


@given(st.lists(st.sampled_from([f"label {number}" for number in range(20)] + [""]), min_size=1, max_size=80))
def test_however_many_labels_every_picture_is_on_the_map_once(words: list[str]) -> None:
    nowhere = np.zeros(len(words))
    figure = charts.map_(nowhere, nowhere, words, words)
    assert sorted(one for trace in figure.data for one in trace.customdata) == list(range(len(words)))
    assert len(figure.data) <= len(charts.PALETTE) + 1
    quiet = [trace.name for trace in figure.data if trace.marker.color == charts.QUIET]
    assert len(quiet) == (len(set(words) - {""}) > len(charts.PALETTE) or "" in words)


def test_verdicts_have_colours_of_their_own() -> None:
    nowhere = np.zeros(4)
    figure = charts.map_(nowhere, nowhere, ["wrong", "right", "no opinion", "wrong"], ["a", "b", "c", "d"])
    assert {trace.name: trace.marker.color for trace in figure.data} == charts.VERDICTS


def test_nothing_is_drawn_of_an_empty_dataset_without_failing() -> None:
    assert len(charts.balance({}).data) == 0
    assert len(charts.sizes(np.zeros((0, 3), np.int64)).data[0].x) == 0
    assert len(charts.map_(np.zeros(0), np.zeros(0), [], []).data) == 0


def test_colours_are_neither_too_light_nor_too_dark_for_either_ground() -> None:
    for colour in (*charts.PALETTE, charts.QUIET):
        red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        assert 0.25 < colorsys.rgb_to_hls(red, green, blue)[1] < 0.75


def test_labels_are_no_markup_in_a_chart() -> None:
    label, split = '<a href="https://evil.example/">sign in</a>', "<b>x</b>"
    nowhere = np.zeros(2)
    drawn = [
        charts.balance({label: {"train": 1, split: 2}}),
        charts.map_(nowhere, nowhere, [label, "cake"], [split, split]),
    ]
    for figure in drawn:
        text = figure.to_json().replace("\\u003c", "<")
        assert "&lt;a href" in text and "&lt;b" in text
        assert "<a" not in text and "<b" not in text


def test_a_label_called_none_is_not_no_label() -> None:
    figure = charts.balance({"none": {"": 3}, "": {"": 2}, "1 others": {"": 1}})
    assert sum(sum(bar.x) for bar in figure.data) == 6
