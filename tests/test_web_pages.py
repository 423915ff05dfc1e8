"""Web pages: which pictures they name, however they hide them, and how much a hostile one costs."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sources.web_pages import MAX_IMAGES, MAX_PAGE_BYTES, images_on, read_page

PAGE = "https://bakery.example.org/cakes/index.html"


def found(html: str, url: str = PAGE) -> list[str]:
    return [lead.address.removeprefix("https://bakery.example.org") for lead in images_on(html.encode(), url)]


@pytest.mark.parametrize(
    "html",
    [
        '<img src="/big.jpg">',
        "<IMG SRC = '../big.jpg' alt=cake>",
        '<img src="/small.jpg" srcset="/small.jpg 300w, /big.jpg 1200w, /middle.jpg 600w">',
        '<img src="/small.jpg" srcset="/small.jpg, /big.jpg 2x">',
        '<img src="data:image/gif;base64,R0lGOD" data-src="/big.jpg">',
        '<img src="/blank.gif" data-lazy-src="/big.jpg"><noscript><img src="/big.jpg"></noscript>',
        '<img src="/blank.gif" data-srcset="/small.jpg 1x, /big.jpg 3x">',
        '<img src="/blank.gif" data-original="/big.jpg">',
        '<picture><source srcset="/big.jpg 900w"><source srcset="/b.webp 400w"><img src="/s.jpg"></picture>',
        '<picture><source data-srcset="/big.jpg"></picture>',
        '<noscript><img src="/big.jpg"></noscript>',
        '<meta property="og:image" content="/big.jpg"><meta name="twitter:image" content="/big.jpg#1">',
        '<link rel="image_src" href="/big.jpg">',
        "<div style=\"color: red; background-image: url( '/big.jpg' )\">",
        '<div style="background: #fff URL(&quot;/big.jpg&quot;) no-repeat">',
        '<section data-bg="/big.jpg">',
        '<img src="big.jpg"><base href="/"><base href="/wrong/">',
        '<base href="javascript:alert(1)"><img src="/big.jpg">',
        '<img src="//bakery.example.org/big.jpg"><img src="https://BAKERY.example.org:443/big.jpg">',
        "<!-- <img src='/old.jpg'> --><script>'<img src=\"/script.jpg\">'</script><img src=/big.jpg>",
        '<img src=""><img><img src=" "><img src="/big.jpg"',
    ],
)
def test_a_picture_is_found_wherever_a_page_hides_it(html: str) -> None:
    wanted = [] if html.endswith('"/big.jpg"') else ["/big.jpg"]
    assert found(html) == wanted


def test_parameters_in_addresses_are_what_a_browser_reads() -> None:
    assert found('<img src="/a.jpg?x=1&copy=2&amp;reg=3">') == ["/a.jpg?x=1&copy=2&reg=3"]


def test_a_picture_knows_its_name_and_its_page() -> None:
    page = b'<img src="/1.jpg" alt="Plum &amp;\n cake"><img src="/2%20b.jpg"><img src="/logo.png">'
    plum, other, logo = images_on(page, PAGE)
    assert (plum.name, plum.source, plum.facts) == ("Plum & cake", PAGE, {"link": PAGE})
    assert other.name == "2 b.jpg"
    assert logo.facts["suspect"] == "logo"


def test_what_no_page_should_name_is_refused_with_a_reason() -> None:
    wild = ("javascript:alert(1)", "/drawing.svg", "http://[::1/x.jpg", "a\x01b")
    page = "".join(f'<img src="{address}">' for address in wild).encode()
    listing = read_page(page, PAGE)
    assert listing.leads == []
    assert len(listing.refused) == 4
    assert "SVG" in dict(listing.refused)["/drawing.svg"]


def test_addresses_that_point_inside_are_left_to_the_guard() -> None:
    assert found('<img src="http://127.0.0.1/x.jpg">') == ["http://127.0.0.1/x.jpg"]


def test_pages_in_other_alphabets_are_read() -> None:
    page = '<meta charset="windows-1251"><img src="/1.jpg" alt="торт">'.encode("cp1251")
    assert images_on(page, PAGE)[0].name == "торт"
    assert images_on('<img src="/1.jpg" alt="торт">'.encode("utf-16"), PAGE)[0].name == "торт"
    assert images_on(b'<meta charset="zip"><img src="/1.jpg" alt="cake">', PAGE)[0].name == "cake"


def test_a_million_pictures_are_cut_off_and_counted() -> None:
    page = b"".join(b'<img src="/%d.jpg">' % number for number in range(100_000))
    listing = read_page(page, PAGE)
    assert len(listing.leads) == MAX_IMAGES
    assert listing.refused == [("95000 more pictures", "5000 a page is the limit.")]


@pytest.mark.parametrize(
    "piece",
    [
        "<div>", "<!--", "<a ", "<img ", "</", "<![", "<?", "&", "<img src=\"", "x=' ", "<script>", "--", "<",
        '<img srcset="a 1w,', "<picture><source srcset=a>", " , ", "<title>", '<p style="url(', "url(",
        "<img alt='>' srcset='", "</script", "<!doctype [", "<textarea></", "<a/", "=", "<svg><", "]]>",
    ],
)  # fmt: skip
def test_hostile_pages_are_read_in_seconds(piece: str) -> None:
    """More than a megabyte of each: parsers have been quadratic in most of them."""
    for start in ("", "<script>", '<img srcset="', "<p style='", "<!--"):
        page = (start + piece * (MAX_PAGE_BYTES // len(piece) // 4)).encode()
        began = time.process_time()
        read_page(page, PAGE)
        assert time.process_time() - began < 15, start


@given(st.one_of(st.binary(), st.text(alphabet="<>/='\" imgsrcetau,1wx&;:(){}[]!-\n").map(str.encode)))
def test_no_page_breaks_it(page: bytes) -> None:
    listing = read_page(page, PAGE)
    assert all(reason for _, reason in listing.refused)
    read_page(b'<img src="' + page + b'"><img srcset="' + page + b'"><base href="' + page, PAGE)
