"""Datasets without a browser: `cli.py import` and `cli.py export`."""

from __future__ import annotations

import base64
import csv
import json
import signal
from pathlib import Path

import pytest

from core.home import Home
from db.store import Store
from tests.collections import held_by, jpeg, lay, visible, zipped
from tests.commands import cli, heard, on_a_terminal
from tests.homes import at

FILES: dict[str, bytes | int | str] = {
    "cake/1.jpg": 1,
    "tart/2.jpg": 2,
    "tart/2 again.jpg": 2,
    "tart/notes.txt": "these are tarts",
}
WRONG: list[tuple[list[str], int, str]] = [
    (["import"], 2, "required: SOURCE, --dataset"),
    (["import", "gone", "--dataset", "a"], 2, "gone does not exist"),
    (["import", "set", "--dataset", " "], 2, "the dataset has no name"),
    (["import", "set", "--dataset", "new", "--into"], 2, "there is no dataset 'new'"),
    (["import", "set", "--dataset", "Cakes"], 2, "there is a dataset 'Cakes' already: say --into"),
    (["import", "set/tart/notes.txt", "--dataset", "a"], 2, "no folder, no archive and no list"),
    (["import", "none", "--dataset", "a"], 1, "There is nothing in none that could be a picture"),
    (["import", "climbs.zip", "--dataset", "a"], 1, "climbs out of it"),
    (["import", "texts", "--dataset", "a"], 1, "No picture came in, all 1 things were refused"),
    (["export", "--dataset", "Cakes"], 2, "required: --out"),
    (["export", "--dataset", "new", "--out", "a.zip"], 2, "there is no dataset 'new'"),
    (["export", "--dataset", "Cakes", "--out", "a.tar"], 2, "ends in none of .zip, .csv"),
    (["export", "--dataset", "Cakes", "--out", "no/a.zip"], 2, "the folder no does not exist"),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a home that has a dataset, and with things that are refused."""
    place = tmp_path_factory.mktemp("place")
    lay(place, {f"set/{name}": content for name, content in FILES.items()})
    lay(place, {"texts/a.txt": "no picture", "climbs.zip": zipped({"../1.jpg": 1})})
    (place / "none").mkdir()
    ended = cli("import", "set", "--dataset", "Cakes", home=place / "home", cwd=place)
    assert (ended.returncode, ended.stderr) == (0, "1 × This is a text, not a photograph.\n")
    assert ended.stdout == "Cakes: 2 pictures taken in, 1 known already, 1 refused, of 4 offered.\n"
    return place


def opened(home: Path) -> Store:
    return Store(at(home))


@pytest.mark.parametrize(("words", "code", "sentence"), WRONG, ids=lambda value: str(value)[:60])
def test_every_mistake_gets_a_sentence(words: list[str], code: int, sentence: str, place: Path) -> None:
    ended = cli(*words, home=place / "home", cwd=place)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert sentence in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("cli.py")
    store = opened(place / "home")
    assert visible(store)["collection"] == 2
    store.close()


@pytest.mark.parametrize("form", ["zip", "csv", "jsonl", "md", "json"])
def test_a_dataset_goes_out_in_every_form(form: str, place: Path, tmp_path: Path) -> None:
    target = tmp_path / f"out.{form}"
    ended = cli("export", "--dataset", "Cakes", "--out", target, home=place / "home")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith(f"{target}: 2 pictures, ")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_what_was_exported_comes_in_elsewhere(place: Path, tmp_path: Path) -> None:
    cards = []
    cli("export", "--dataset", "Cakes", "--out", tmp_path / "all.zip", home=place / "home")
    ended = cli("import", tmp_path / "all.zip", "--dataset", "Cakes", home=tmp_path / "home")
    assert ended.returncode == 0
    for home in (place / "home", tmp_path / "home"):
        cli("export", "--dataset", "Cakes", "--out", tmp_path / "card.json", home=home)
        cards.append(json.loads((tmp_path / "card.json").read_text("utf-8")))
    assert cards[0]["content_hash"] == cards[1]["content_hash"]
    assert cards[0]["labels"] == {"cake": 1, "tart": 1}


def test_the_report_lists_every_single_thing(home: Home, tmp_path: Path) -> None:
    lay(tmp_path / "set", FILES)
    report = tmp_path / "report.csv"
    words = ("import", tmp_path / "set", "--dataset", "Cakes", "--source", "phone", "--report", report)
    assert cli(*words, home=home.folder).returncode == 0
    with report.open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file)}
    assert {name: row["state"] for name, row in rows.items()} == {
        "cake/1.jpg": "taken",
        "tart/2 again.jpg": "taken",
        "tart/2.jpg": "known",
        "tart/notes.txt": "refused",
    }
    assert rows["tart/2.jpg"]["reason"] == "The same picture is here as 2 again.jpg."
    assert {row["source"] for row in rows.values()} == {"phone"}


def test_more_goes_into_a_dataset_that_is_there(home: Home, tmp_path: Path) -> None:
    for number in (1, 2):
        lay(tmp_path / f"set{number}", {f"{number}.jpg": number, "same.jpg": 9})
    cli("import", tmp_path / "set1", "--dataset", "Cakes", "--label", "cake", home=home.folder)
    ended = cli("import", tmp_path / "set2", "--dataset", "Cakes", "--into", home=home.folder)
    assert ended.stdout == "Cakes: 1 picture taken in, 1 known already, 0 refused, of 2 offered.\n"
    store = opened(home.folder)
    assert [(row.name, row.label) for row in held_by(store)] == [
        ("2.jpg", ""),
        ("1.jpg", "cake"),
        ("same.jpg", "cake"),
    ]
    store.close()


def test_ctrl_c_leaves_an_import_that_the_same_command_takes_up(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "set" / "cake"
    folder.mkdir(parents=True)
    data = jpeg(1)
    for number in range(4000):
        (folder / f"{number}.jpg").write_bytes(data + number.to_bytes(2, "big"))
    words = ("import", folder.parent, "--dataset", "Cakes")
    with on_a_terminal(*words, home=home.folder) as (process, said):
        heard(said, b"of 4,000 pictures")
        process.send_signal(signal.SIGINT)
        last = heard(said, b"never said")
        assert process.wait() == 130, last
    assert b"The same command goes on from there." in last
    store = opened(home.folder)
    (kept,) = visible(store).items()
    assert kept[0] == "arriving" and 0 < kept[1] < 4000
    store.close()
    ended = cli(*words, home=home.folder)
    assert ended.returncode == 0
    assert f"Going on after {kept[1]:,} of 4,000." in ended.stderr
    assert ended.stdout == "Cakes: 4,000 pictures taken in, 0 known already, 0 refused, of 4,000 offered.\n"
    store = opened(home.folder)
    assert visible(store) == {"collection": 4000}
    store.close()


def test_a_list_of_addresses_is_told_from_an_archive(home: Home, tmp_path: Path) -> None:
    pasted = [f"data:image/jpeg;base64,{base64.b64encode(jpeg(seed)).decode()}" for seed in (1, 2)]
    (tmp_path / "list.json").write_text(json.dumps({"cake": pasted, "none": ["not an address"]}))
    ended = cli("import", tmp_path / "list.json", "--dataset", "Cakes", home=home.folder)
    assert ended.stdout == "Cakes: 2 pictures taken in, 0 known already, 1 refused, of 3 offered.\n"
    store = opened(home.folder)
    assert [row.label for row in held_by(store)] == ["cake", "cake"]
    store.close()
