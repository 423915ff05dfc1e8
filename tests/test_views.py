"""What to look at fits into an address and comes back as it was; nonsense in an address is passed over."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.views import CHOICES, MOST_CORNERS, View

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
PLAIN = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=40)
MANY = st.lists(WORDS, max_size=4, unique=True).map(tuple)
DAYS = st.just("") | st.dates().map(date.isoformat)
SHARES = st.floats(0, 1)
# The address keeps four digits of a corner: less than a pixel of any screen.
CORNERS = st.floats(-99, 99).map(lambda number: float(f"{number:.4g}"))
VIEWS = st.builds(
    View,
    label=MANY, split=MANY, source=MANY, tag=MANY, issue=MANY, said=MANY,
    kept=st.sampled_from(CHOICES["kept"]), verdict=st.sampled_from(CHOICES["verdict"]),
    sort=st.sampled_from(CHOICES["sort"]), text=PLAIN, model=PLAIN, since=DAYS, until=DAYS,
    short=st.integers(0, 9_999_999), long=st.integers(0, 9_999_999),
    least=SHARES, most=SHARES, disagree=st.booleans(),
    lasso=st.lists(CORNERS, max_size=2 * MOST_CORNERS).map(tuple),
)  # fmt: skip
NAMES = st.sampled_from(sorted(View.__dataclass_fields__))


def addressed(view: View) -> str:
    """Return the view as the query of an address, as a browser would write it."""
    return urlencode(view.to_query(), doseq=True)


def read(query: str) -> View:
    """Return the view of an address, as a browser would send it."""
    return View.from_query(parse_qs(query, keep_blank_values=True))


@given(VIEWS)
def test_every_view_survives_its_address(view: View) -> None:
    assert read(addressed(view)) == view


def test_the_plain_view_needs_no_address() -> None:
    assert View().to_query() == {}
    assert not View().asks
    assert not View(sort="name", model="compact").asks


@given(VIEWS)
def test_only_what_differs_stands_in_the_address(view: View) -> None:
    for name in view.to_query():
        assert getattr(view, name) != getattr(View(), name)


def test_pictures_without_a_label_can_be_asked_for() -> None:
    assert read(addressed(View(label=("",)))) == View(label=("",))
    assert View(label=("",)).asks


@given(st.dictionaries(NAMES, st.lists(st.text(max_size=300), max_size=3)))
def test_whatever_an_address_says_gives_a_view_that_has_an_address(query: dict[str, list[str]]) -> None:
    view = View.from_query(query)
    assert read(addressed(view)) == view


@pytest.mark.parametrize(
    "query",
    [
        "short=99999999999999999999", "short=-5", "long=1e3", "long=²", "long=12345678",
        "since=2026-02-30", "until=soon", "since=9999-99-99", "until=2026-11-22T10:00", "since=%00",
        "least=nan", "least=inf", "most=-inf", "most=often", "least=1e999", "most=",
        "lasso=0+0+1+nan+1+1", "lasso=inf+0+1+0+1+1", "lasso=a+b", "lasso=1e300+0+0+1+1+1", "lasso=",
        "sort=price", "sort=SORT", "sort=name%3B--", "kept=some", "kept=true", "verdict=perhaps",
        "disagree=yes", "disagree=0", "disagree=", "text=%00%07%1b", "text=", "colour=red", "",
    ],
)  # fmt: skip
def test_nonsense_in_an_address_is_passed_over(query: str) -> None:
    assert read(query) == View()


def test_a_share_beyond_all_is_all() -> None:
    assert read("least=-3&most=7") == View()
    assert read("least=0.25&most=0.5") == View(least=0.25, most=0.5)


def test_control_characters_in_a_search_are_left_out() -> None:
    assert read("text=IMG%00_%0712%0a").text == "IMG_12"


def test_half_a_letter_reaches_no_database() -> None:
    view = View.from_query({"label": ["\ud800cake"], "text": ["\udfffx"]})
    assert view == View(label=("cake",), text="x")


def test_an_endless_address_is_cut() -> None:
    view = View.from_query({"label": ["x" * 9999] * 9999, "text": ["y" * 9999], "lasso": ["1 2 " * 9999]})
    assert (len(view.label), len(view.label[0]), len(view.text)) == (200, 200, 200)
    assert len(view.lasso) == 2 * MOST_CORNERS


def test_a_view_with_one_question_changed_is_another() -> None:
    view = View(label=("cake",))
    assert view.of(sort="name") == View(label=("cake",), sort="name")
    assert view == View(label=("cake",))
