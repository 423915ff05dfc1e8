"""`cli.py classify`: what it takes in, what it writes, and how it goes on after it was stopped."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import signal
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import cli as door
from commands.paths import Offer
from commands.table import Form, Kind, Table
from core import image, report
from core.detect import Box
from core.engine import Score
from core.errors import StoreError
from core.home import Home
from tests.commands import cli, heard, on_a_terminal
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
            boxes = json.loads(table(text)[0]["boxes"]) if kind == "csv" else lines(out)[0]["boxes"]
            assert seen.setdefault(options, boxes) == boxes
    few, many = seen.values()
    assert 0 < len(few) < len(many)
    assert all(box["probability"] >= 0.5 for box in few)
    assert [box for box in many if box in few] == few


def test_timing_is_there_only_when_asked_for(album: Path, furnished: Home) -> None:
    for option, there in (((), False), (("--timing",), True)):
        ended = cli("classify", album / "dog.png", *BOTH[:2], "--out", "-", *option,
                    home=furnished.folder)  # fmt: skip
        (row,) = table(ended.stdout)
        assert ("elapsed_ms" in row) is there
        assert not there or float(row["elapsed_ms"]) > 0


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hundred pictures, one in twenty of them broken."""
    folder = tmp_path_factory.mktemp("many") / "pictures"
    folder.mkdir()
    for seed in range(200):
        data = image.encode(picture(seed, 300, 200), "png")
        (folder / f"{seed:03}.png").write_bytes(data[:99] if seed % 20 == 7 else data)
    return folder


@pytest.fixture(scope="module")
def whole(many: Path, furnished: Home) -> dict[str, bytes]:
    """What an uninterrupted run over them writes."""
    texts = {}
    for kind in ("csv", "jsonl"):
        out = many.parent / f"whole.{kind}"
        ended = cli("classify", many, *BOTH[:2], "--out", out, home=furnished.folder)
        assert ended.returncode == 0
        texts[kind] = out.read_bytes()
    return texts


@pytest.mark.parametrize(
    ("kind", "signal_"),
    [
        ("csv", signal.SIGKILL),
        ("jsonl", signal.SIGKILL),
        ("csv", signal.SIGINT),
        ("jsonl", signal.SIGTERM),
    ],
)
def test_stopped_midway_it_ends_with_the_same_file(
    many: Path,
    whole: dict[str, bytes],
    furnished: Home,
    tmp_path: Path,
    kind: str,
    signal_: signal.Signals,
) -> None:
    out = tmp_path / f"out.{kind}"
    words = ["classify", many, *BOTH[:2], "--out", out]
    with on_a_terminal(*words, home=furnished.folder) as (process, said):
        assert b" of 200 pictures, " in heard(said, b" of 200 pictures, ")
        process.send_signal(signal_)
        rest = heard(said, b"never said")
        code = process.wait()
    assert code == {signal.SIGINT: 130, signal.SIGTERM: 143}.get(signal_, -signal_)
    assert b"Traceback" not in rest
    assert (b"The same command goes on from there." in rest) is (signal_ == signal.SIGINT)
    assert 0 < out.stat().st_size < len(whole[kind])
    ended = cli(*words, home=furnished.folder)
    assert ended.returncode == 0
    assert "190 pictures classified; 10 refused (their rows say why); " in ended.stderr
    assert "had been done before" in ended.stderr
    assert out.read_bytes() == whole[kind]


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


NAMES = ["album/dog.png", 'a "b", c.png', "=1+1.png", "naïve ☕.png"]


def said_of(name: str) -> list[report.Row]:
    """Return the rows of two models about one picture; of the last it could not be read."""
    if name == NAMES[-1]:
        return [report.Row(name, "", 0, 0, model, (), (), 0, "No, a cup.") for model in "ab"]
    words = [Score("cake, or not", 0.75), Score("dog", 0.25)]
    boxes = [Box("cake", 0.75, 1, 2, 3, 4)]
    return [
        report.Row(name, "ab" * 32, 4, 3, "a", words, (), 1.0),
        report.Row(name, "ab" * 32, 4, 3, "b", (), boxes, 1.0),
    ]


def on_offer(names: Sequence[str]) -> Iterator[Offer]:
    return iter([Offer(name, lambda: b"") for name in names])


def written(path: Path, kind: Kind, names: Sequence[str] = NAMES, models: str = "ab") -> bytes:
    """Return a file after a run over these pictures, taken up where it was."""
    with Table(path, Form(kind, tuple(models))) as rows:
        for offer in rows.take_up(on_offer(names)):
            rows.write([row for row in said_of(offer.name) if row.model in models])
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_wherever_a_file_breaks_off_it_is_mended(tmp_path: Path, kind: Kind) -> None:
    whole = written(tmp_path / "whole", kind)
    for size in range(len(whole) + 1):
        (tmp_path / "cut").write_bytes(whole[:size])
        assert written(tmp_path / "cut", kind) == whole


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@given(junk=st.one_of(st.binary(min_size=1, max_size=60), st.text(min_size=1).map(str.encode)))
def test_a_file_of_somebody_elses_is_never_touched(
    tmp_path_factory: pytest.TempPathFactory, kind: Kind, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("junk")
    assume(not written(folder / "whole", kind).startswith(junk))
    path = folder / "thesis"
    path.write_bytes(junk)
    with pytest.raises(StoreError, match="something else than this command"):
        written(path, kind)
    assert path.read_bytes() == junk


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("names", "models"),
    [
        (NAMES[:2], "ab"),
        (NAMES[1:], "ab"),
        (["another.png", *NAMES], "ab"),
        ([NAMES[0], "another.png", *NAMES[1:]], "ab"),
        (NAMES, "a"),
        (NAMES, "ba"),
        (NAMES, "abc"),
    ],
)
def test_rows_of_other_pictures_or_models_are_never_touched(
    tmp_path: Path, kind: Kind, names: list[str], models: str
) -> None:
    before = written(tmp_path / "rows", kind)
    with pytest.raises(StoreError, match="something else than this command"):
        written(tmp_path / "rows", kind, names, models)
    assert (tmp_path / "rows").read_bytes() == before


def test_more_pictures_of_the_same_kind_are_added(tmp_path: Path) -> None:
    written(tmp_path / "rows", "csv", NAMES[:2])
    assert written(tmp_path / "rows", "csv") == written(tmp_path / "whole", "csv")


def test_names_that_no_text_can_hold_are_spelled_out(album: Path, furnished: Home) -> None:
    odd = os.fsdecode(b"caf\xe9\n\x1b[31m.png")
    (album / "dog.png").rename(album / odd)
    for _ in range(2):
        ended = cli("classify", album / odd, *BOTH[:2], "--out", "out.csv",
                    home=furnished.folder, cwd=album.parent)  # fmt: skip
        assert ended.returncode == 0
    (row,) = table((album.parent / "out.csv").read_text(encoding="utf-8"))
    assert row["file"].endswith("caf\\udce9\\n\\x1b[31m.png")
