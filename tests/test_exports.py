"""What goes out: a ZIP, tables, JSON lines and a card that say the same, and that come back as they were."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from core.errors import StoreError
from core.models import ModelSpec, Pixels
from db import exports, imports, runs
from db.filenames import Names, safe
from db.models import Image, Prediction, Tag
from db.store import Store
from tests.collections import brought, held_by, jpeg, lay

SPEC = ModelSpec("toy", "Toy", ("classify",), "0" * 64, 1, Pixels(), {"scores": 0}, ("cake",))
TABLE = """file,label,split,source,scene,author,licence
1.jpg,cake,train,phone,burst 1,Cleo,CC0
2.jpg,"cake, iced/sliced",val,phone,burst 1,Cleo,CC0
3.jpg,=SUM(A1),test,web,,"Ma""x",CC BY 4.0
more/1.jpg,CAKE,train,web,,,
5,,train,,,,
"""


@pytest.fixture
def dataset_id(store: Store, tmp_path: Path) -> int:
    """Five pictures with hard names and labels; one is excluded, one tagged, one was looked at."""
    files: dict[str, bytes | int | str] = {"a.csv": TABLE, "more/1.jpg": 4, "5": 5}
    brought(store, path=lay(tmp_path / "set", {**files, **{f"{seed}.jpg": seed for seed in (1, 2, 3)}}))
    (one, *_) = rows = held_by(store)
    assert len(rows) == 5
    with store.writing() as session:
        run = runs.start(session=session, dataset_id=one.dataset_id, spec=SPEC)
        first = session.exec(select(Image).where(Image.label == "cake")).one()
        session.add(Tag(image_id=first.id or 0, tag="fluffy"))
        session.add(Prediction(run_id=run.id or 0, image_id=first.id or 0, elapsed_ms=1.5, label="cake",
                               confidence=0.9, scores=[["cake", 0.9]]))  # fmt: skip
        last = session.exec(select(Image).where(col(Image.label) == "")).one()
        last.excluded = True
        session.add(last)
    return one.dataset_id


def known(rows: list[Image]) -> list[tuple[Any, ...]]:
    return sorted(
        (row.sha256, row.label, row.split, row.source, row.scene, row.excluded, *row.facts.items())
        for row in rows
    )


def content(store: Store, dataset_id: int) -> str:
    with store.reading() as session:
        return imports.content_hash(session=session, dataset_id=dataset_id)


@pytest.mark.parametrize("unpacked", [False, True], ids=["as a ZIP", "unpacked"])
def test_what_goes_out_comes_back_as_it_was(
    store: Store, dataset_id: int, tmp_path: Path, unpacked: bool
) -> None:
    exports.write(store, dataset_id, tmp_path / "out.zip", excluded=True)
    if unpacked:
        with zipfile.ZipFile(tmp_path / "out.zip") as archive:
            archive.extractall(tmp_path / "out")
    report = brought(store, path=tmp_path / ("out" if unpacked else "out.zip"), name="back")
    assert (report["taken"], report["refused"]) == (5, 0)
    assert known(held_by(store, "back")) == known(held_by(store))
    assert report["content_hash"] == content(store, dataset_id)


def test_originals_and_a_csv_are_enough_to_come_back(store: Store, dataset_id: int, tmp_path: Path) -> None:
    exports.write(store, dataset_id, tmp_path / "out.zip", excluded=True)
    exports.write(store, dataset_id, tmp_path / "flat" / "labels.csv")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        for name in archive.namelist():
            if name not in (exports.TABLE, exports.CARD):
                archive.extract(name, tmp_path / "flat")
    report = brought(store, path=tmp_path / "flat", name="back")
    assert report["content_hash"] == content(store, dataset_id)


def test_class_folders_alone_bring_the_labels_back(store: Store, tmp_path: Path) -> None:
    brought(store, path=lay(tmp_path / "set", {"cake/1.jpg": 1, "not cake/2.jpg": 2, "3.jpg": 3}))
    dataset_id = held_by(store)[0].dataset_id
    exports.write(store, dataset_id, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "out")
    (tmp_path / "out" / exports.TABLE).unlink()
    report = brought(store, path=tmp_path / "out", name="back")
    assert report["content_hash"] == content(store, dataset_id)


def test_a_zip_holds_the_original_bytes_under_safe_names(
    store: Store, dataset_id: int, tmp_path: Path
) -> None:
    done = exports.write(store, dataset_id, tmp_path / "out.zip")
    with zipfile.ZipFile(done.path) as archive:
        names = archive.namelist()
        assert archive.read("cake/1.jpg") == jpeg(1)
    assert names == [
        "cake/1.jpg",
        "cake, iced_sliced/2.jpg",
        "=SUM(A1)/3.jpg",
        "CAKE/1 (2).jpg",
        exports.TABLE,
        exports.CARD,
    ], "the excluded one stays here"
    assert (done.pictures, done.missing) == (4, ())


def test_a_csv_tells_of_every_picture_and_runs_no_formula(
    store: Store, dataset_id: int, tmp_path: Path
) -> None:
    exports.write(store, dataset_id, tmp_path / "out.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8"))))
    assert {row["file"]: row["label"] for row in rows} == {
        "5.jpg": "",
        "cake/1.jpg": "cake",
        "cake, iced_sliced/2.jpg": "cake, iced/sliced",
        "'=SUM(A1)/3.jpg": "'=SUM(A1)",
        "CAKE/1 (2).jpg": "CAKE",
    }
    (one,) = (row for row in rows if row["tags"])
    assert (one["tags"], one["author"], one["licence"], one["scene"]) == ("fluffy", "Cleo", "CC0", "burst 1")
    assert [row["excluded"] for row in rows if row["label"] == ""] == ["1"]


def test_json_lines_hold_what_every_model_said(store: Store, dataset_id: int, tmp_path: Path) -> None:
    exports.write(store, dataset_id, tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text("utf-8").splitlines()]
    assert len(lines) == 5
    said = {line["label"]: line["predictions"] for line in lines if line["predictions"]}
    assert said == {
        "cake": {
            "toy": {
                "label": "cake",
                "confidence": 0.9,
                "scores": {"cake": 0.9},
                "boxes": [],
                "elapsed_ms": 1.5,
                "message": "",
            }
        }
    }


def test_the_card_counts_and_cannot_be_broken_by_words(store: Store, dataset_id: int, tmp_path: Path) -> None:
    exports.write(store, dataset_id, tmp_path / "out.json")
    exports.write(store, dataset_id, tmp_path / "out.md")
    card = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (card["pictures"], card["excluded"], card["authors"]) == (5, 1, 2)
    assert card["splits"] == {"train": 3, "test": 1, "val": 1}
    assert card["licences"] == {"": 2, "CC0": 2, "CC BY 4.0": 1}
    assert card["table"]["cake"] == {"train": 1}
    assert card["content_hash"] == content(store, dataset_id)
    page = (tmp_path / "out.md").read_text("utf-8")
    assert "| Label | train | test | val | All |" in page
    assert card["content_hash"] in page


def test_a_picture_gone_from_the_disk_is_said_and_the_rest_goes_out(
    store: Store, dataset_id: int, tmp_path: Path
) -> None:
    gone = next(row for row in held_by(store) if row.label == "cake")
    store.pictures.original(gone.sha256).unlink()
    done = exports.write(store, dataset_id, tmp_path / "out.zip")
    assert (done.pictures, done.missing) == (3, ("cake/1.jpg",))


@pytest.mark.parametrize("name", ["out.tar", "out"])
def test_another_ending_is_refused(store: Store, dataset_id: int, tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="ends in none of"):
        exports.write(store, dataset_id, tmp_path / name)
    with pytest.raises(StoreError, match="not there any more"):
        exports.write(store, 99, tmp_path / "out.zip")


@given(st.lists(st.tuples(st.text(max_size=200), st.text(max_size=200)), max_size=20))
def test_file_names_are_safe_and_each_only_once(wanted: list[tuple[str, str]]) -> None:
    names = Names()
    given_names = [names.free(folder, name) for folder, name in wanted]
    assert len({name.casefold() for name in given_names}) == len(given_names)
    for name in given_names:
        for part in name.split("/"):
            assert part not in ("", ".", "..") and not part.startswith(".")
            assert part == part.rstrip(" .") or len(part) < 3
            assert len(part.encode()) <= 130
            assert not set(part) & set('\\:*?"<>|\0')


@given(st.text(max_size=300))
def test_a_safe_name_stays_as_it_is(name: str) -> None:
    assert safe(safe(name)) == safe(name)


def test_a_name_as_long_as_a_file_system_takes_can_be_written(
    store: Store, dataset_id: int, tmp_path: Path
) -> None:
    target = tmp_path / f"{'𝕏' * 62}.jsonl"
    assert exports.write(store, dataset_id, target).pictures == 5
    assert [path for path in tmp_path.iterdir() if path.is_file()] == [target]
