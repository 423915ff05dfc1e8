"""Lists of addresses as people keep them: every entry becomes a lead, or is refused with a reason."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sources import lists
from core.sources.lists import read_list

PNG = "data:image/png;base64,iVBORw0KGgo="


def addresses(text: str | bytes, name: str = "") -> list[str]:
    return [lead.address for lead in read_list(text, name).leads]


def only_reason(text: str | bytes) -> str:
    listing = read_list(text, "list.txt")
    assert (len(listing.leads), len(listing.refused)) == (0, 1)
    return listing.refused[0][1]


def test_the_bakers_list_adds_up(shared: Path) -> None:
    data = (shared / "data" / "seeds" / "cake-image-urls.json").read_bytes()
    listing = read_list(data, "cake-image-urls.json")
    assert len(listing.leads) + len(listing.refused) == len(json.loads(data)) == 287
    reasons = [reason for _, reason in listing.refused]
    assert sum("SVG" in reason for reason in reasons) == 58 + 2  # placeholders in data:, and two files
    assert sum("same address" in reason for reason in reasons) == 14
    assert reasons.count("The entry is empty.") == 1
    assert all(lead.address.startswith("https://") for lead in listing.leads)
    logos = {lead.name for lead in listing.leads if lead.facts.get("suspect") == "logo"}
    assert len(logos) == 8
    assert "badge-weddingawards_en_US.png" in logos


@pytest.mark.parametrize(
    "text",
    [
        '["https://example.org/cake.jpg"]',
        '{"cake": ["https://example.org/cake.jpg"]}',
        '{"images": [{"src": "//example.org/cake.jpg"}]}',
        '[{"url": "example.org/cake.jpg", "label": "cake"}]',
        '{"url": "example.org/cake.jpg"}\n{"url": "example.org/cake.jpg#top"}',
        "# my cakes\n\nexample.org/cake.jpg\n",
        "url,label\nexample.org/cake.jpg,cake",
        "label;url\r\ncake;example.org/cake.jpg\r\n",
        "example.org/cake.jpg,cake,train,me",
        ' "https://example.org/cake.jpg", ',
        "\ufeffhttps://exam\tple.org/cake.jpg",
    ],
)
def test_every_way_to_write_a_list_is_read(text: str) -> None:
    assert addresses(text) == ["https://example.org/cake.jpg"]


def test_what_stands_beside_an_address_is_kept() -> None:
    [lead] = read_list(
        "url,label,split,source,author,license\nx.org/a.jpg, plum cake ,train,Ann,Bo,CC0"
    ).leads
    assert (lead.label, lead.split, lead.source) == ("plum cake", "train", "Ann")
    assert lead.facts == {"author": "Bo", "licence": "CC0"}
    told = {"url": "x.org/a.jpg", "title": "Plum\ncake", "label": 7, "split": ["no"]}
    [lead] = read_list(json.dumps([told])).leads
    assert (lead.name, lead.label, lead.split, lead.source) == ("Plum cake", "7", "", "x.org")


def test_lists_by_label_give_their_labels() -> None:
    listing = read_list('{"cake": ["x.org/1.jpg", {"url": "x.org/2.jpg"}], "shoe": ["x.org/3.jpg"]}')
    assert [lead.label for lead in listing.leads] == ["cake", "cake", "shoe"]


def test_commas_in_addresses_survive() -> None:
    wix = "https://static.wixstatic.com/media/1.png/v1/fill/w_234,h_234,al_c,q_85/cake.png"
    assert addresses(f"{wix}\n") == [wix]
    assert addresses(f"url,label\n{wix},cake\n") == [wix]
    assert addresses("https://x.org/w_1,h_2/cake.png") == ["https://x.org/w_1,h_2/cake.png"]


def test_a_pasted_srcset_stands_for_its_largest_picture() -> None:
    assert addresses('["https://x.org/a,b.jpg 1x, https://x.org/c,d.jpg 2x"]') == ["https://x.org/c,d.jpg"]


def test_pasted_pictures_are_kept_and_pasted_drawings_are_not() -> None:
    assert addresses(f"{PNG}\n{PNG},cake") == [PNG]
    assert read_list(f"{PNG},cake").leads[0].label == "cake"
    assert "SVG" in only_reason("data:image/svg+xml,%3Csvg%3E")
    assert "no picture" in only_reason("data:text/html;base64,PGh0bWw+")


@pytest.mark.parametrize(
    "entry, word",
    [
        ("javascript:alert(1)", "javascript"),
        ("file:///etc/passwd", "only http"),
        ("https://me:secret@example.org/a.jpg", "password"),
        ("cake.jpg", "no host"),
        ("/wp-content/cake.jpg", "no host"),
        ("https://exa\x00mple.org/a.jpg", "control character"),
        ("https://[::1/a.jpg", "spelling"),
        ("https://x.org/" + "a" * 9000, "limit"),
        ("a." * 5_000_000, "characters"),
        (" ".join(["a.jpg 1w,"] * 50_000), "characters"),
    ],
)
def test_what_is_no_address_is_refused_with_its_reason(entry: str, word: str) -> None:
    reason = only_reason(json.dumps([entry]))
    assert word in reason
    assert "secret" not in reason


def test_a_repeated_address_says_where_it_stood_first() -> None:
    listing = read_list("x.org/a.jpg\nx.org/b.jpg\nhttps://X.org/a.jpg#again")
    assert listing.refused == [("https://X.org/a.jpg#again", "The same address is entry 1 of this list.")]


@pytest.mark.parametrize(
    "text, word",
    [
        ("[" * 200_000, "nested"),
        ('["https://x.org/a.jpg",', "line 1"),
        ("[[[]]]", "no address"),
        ("[" + "9" * 5000 + "]", "endless"),
    ],
)
def test_json_that_cannot_be_read_is_one_refusal(text: str, word: str) -> None:
    assert word in only_reason(text)


def test_too_much_is_refused_at_once_and_too_many_are_counted() -> None:
    assert "limit" in only_reason(b"x" * (lists.MAX_BYTES + 1))
    began = time.monotonic()
    listing = read_list("\n".join(f"x.org/{number}.jpg" for number in range(lists.MAX_ENTRIES + 3)))
    assert len(listing.leads) == lists.MAX_ENTRIES
    assert listing.refused[0][0] == "3 more entries"
    assert time.monotonic() - began < 60


def test_lists_in_other_encodings_are_read() -> None:
    text = "url,label\nx.org/a.jpg,crème brûlée"
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert read_list(text.encode(encoding)).leads[0].label == "crème brûlée"


@given(st.one_of(st.text(), st.binary(), st.lists(st.text()).map(json.dumps)))
def test_nothing_that_is_pasted_breaks_it(data: str | bytes) -> None:
    listing = read_list(data, "pasted")
    assert all(reason and len(text) <= 200 for text, reason in listing.refused)


@given(st.lists(st.one_of(st.text(), st.integers(), st.none(), st.dictionaries(st.text(), st.text()))))
def test_the_numbers_always_add_up(entries: list[object]) -> None:
    listing = read_list(json.dumps(entries), "list.json")
    assert len(listing.leads) + len(listing.refused) == len(entries)
