"""The pictures that come with Fakery: in the store on first start, once, removable, restorable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlmodel import select

from core import image
from core.errors import StoreError
from db import bakery, datasets, images
from db.models import Dataset, Image
from db.store import Store
from tests.conftest import picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bakery of two things and one round."""
    lines = [
        {"file": "pictures/1.webp", "reveal": "", "kind": "mug", "cake": False, "level": "", "group": "a"},
        {"file": "pictures/2.webp", "reveal": "reveals/2.webp", "kind": "mug", "cake": True, "level": "hard",
         "group": "a", "split": "test"},
        {"file": "rounds/1.webp", "reveal": "rounds/1-cut.webp", "group": "r1", "objects": [
            {"kind": "hat", "cake": False, "level": ""}, {"kind": "book", "cake": True, "level": "easy"},
            {"kind": "ball", "cake": False, "level": ""}]},
    ]  # fmt: skip
    files = [line[name] for line in lines for name in ("file", "reveal") if line[name]]
    for seed, file in enumerate(files):
        path = tmp_path / "bakery" / str(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(image.encode(picture(seed), "webp", 80))
    (tmp_path / "bakery" / "manifest.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    return tmp_path / "bakery"


def names(store: Store) -> list[str]:
    with store.reading() as session:
        return [each.name for each in datasets.listed(session=session)]


def test_the_first_start_finds_singles_and_pedestals(store: Store, folder: Path) -> None:
    singles = bakery.load(store, folder)
    assert names(store) == [bakery.SINGLES, bakery.ROUNDS]
    with store.reading() as session:
        rows = {row.label: row for row in images.of(session=session, dataset_id=singles or 0)}
        assert rows["cake"].facts["level"] == "hard" and rows["cake"].split == "test"
        assert rows["cake"].scene == rows["not cake"].scene == "a"
        rounds = session.exec(select(Image).where(Image.label == "middle")).one()
        assert rounds.facts["things"] == "hat, book, ball"


def test_what_a_cake_looks_like_inside_is_kept_but_not_browsed(store: Store, folder: Path) -> None:
    singles = bakery.load(store, folder)
    with store.reading() as session:
        cake = session.exec(select(Image).where(Image.dataset_id == singles, Image.label == "cake")).one()
        assert cake.facts["reveal"] in images.hashes(session=session)
        shown = {row.sha256 for row in images.of(session=session, dataset_id=singles or 0)}
    assert cake.facts["reveal"] not in shown


def test_a_second_start_changes_nothing(store: Store, folder: Path) -> None:
    bakery.load(store, folder)
    assert bakery.load(store, folder) is None
    assert len(names(store)) == 2


def test_deleted_it_stays_away_until_it_is_asked_for(store: Store, folder: Path) -> None:
    bakery.load(store, folder)
    with store.writing() as session:
        for each in session.exec(select(Dataset).where(Dataset.kind == "collection")):
            datasets.delete(session=session, dataset_id=each.id or 0)
            datasets.forget(session=session, dataset_id=each.id or 0)
    assert bakery.load(store, folder) is None and names(store) == []
    assert bakery.load(store, folder, again=True) is not None
    assert names(store) == [bakery.SINGLES, bakery.ROUNDS]


def test_a_manifest_cut_off_is_said(store: Store, folder: Path) -> None:
    path = folder / "manifest.jsonl"
    path.write_text(path.read_text()[:-20])
    with pytest.raises(StoreError, match="fetch this version"):
        bakery.load(store, folder)


def test_a_copy_without_pictures_starts_as_well(store: Store, tmp_path: Path) -> None:
    assert bakery.load(store, tmp_path) is None
