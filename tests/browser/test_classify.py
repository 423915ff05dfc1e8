"""Classify, as a person uses it."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import image
from tests.conftest import Server, picture, serving

BALL = "data/images/a_cake/not_cake/EliSchwartz_933151364df7.jpg"
CAKE = "data/images/a_cake/cake/mohitparmar0_f5a3b169ff8b.jpg"
BANANA = "data/images/b_grocery_fruit/banana/marcusklasso_964ed190631f.jpg"


def bring(page: Page, server: Server, *paths: Path) -> None:
    page.goto(f"{server.url}/classify")
    page.locator("input[type=file]").set_input_files([str(path) for path in paths])
    expect(page.locator(".fk-stage img")).to_be_visible(timeout=120_000)


def test_a_cake_and_a_ball_are_named_and_boxed(page: Page, server: Server, shared: Path) -> None:
    bring(page, server, shared / CAKE, shared / BALL)
    box = page.locator(".fk-box")
    expect(box).to_have_count(1)
    expect(box).to_have_text(re.compile(r"cake \d\d%"))
    stage, drawn = page.locator(".fk-stage img").bounding_box(), box.bounding_box()
    assert stage is not None and drawn is not None
    assert stage["x"] - 2 <= drawn["x"] and drawn["y"] > stage["y"] + 0.1 * stage["height"]
    assert drawn["width"] * drawn["height"] > 0.3 * stage["width"] * stage["height"]
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("2 of 2")).to_be_visible()
    expect(page.locator(".fk-head", has_text="golf ball")).to_be_visible()
    expect(page).to_have_url(re.compile("picture=2"))
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("1 of 2")).to_be_visible()


def test_picture_and_buttons_fit_a_laptop_without_scrolling(page: Page, server: Server, shared: Path) -> None:
    bring(page, server, shared / CAKE, shared / BALL)
    following = page.get_by_role("button", name="Next")
    expect(following).to_be_in_viewport(ratio=1)
    expect(page.locator(".fk-stage img")).to_be_in_viewport(ratio=1)


def test_on_a_phone_nothing_is_wider_than_the_screen(page: Page, server: Server, shared: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    bring(page, server, shared / CAKE, shared / BALL)
    expect(page.locator(".fk-stage img")).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert page.locator(".stMain").evaluate("main => main.scrollWidth") <= 390


def test_a_small_picture_below_is_a_button(page: Page, server: Server, shared: Path) -> None:
    bring(page, server, shared / CAKE, shared / BALL, shared / BANANA)
    page.get_by_role("button", name=Path(BANANA).name).click()
    expect(page.get_by_text("3 of 3")).to_be_visible()
    expect(page.locator(".fk-head", has_text="banana").first).to_be_visible()


def test_the_address_reopens_pictures_and_answers_in_another_window(
    page: Page, server: Server, shared: Path
) -> None:
    bring(page, server, shared / CAKE, shared / BALL)
    page.get_by_role("button", name="Next").click()
    expect(page).to_have_url(re.compile("picture=2"))
    other = page.context.browser.new_page()  # type: ignore[union-attr]
    other.goto(page.url)
    expect(other.get_by_text("2 of 2")).to_be_visible()
    expect(other.locator(".fk-head", has_text="golf ball")).to_be_visible()
    other.close()


def test_each_arrow_key_counts_and_the_address_follows(page: Page, server: Server, shared: Path) -> None:
    bring(page, server, *sorted((shared / "data/images/b_grocery_fruit/kiwi").iterdir())[:8])
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("2 of 8")).to_be_visible()
    for number in range(3, 7):
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text(f"{number} of 8")).to_be_visible()
    expect(page).to_have_url(re.compile("picture=6"))


def test_a_picture_taken_out_is_gone_at_once_and_comes_back_to_its_place(
    page: Page, server: Server, shared: Path
) -> None:
    bring(page, server, shared / CAKE, shared / BALL, shared / BANANA)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("2 of 3")).to_be_visible()
    page.locator(".st-key-classify_remove").get_by_role("button").last.click()
    expect(page.get_by_text("2 of 2")).to_be_visible()
    expect(page.locator(".fk-head", has_text="banana").first).to_be_visible()
    page.get_by_role("button", name="Bring").click()
    expect(page.get_by_text("2 of 3")).to_be_visible()
    expect(page.locator(".fk-head", has_text="golf ball")).to_be_visible()


def test_work_stopped_and_reloaded_goes_on_before_the_eyes(page: Page, weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for seed in range(150):
        (folder / f"{seed:03}.jpg").write_bytes(image.encode(picture(seed, 640, 480), "jpeg"))
    with serving(tmp_path / "home", tmp_path / "log", FAKERY_MODELS=str(weights)) as server:
        bring(page, server, *sorted(folder.iterdir()))
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.get_by_text("the rest was stopped")).to_be_visible()
        expect(page.get_by_role("button", name="CSV so far")).to_be_visible()
        page.reload()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("button", name="CSV", exact=True)).to_be_visible(timeout=90_000)
        with page.expect_download() as started:
            page.get_by_role("button", name="CSV", exact=True).click()
        text = Path(started.value.path()).read_text(encoding="utf-8")
        assert len(list(csv.DictReader(io.StringIO(text)))) == 150 * 3


def test_the_way_back_leads_to_the_pictures_again(page: Page, server: Server, shared: Path) -> None:
    bring(page, server, shared / CAKE, shared / BALL)
    page.get_by_role("link", name="Home").first.click()
    page.get_by_role("link", name="Back to your 2 pictures").click()
    expect(page.get_by_text("1 of 2")).to_be_visible()


def test_the_table_has_thumbnails_and_downloads_hold_every_answer(
    page: Page, server: Server, shared: Path
) -> None:
    bring(page, server, shared / CAKE, shared / BALL)
    page.get_by_text("Table", exact=True).click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("button", name="CSV", exact=True).click()
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text(encoding="utf-8"))))
    assert len(rows) == 2 * 3
    named = {(row["file"], row["model"]): row for row in rows}
    assert named[Path(BALL).name, "mobilenet_v2"]["label_1"] == "golf ball"
    assert "cake" in named[Path(CAKE).name, "coco_ssd"]["boxes"]


def test_what_a_model_sees_is_its_own_crop(page: Page, server: Server, shared: Path) -> None:
    bring(page, server, shared / BALL)
    page.get_by_text("Show what each model sees").click()
    expect(page.get_by_text("the middle, cut square, 224 pixels")).to_be_visible()
    expect(page.get_by_text("all of it, squashed square, 300 pixels")).to_be_visible()


def test_lowering_the_first_slider_shows_more_boxes(page: Page, server: Server, shared: Path) -> None:
    bring(page, server, shared / CAKE)
    expect(page.locator(".fk-box")).to_have_count(1)
    slider = page.get_by_role("slider").first
    for _ in range(8):
        slider.press("ArrowLeft")
    expect(page.locator(".fk-box").nth(1)).to_be_visible()
    expect(page).to_have_url(re.compile("score=10"))


@pytest.mark.parametrize("path", ["/", "/classify"])
def test_a_first_visit_to_any_page_shows_it_in_its_frame(page: Page, server: Server, path: str) -> None:
    page.goto(server.url + path)
    expect(page.get_by_role("link", name="Classify").first).to_be_attached()
    expect(page.get_by_role("heading", level=1)).to_have_text("Classify" if path != "/" else "Is it cake?")


def test_a_server_restarted_midway_goes_on_where_it_was(page: Page, weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for seed in range(120):
        (folder / f"{seed:03}.jpg").write_bytes(image.encode(picture(seed, 640, 480), "jpeg"))
    environment = {"FAKERY_MODELS": str(weights)}
    with serving(tmp_path / "home", tmp_path / "log", **environment) as first:
        bring(page, first, *sorted(folder.iterdir()))
        url = page.url.removeprefix(first.url)
        first.process.kill()
    with serving(tmp_path / "home", tmp_path / "log", **environment) as second:
        page.goto(second.url + url)
        expect(page.get_by_text("1 of 120")).to_be_visible()
        page.get_by_text("Table", exact=True).click()
        expect(page.get_by_test_id("stDataFrame")).to_be_visible()
        expect(page.get_by_role("progressbar")).to_have_count(0, timeout=60_000)
        with page.expect_download() as started:
            page.get_by_role("button", name="CSV", exact=True).click()
        text = Path(started.value.path()).read_text(encoding="utf-8")
        assert len(list(csv.DictReader(io.StringIO(text)))) == 120 * 3


def test_the_server_never_imports_tensorflow_or_keras(
    page: Page, weights: Path, shared: Path, tmp_path: Path
) -> None:
    environment = {"FAKERY_MODELS": str(weights), "PYTHONPROFILEIMPORTTIME": "1"}
    with serving(tmp_path / "home", tmp_path / "log", **environment) as server:
        page.goto(server.url)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        bring(page, server, shared / CAKE)
        expect(page.locator(".fk-box")).to_have_count(1)
        imported = re.findall(r"^import time:.*\| +(\S+)$", server.log.read_text(), re.MULTILINE)
    assert "streamlit" in imported and "ai_edge_litert.interpreter" in imported
    assert not [name for name in imported if re.match(r"(tensorflow|keras|tf_keras)", name)]
