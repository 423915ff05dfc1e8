"""The pictures that come with Fakery: in the store on first start, once, removable, restorable."""

from __future__ import annotations

import json
from itertools import pairwise
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
        assert rows["not cake"].split in ("train", "val", "test")
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


def test_the_packaged_bakery_is_whole_and_fair() -> None:
    lines = bakery.divided(bakery.manifest())
    singles = [line for line in lines if "objects" not in line]
    rounds = [line for line in lines if "objects" in line]
    cakes = [line for line in singles if line["cake"]]
    assert len(singles) >= 240 and len(cakes) == len(singles) // 2 and len(rounds) >= 40
    assert len({line["kind"] for line in singles}) >= 16
    for line in lines:
        for file in filter(None, (line["file"], line["reveal"])):
            assert (bakery.FOLDER / file).is_file()
    assert all(line["reveal"] for line in (*cakes, *rounds))
    assert all(sum(thing["cake"] for thing in line["objects"]) == 1 for line in rounds)
    splits: dict[str, set[str]] = {}
    for line in singles:
        splits.setdefault(line["group"], set()).add(line["split"])
    assert all(len(each) == 1 for each in splits.values())


def test_no_file_of_the_bakery_tells_the_answer_by_its_size_or_name() -> None:
    singles = [line for line in bakery.manifest() if "objects" not in line]
    sizes = {cake: [(bakery.FOLDER / line["file"]).stat().st_size for line in singles if line["cake"] is cake]
             for cake in (True, False)}  # fmt: skip
    middles = {cake: sorted(each)[len(each) // 2] for cake, each in sizes.items()}
    assert 0.9 < middles[True] / middles[False] < 1.1
    order = [line["cake"] for line in sorted(singles, key=lambda line: line["file"])]
    changes = sum(first != second for first, second in pairwise(order))
    assert 0.35 < changes / len(order) < 0.65  # a coin changes its side half the time
