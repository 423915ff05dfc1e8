"""`cli.py classify`: what it takes in and what it writes."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

import cli as door
from core import image
from core.home import Home
from tests.commands import cli
from tests.conftest import picture
from tests.loopback import Loopback, reply

BOTH = ("--model", "mobilenet_v2", "--model", "coco_ssd")
MUG = "a_cake/not_cake/EliSchwartz_c8f1364d96ec.jpg"
CAKE = "a_cake/cake/Nijikadesu_4d3c0ad5999d.jpg"
DOG = "c_paintings_pacs/dog/MachineLearn_883c33742e27.jpg"


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """A folder of three small pictures, two of them deeper, and things that are none."""
    folder = tmp_path / "album"
    (folder / "cats").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for seed, name in enumerate(("dog.png", "cats/b.png", "cats/a.png", ".hidden/x.png", ".y.png")):
        (folder / name).write_bytes(image.encode(picture(seed), "png"))
    (folder / "notes.txt").write_text("Cleo is a good dog.\n" * 9)
    return folder


def test_a_mug_a_cake_and_a_dog_are_named_and_the_cake_is_boxed(
    tmp_path: Path, shared: Path, weights: Path
) -> None:
    pictures = [shared / "data" / "images" / name for name in (MUG, CAKE, DOG)]
    ended = cli("classify", *pictures, *BOTH, "--out", "-",
                home=tmp_path / "home", FAKERY_MODELS=str(weights))  # fmt: skip
    assert ended.returncode == 0
    assert ended.stderr == "3 pictures classified.\n"
    words, boxes = table(ended.stdout)[::2], table(ended.stdout)[1::2]
    assert [row["file"] for row in words] == [str(path) for path in pictures]
    assert [row["label_1"] for row in words] == ["coffee mug", "trifle", "collie"]
    found = [[box["label"] for box in json.loads(row["boxes"])] for row in boxes]
    assert found[0] == ["cup"] and found[1][0] == "cake" and found[2][0] == "dog"
    (cake,) = [box for box in json.loads(boxes[1]["boxes"]) if box["label"] == "cake"]
    assert cake["width"] * cake["height"] > 0.2 * int(boxes[1]["width"]) * int(boxes[1]["height"])
    assert (tmp_path / "home" / "models" / "coco_ssd.tflite").is_file()


def test_a_folder_comes_sorted_and_what_is_no_picture_says_so(album: Path, furnished: Home) -> None:
    out = album / "out.jsonl"
    for again in ((), ("--overwrite",)):
        ended = cli("classify", "album", "--model", "mobilenet_v2", "--out", out, *again,
                    home=furnished.folder, cwd=album.parent)  # fmt: skip
        assert ended.returncode == 0
        assert ended.stderr == "3 pictures classified; 1 refused (their rows say why).\n"
        names = [row["file"] for row in lines(out)]
        assert names == ["album/cats/a.png", "album/cats/b.png", "album/dog.png", "album/notes.txt"]
        assert str(lines(out)[3]["message"]).startswith("This is ")
    assert [len(row["scores"]) for row in lines(out)] == [10, 10, 10, 0]  # type: ignore[arg-type]


def test_nothing_to_classify_is_a_failure(tmp_path: Path, furnished: Home) -> None:
    (tmp_path / "cake.jpg").write_text("<html><body>Not found</body></html>")
    ended = cli("classify", "cake.jpg", *BOTH, "--out", "-", home=furnished.folder, cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr == "0 pictures classified; 1 refused (their rows say why).\n"
    assert all("web page" in row["message"] for row in table(ended.stdout))
    assert [row["model"] for row in table(ended.stdout)] == ["mobilenet_v2", "coco_ssd"]


def test_the_hostile_files_get_rows_and_stop_nothing(tmp_path: Path, shared: Path, furnished: Home) -> None:
    out = tmp_path / "out.csv"
    folder = shared / "data" / "bad_inputs"
    ended = cli("classify", folder, "--model", "mobilenet_v2", "--out", out, home=furnished.folder)
    assert ended.returncode == 0
    *progress, last = ended.stderr.splitlines()
    assert all(" pictures, " in line for line in progress) and " refused " in last
    rows = table(out.read_text(encoding="utf-8"))
    assert len(rows) == sum(path.is_file() for path in folder.rglob("*"))
    assert all(bool(row["label_1"]) != bool(row["message"]) for row in rows)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_an_archive_says_the_same_as_its_files(album: Path, furnished: Home, kind: str) -> None:
    packed = album.parent / f"album.{kind}"
    names = ["dog.png", "cats/a.png", "notes.txt", ".hidden/x.png"]
    if kind == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            for name in names:
                archive.write(album / name, name)
    else:
        with tarfile.open(packed, "w:gz") as tar:
            for name in names:
                tar.add(album / name, name)
    seen = {}
    for what in ([packed.name], [f"album/{name}" for name in names[:3]]):
        ended = cli("classify", *what, *BOTH, "--out", "-", home=furnished.folder, cwd=album.parent)
        assert ended.returncode == 0
        seen[what[0]] = [row | {"file": row["file"][-7:]} for row in table(ended.stdout)]
    assert seen[packed.name] == seen["album/dog.png"]
    assert len(seen[packed.name]) == 6
    ended = cli("classify", packed.name, *BOTH, "--out", "-", home=furnished.folder, cwd=album.parent)
    assert table(ended.stdout)[2]["file"] == f"{packed.name}/cats/a.png"


def test_a_broken_archive_says_so_and_the_rest_goes_on(album: Path, furnished: Home) -> None:
    with zipfile.ZipFile(album.parent / "broken.zip", "w") as archive:
        archive.write(album / "dog.png", "dog.png")
    whole = (album.parent / "broken.zip").read_bytes()
    (album.parent / "broken.zip").write_bytes(whole[:-30])
    ended = cli("classify", "broken.zip", "album/dog.png", *BOTH[:2], "--out", "-",
                home=furnished.folder, cwd=album.parent)  # fmt: skip
    first, second = table(ended.stdout)
    assert ended.returncode == 0
    assert first["file"] == "broken.zip" and "archive" in first["message"]
    assert second["label_1"]


def test_a_list_names_pictures_line_by_line_and_a_dead_line_is_one_refusal(
    album: Path, furnished: Home
) -> None:
    (album.parent / "list").write_text("album/dog.png\n\nalbum/gone.png\nalbum/cats\n")
    ended = cli("classify", "@list", *BOTH[:2], "--out", "-", home=furnished.folder, cwd=album.parent)
    rows = table(ended.stdout)
    names = ["album/dog.png", "album/gone.png", "album/cats/a.png", "album/cats/b.png"]
    assert [row["file"] for row in rows] == names
    assert [bool(row["message"]) for row in rows] == [False, True, False, False]


def test_addresses_are_fetched_and_what_they_refuse_is_a_row(
    tmp_path: Path, furnished: Home, cleo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKERY_HOME", str(furnished.folder))
    monkeypatch.setenv("FAKERY_OFFLINE", "0")
    out = tmp_path / "out.jsonl"
    with Loopback({"/cleo.jpg": reply(cleo)}) as server:
        paths = [f"{server.root}/{name}.jpg" for name in ("cleo", "gone", "cleo")]
        words = ["classify", *paths, *BOTH[:2], "--out", str(out)]
        args = door.parser("classify").parse_args(words)
        assert args.run(args, allowed=lambda address: True) == 0
        assert len(server.asked) == 3
        assert args.run(args, allowed=lambda address: True) == 0
        assert len(server.asked) == 3  # all rows were there already
    rows = lines(out)
    assert [row["file"] for row in rows] == paths
    assert rows[0]["scores"] == rows[2]["scores"] != []
    assert "404 (not found)" in str(rows[1]["message"])


def test_addresses_inside_are_refused_and_so_are_all_when_offline(furnished: Home) -> None:
    for offline, sentence in (("0", "private or local machine"), ("1", "FAKERY_OFFLINE")):
        ended = cli("classify", "http://127.0.0.1:8000/cake.jpg", *BOTH[:2], "--out", "-",
                    home=furnished.folder, FAKERY_OFFLINE=offline)  # fmt: skip
        assert ended.returncode == 1
        assert sentence in table(ended.stdout)[0]["message"]


def test_score_and_overlap_choose_the_boxes_of_both_formats(
    tmp_path: Path, shared: Path, furnished: Home
) -> None:
    seen: dict[tuple[str, ...], list[dict[str, float]]] = {}
    for options in ((), ("--score", "0", "--overlap", "1")):
        for kind in ("csv", "jsonl"):
            out = tmp_path / f"{len(options)}.{kind}"
            ended = cli("classify", shared / "data" / "images" / CAKE, *BOTH[2:], *options,
                        "--out", out, home=furnished.folder)  # fmt: skip
            assert ended.returncode == 0
            text = out.read_text(encoding="utf-8")
            row: dict[str, Any] = dict(table(text)[0] if kind == "csv" else lines(out)[0])
            boxes = json.loads(row["boxes"]) if kind == "csv" else row["boxes"]
            assert seen.setdefault(options, boxes) == boxes
    few, many = seen.values()
    assert 0 < len(few) < len(many)
    assert all(box["probability"] >= 0.5 for box in few)
    assert [box for box in many if box in few] == few


def test_sizes_and_boxes_are_those_of_the_whole_upright_picture(
    tmp_path: Path, shared: Path, furnished: Home
) -> None:
    rgb = image.decode((shared / "data" / "images" / CAKE).read_bytes())
    large = rgb.repeat(5, axis=0).repeat(5, axis=1)
    for name, pixels in (("small", rgb), ("large", large)):
        (tmp_path / f"{name}.jpg").write_bytes(image.encode(pixels, "jpeg", 95))
    turned = [shared / "data" / "bad_inputs" / "exif" / f"Landscape_{n}.jpg" for n in range(1, 9)]
    ended = cli("classify", "small.jpg", "large.jpg", *turned, *BOTH[2:], "--out", "-",
                home=furnished.folder, cwd=tmp_path)  # fmt: skip
    small, big, *others = table(ended.stdout)
    assert int(big["width"]) == 5 * int(small["width"]) == large.shape[1]
    one, five = (json.loads(row["boxes"])[0] for row in (small, big))
    for side in ("x", "y", "width", "height"):
        assert five[side] == pytest.approx(5 * one[side], abs=0.05 * large.shape[1])
    assert {(row["width"], row["height"]) for row in others} == {("1800", "1200")}


def test_timing_is_there_only_when_asked_for(album: Path, furnished: Home) -> None:
    for option, there in (((), False), (("--timing",), True)):
        ended = cli("classify", album / "dog.png", *BOTH[:2], "--out", "-", *option,
                    home=furnished.folder)  # fmt: skip
        (row,) = table(ended.stdout)
        assert ("elapsed_ms" in row) is there
        assert not there or float(row["elapsed_ms"]) > 0


def test_a_finished_file_is_left_as_it_is(album: Path, furnished: Home) -> None:
    out = album.parent / "out.csv"
    words = ["classify", album, *BOTH, "--out", out]
    assert cli(*words, home=furnished.folder).returncode == 0
    before = out.read_bytes()
    again = cli(*words, home=furnished.folder)
    assert again.returncode == 0
    assert "4 of all had been done before" in again.stderr
    assert out.read_bytes() == before


def test_two_processes_do_not_write_one_file(album: Path, furnished: Home) -> None:
    out = album.parent / "out.csv"
    with out.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ended = cli("classify", album, *BOTH, "--out", out, "--overwrite", home=furnished.folder)
    assert ended.returncode == 1
    assert "is being written by another process" in ended.stderr


def test_a_full_disk_is_said(album: Path, furnished: Home) -> None:
    words = ["classify", album, *BOTH, "--format", "csv", "--out"]
    ended = cli(*words, "/dev/full", home=furnished.folder)
    assert ended.returncode == 1
    assert "/dev/full cannot be written (No space left on device)" in ended.stderr
    with Path("/dev/full").open("wb") as full:
        ended = cli(*words, "-", home=furnished.folder, stdout=full)
    assert ended.returncode == 1
    assert "The output cannot be written (No space left on device)" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_what_is_no_file_is_written_to_as_it_comes(album: Path, furnished: Home) -> None:
    words = ["classify", album / "dog.png", *BOTH, "--format", "jsonl", "--out"]
    printed = [cli(*words, out, home=furnished.folder) for out in ("-", "/dev/stdout")]
    assert [ended.returncode for ended in printed] == [0, 0]
    assert printed[0].stdout == printed[1].stdout != ""


def test_names_that_no_text_can_hold_are_spelled_out(album: Path, furnished: Home) -> None:
    odd = os.fsdecode(b"caf\xe9\n\x1b[31m.png")
    (album / "dog.png").rename(album / odd)
    for _ in range(2):
        ended = cli("classify", album / odd, *BOTH[:2], "--out", "out.csv",
                    home=furnished.folder, cwd=album.parent)  # fmt: skip
        assert ended.returncode == 0
    (row,) = table((album.parent / "out.csv").read_text(encoding="utf-8"))
    assert row["file"].endswith("caf\\udce9\\n\\x1b[31m.png")
