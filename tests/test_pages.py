"""The pages, driven without a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import image
from core.home import Home
from core.shelf import Shelf
from db import datasets, images
from pages.parts.house import house
from tests.conftest import ROOT, picture

FRAME = str(ROOT / "pages" / "frame.py")


@pytest.fixture
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The environment of somebody with an empty home and no network."""
    monkeypatch.setenv("FAKERY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FAKERY_OFFLINE", "1")
    monkeypatch.delenv("FAKERY_MODELS", raising=False)
    monkeypatch.delenv("FAKERY_DB_URL", raising=False)
    return tmp_path / "home"


def app() -> AppTest:
    return AppTest.from_file(FRAME, default_timeout=60)


def classify() -> AppTest:
    return app().run().switch_page("classify.py").run()


def words(page: AppTest) -> str:
    """Return everything a page says, as one text."""
    blocks = [*page.title, *page.markdown, *page.caption, *page.text, *page.error, *page.warning]
    text = "\n".join([str(block.value) for block in blocks] + [html.proto.body for html in page.get("html")])
    return text.replace("\\_", "_").replace("\\=", "=")


@pytest.fixture
def with_models(at_home: Path, furnished: Home) -> Path:
    at_home.mkdir()
    (at_home / "models").symlink_to(furnished.models)
    return at_home


def bring(*names: str) -> str:
    """Put a visit of some pictures into the store of the environment, and return its link."""
    store = house().store
    taken = [
        images.take_in(store.pictures, image.encode(picture(seed, 320, 240), "jpeg"), name)
        for seed, name in enumerate(names)
    ]
    with store.writing() as session:
        visit = datasets.create_visit(session=session)
        images.add(session=session, dataset_id=visit.id or 0, taken=taken)
    return visit.key


def test_home_says_what_this_is_and_asks_for_nothing(at_home: Path) -> None:
    page = app().run()
    assert not page.exception
    assert "people and image classifiers look at the same pictures" in words(page)
    assert "Nothing yet" in words(page)
    assert not page.text_input and not page.button


def test_home_counts_what_is_there(with_models: Path) -> None:
    bring("a.jpg", "b.jpg")
    assert "Pictures so far: 2." in words(app().run())


def test_on_first_start_without_a_network_the_packaged_model_answers(at_home: Path) -> None:
    page = classify()
    page.file_uploader[0].upload("a.png", image.encode(picture(3), "png"), "image/png")
    page.run()
    assert not page.exception
    said = words(page)
    assert "Compact" in said and "fk-head" in said
    assert "FAKERY_OFFLINE=1 forbids" in said and "FAKERY_MODELS" in said


def test_without_any_model_the_page_says_what_why_and_how(
    at_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shelf.__init__, "__defaults__", (tmp_path / "nothing packaged",))
    page = classify()
    assert not page.exception
    said = words(page)
    assert "nothing can answer" in said
    assert "FAKERY_OFFLINE=1 forbids" in said and "FAKERY_MODELS" in said


def test_a_dropped_picture_is_named_by_every_chosen_model(with_models: Path, shared: Path) -> None:
    page = classify()
    ball = shared / "data/images/a_cake/not_cake/EliSchwartz_933151364df7.jpg"
    page.file_uploader[0].upload("ball.jpg", ball.read_bytes(), "image/jpeg")
    page.run()
    assert not page.exception
    said = words(page)
    assert "golf ball" in said
    assert "MobileNet V2" in said and "COCO-SSD" in said
    assert "1 of 1" not in said
    assert page.query_params["visit"]


def test_what_is_no_picture_is_named_with_the_reason_and_the_rest_is_taken(with_models: Path) -> None:
    page = classify()
    page.file_uploader[0].upload("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png")
    page.file_uploader[0].upload("good.png", image.encode(picture(3), "png"), "image/png")
    page.run()
    assert not page.exception
    assert "1 picture was not taken" in words(page)
    assert "drawing.png" in words(page) and "SVG" in words(page)
    assert "good" in words(page)


def test_a_link_reopens_the_visit_with_its_answers(with_models: Path) -> None:
    key = bring("first.jpg", "second.jpg", "third.jpg")
    page = app().run().switch_page("classify.py")
    page.query_params["visit"] = key
    page.query_params["picture"] = "2"
    page.run()
    assert not page.exception
    assert "**2 of 3**" in words(page)
    assert "second" in words(page)


def test_back_and_next_move_through_the_pictures_and_stop_at_the_ends(with_models: Path) -> None:
    key = bring("first.jpg", "second.jpg")
    page = app().run().switch_page("classify.py")
    page.query_params["visit"] = key
    page.run()
    assert page.button(key="classify_back").disabled
    page.button(key="classify_next").click().run()
    assert "**2 of 2**" in words(page)
    assert page.button(key="classify_next").disabled
    page.button(key="classify_remove").click().run()
    assert "**2 of 2**" not in words(page)
    page.button(key="classify_undo").click().run()
    assert "**2 of 2**" in words(page) and "second" in words(page)


def test_an_unknown_link_is_said_and_the_page_goes_on(at_home: Path) -> None:
    page = app().run().switch_page("classify.py")
    page.query_params["visit"] = "nonsense"
    page.run()
    assert not page.exception
    assert "nothing under this link" in words(page)
    assert page.file_uploader


def test_an_address_that_points_inside_is_refused(with_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKERY_OFFLINE", "0")
    page = classify()
    page.text_input(key="classify_address").set_value("http://127.0.0.1:22/cake.jpg").run()
    assert not page.exception
    assert "1 picture was not taken" in words(page)


def test_names_that_carry_markup_are_shown_as_text(with_models: Path) -> None:
    key = bring("**bold**<img src=x onerror=alert(1)>.jpg")
    page = app().run().switch_page("classify.py")
    page.query_params["visit"] = key
    page.run()
    assert not page.exception
    stage = "".join(html.proto.body for html in page.get("html"))
    assert "<img src=x" not in stage
    assert r"\*\*bold" in words(page)
