"""Dataset, as an analyst uses it: bring in, browse, choose, mend, take back, find again."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core import image
from tests.conftest import Server, picture, serving

COUNT = {"cake": 70, "not cake": 20}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ZIP of two class folders with 90 pictures and one text file that is none."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for label, count in COUNT.items():
            for number in range(count):
                made = image.encode(picture(1000 * len(label) + number, 160, 120), "jpeg", 80)
                packed.writestr(f"bakers/{label}/{number:03}.jpg", made)
        packed.writestr("bakers/cake/notes.jpg", b"flour, eggs, sugar")
    path = tmp_path_factory.mktemp("archive") / "bakers.zip"
    path.write_bytes(data.getvalue())
    return path


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Server]:
    """A Fakery of one's own, to change at will."""
    with serving(tmp_path / "home", tmp_path / "log") as server:
        yield server


def imported(page: Page, server: Server, archive: Path) -> None:
    page.goto(f"{server.url}/dataset")
    page.locator("input[type=file]").nth(1).set_input_files(str(archive))
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("button", name=re.compile("Look at")).click()
    expect(page.locator(".tile")).to_have_count(60)


def choose(page: Page, number: int) -> None:
    tile = page.locator(".tile").nth(number)
    tile.hover()
    tile.locator(".mark").click()


def test_a_zip_of_class_folders_becomes_a_dataset(page: Page, running: Server, archive: Path) -> None:
    page.goto(f"{running.url}/dataset")
    expect(page.get_by_text("No pictures yet.")).to_be_visible()
    page.locator("input[type=file]").nth(1).set_input_files(str(archive))
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("90 of 91 taken")).to_be_visible()
    expect(page.get_by_text("1 ×")).to_be_visible()
    page.get_by_role("button", name=re.compile("Look at bakers")).click()
    expect(page.get_by_text("1 to 60 of 90")).to_be_visible()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("61 to 90 of 90")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(30)
    page.reload()
    expect(page.get_by_text("61 to 90 of 90")).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_text("1 to 60 of 90")).to_be_visible()


def test_a_label_given_by_a_key_is_taken_back_and_filtered_by(
    page: Page, running: Server, archive: Path
) -> None:
    imported(page, running, archive)
    choose(page, 0)
    expect(page.get_by_text("1 chosen")).to_be_visible()
    page.locator(".tile").nth(3).locator(".mark").click(modifiers=["Shift"])
    expect(page.get_by_text("4 chosen")).to_be_visible()
    page.keyboard.press("2")  # the second label: not cake
    expect(page.locator(".tile .label", has_text=re.compile("^not cake$"))).to_have_count(4)
    page.get_by_role("button", name=re.compile("Undo: Label “not cake”, 4 pictures")).click()
    expect(page.locator(".tile .label", has_text=re.compile("^not cake$"))).to_have_count(0)
    page.goto(f"{page.url.split('&')[0]}&label=not+cake")
    expect(page.locator(".tile")).to_have_count(20)
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.locator(".tile")).to_have_count(60)


def test_a_picture_opens_large_and_is_excluded_there(page: Page, running: Server, archive: Path) -> None:
    imported(page, running, archive)
    page.locator(".tile").nth(1).click()
    expect(page.locator(".fk-stage img")).to_be_visible()
    expect(page).to_have_url(re.compile("picture="))
    expect(page.get_by_text("File: 001.jpg")).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("File: 002.jpg")).to_be_visible()
    page.get_by_role("button", name="Exclude").click()
    expect(page.get_by_role("button", name="Include again")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("1 to 60 of 89")).to_be_visible()


def test_a_deleted_dataset_can_be_brought_back(page: Page, running: Server, archive: Path) -> None:
    imported(page, running, archive)
    page.goto(f"{page.url.split('&')[0]}&show=about")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Yes, delete").click()
    expect(page.get_by_text("No pictures yet.")).to_be_visible()
    page.reload()
    page.get_by_text("Deleted datasets (1)").click()
    page.get_by_role("button", name="Bring “bakers” back").click()
    expect(page.locator(".tile")).to_have_count(60)


def test_on_a_phone_the_grid_fits_the_screen(page: Page, running: Server, archive: Path) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    imported(page, running, archive)
    assert page.locator(".stMain").evaluate("main => main.scrollWidth") <= 390
    first, third = (page.locator(".tile").nth(number).bounding_box() for number in (0, 2))
    assert first and third and abs(first["y"] - third["y"]) < 2
