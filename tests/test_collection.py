"""What a folder says about its pictures: labels, splits, sources, scenes, as people lay them out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import collection
from core.collection.table import parsed
from core.errors import UnusableImage
from tests.collections import lay


def said(folder: Path, files: dict[str, bytes | int | str]) -> dict[str, tuple[str, str]]:
    """Return label and split of all that a folder of these files offers."""
    return {item.name: (item.label, item.split) for item in collection.items(lay(folder, files))}


def test_class_folders_are_labels(tmp_path: Path) -> None:
    files: dict[str, bytes | int | str] = {"cake/1.jpg": 1, "not cake/1.jpg": 2, "cake/small/3.jpg": 3}
    assert said(tmp_path, files) == {
        "cake/1.jpg": ("cake", ""),
        "cake/small/3.jpg": ("cake", ""),
        "not cake/1.jpg": ("not cake", ""),
    }


@pytest.mark.parametrize(
    ("folder", "split"), [("train", "train"), ("Valid", "val"), ("val", "val"), ("TEST", "test")]
)
def test_split_folders_are_splits(tmp_path: Path, folder: str, split: str) -> None:
    assert said(tmp_path, {f"{folder}/cake/1.jpg": 1}) == {f"{folder}/cake/1.jpg": ("cake", split)}


def test_a_class_called_test_beside_others_stays_a_class(tmp_path: Path) -> None:
    assert said(tmp_path, {"test/1.jpg": 1, "cake/2.jpg": 2}) == {
        "cake/2.jpg": ("cake", ""),
        "test/1.jpg": ("test", ""),
    }


def test_a_folder_that_only_wraps_is_looked_through(tmp_path: Path) -> None:
    files: dict[str, bytes | int | str] = {"my pictures/set/cake/1.jpg": 1, "my pictures/set/tart/2.jpg": 2}
    assert set(said(tmp_path, files).values()) == {("cake", ""), ("tart", "")}


def test_a_lone_class_folder_is_a_class(tmp_path: Path) -> None:
    assert said(tmp_path, {"cake/1.jpg": 1}) == {"cake/1.jpg": ("cake", "")}


def test_a_flat_folder_has_no_labels(tmp_path: Path) -> None:
    assert said(tmp_path, {"1.jpg": 1, "2.jpg": 2}) == {"1.jpg": ("", ""), "2.jpg": ("", "")}


TABLES = {
    "plain": b"file,label,split\n1.jpg,cake,train\n2.jpg,not cake,valid\n",
    "other words": b"Image Path;Class;Subset\n./1.jpg;cake;training\nimages\\2.jpg;not cake;validation\n",
    "with a mark": b"\xef\xbb\xbffilename\tcategory\tset\r\n1.jpg\tcake\ttrain\r\n2.jpg\tnot cake\tval\r\n",
    "of Excel": "file\tlabel\tsplit\n1.jpg\tcake\ttrain\n2.jpg\tnot cake\tval\n".encode("utf-16"),
    "from elsewhere": b"id,path,class,subset\n7,C:\\me\\1.jpg,cake,train\n8,/home/me/2.jpg,not cake,val\n",
    "without endings": b"image,label,split\n1,cake,train\n2,not cake,val\n",
    "without a header": b"1.jpg,cake,train\n2.jpg,not cake,val\n",
}


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_a_table_names_labels_and_splits(tmp_path: Path, text: bytes) -> None:
    assert said(tmp_path, {"labels.csv": text, "images/1.jpg": 1, "images/2.jpg": 2}) == {
        "images/1.jpg": ("cake", "train"),
        "images/2.jpg": ("not cake", "val"),
    }


def test_a_table_in_latin_1_is_read(tmp_path: Path) -> None:
    table = "file,label\n1.jpg,gâteau à la crème\n".encode("latin-1")
    assert said(tmp_path, {"labels.csv": table, "1.jpg": 1}) == {"1.jpg": ("gâteau à la crème", "")}


def test_a_table_gives_scenes_sources_and_facts(tmp_path: Path) -> None:
    table = "file,label,group,source,author,licence,excluded\n1.jpg,cake,burst 7,phone,Cleo,CC0,0\n"
    (item,) = collection.items(lay(tmp_path, {"a.csv": table, "1.jpg": 1}), "folder")
    assert (item.scene, item.source) == ("burst 7", "phone")
    assert item.facts == {"author": "Cleo", "licence": "CC0"}


def test_a_table_is_believed_before_folders(tmp_path: Path) -> None:
    table = "file,label\ncake/1.jpg,tart\n"
    assert said(tmp_path, {"a.csv": table, "cake/1.jpg": 1, "cake/2.jpg": 2}) == {
        "cake/1.jpg": ("tart", ""),
        "cake/2.jpg": ("", ""),
    }


def test_what_a_table_names_in_vain_is_said(tmp_path: Path) -> None:
    found = collection.items(lay(tmp_path, {"a.csv": "file,label\n1.jpg,cake\ngone.jpg,cake\n", "1.jpg": 1}))
    assert [(item.name, "names this picture" in item.refusal) for item in found] == [
        ("gone.jpg", True),
        ("1.jpg", False),
    ]


def test_a_csv_about_something_else_is_no_table(tmp_path: Path) -> None:
    table = "temperature,humidity\n20,40\n"
    assert said(tmp_path, {"weather.csv": table, "cake/1.jpg": 1}) == {
        "weather.csv": ("", ""),
        "cake/1.jpg": ("cake", ""),
    }


def test_what_computers_leave_beside_pictures_is_passed_over(tmp_path: Path) -> None:
    left = ["__MACOSX/cake/._1.jpg", "cake/.DS_Store", "cake/Thumbs.db", ".git/config", "desktop.ini"]
    assert list(said(tmp_path, {"cake/1.jpg": 1, **dict.fromkeys(left, b"x")})) == ["cake/1.jpg"]


def test_links_are_refused_and_not_followed(tmp_path: Path) -> None:
    lay(tmp_path / "elsewhere", {"secret.jpg": 1})
    folder = lay(tmp_path / "set", {"cake/1.jpg": 2})
    (folder / "cake" / "2.jpg").symlink_to(tmp_path / "elsewhere" / "secret.jpg")
    (folder / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    found = {item.name: item.refusal for item in collection.items(folder)}
    assert found.keys() == {"cake/1.jpg", "cake/2.jpg", "more", "loop"}
    assert all(("This is a link" in why) == (name != "cake/1.jpg") for name, why in found.items())
    with pytest.raises(UnusableImage, match="link"):
        collection.read(folder, "cake/2.jpg")


def test_a_pipe_in_a_folder_stops_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jpg")
    (item,) = collection.items(tmp_path)
    assert "no file" in item.refusal
    with pytest.raises(UnusableImage, match="no file"):
        collection.read(tmp_path, "pipe.jpg")


def test_a_name_that_is_no_text_is_refused_and_still_shown(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.jpg")).write_bytes(b"x")
    (item,) = collection.items(tmp_path)
    assert (item.name, "rename" in item.refusal) == ("caf\\udce9.jpg", True)


@given(st.text(max_size=300), st.booleans())
def test_no_text_breaks_the_reading_of_tables(text: str, known: bool) -> None:
    table = parsed(f"file,label\n1.jpg,{text}" if known else text, lambda name: known)
    assert table is None or all(name for name in table.rows)


def test_a_csv_with_a_cell_without_end_is_no_table(tmp_path: Path) -> None:
    files: dict[str, bytes | int | str] = {"cake/1.jpg": 1, "notes.csv": f"{'x' * 200_000}\n1,2\n"}
    assert said(tmp_path, files)["cake/1.jpg"] == ("cake", "")
