"""The command line's door, and the models as it shows them."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import cli as door
from commands.progress import Progress
from core.home import Home
from tests.commands import CLI, cli, variables
from tests.conftest import ROOT

WRONG: list[tuple[list[str], int, str]] = [
    ([], 2, "required: VERB"),
    (["bake"], 2, "invalid choice: 'bake'"),
    (["models", "--get", "nix"], 2, "There is no model 'nix'. Known here: compact"),
    (["models", "--get", "mobilenet_v3_small"], 1, "FAKERY_OFFLINE=1 forbids fetching it"),
    (["classify"], 2, "required: PATH, --model, --out"),
    (["classify", "a.jpg", "--model", "x"], 2, "required: --out"),
    (["classify", "gone.jpg", "--model", "x", "--out", "o.csv"], 2, "gone.jpg does not exist"),
    (["classify", "@gone", "--model", "x", "--out", "o.csv"], 2, "The list gone cannot be read"),
    (["classify", "none", "--model", "x", "--out", "o.csv"], 2, "there is no file in what was named"),
    (["classify", ".", "--model", "x", "--out", "o.txt"], 2, "neither in .csv nor in .jsonl"),
    (["classify", ".", "--model", "x", "--out", "no/o.csv"], 2, "folder no does not exist"),
    (["classify", "a.txt", "--model", "nix", "--out", "o.csv"], 2, "There is no model 'nix'"),
    (["classify", "a.txt", "--model", "mobilenet_v1", "--out", "o.csv"], 2, "no words"),
    (["classify", "a.txt", "--model", "mobilenet_v3_small", "--out", "o.csv"], 2, "no words"),
    (["classify", "a.txt", "--model", "coco_ssd", "--out", "none"], 2, "neither in .csv"),
    (["classify", "a.txt", "--model", "coco_ssd", "--out", "d.csv"], 1, "Is a directory"),
    (["classify", "a.txt", "--model", "x", "--out", "-", "--score", "2"], 2, "2 is no number from 0 to 1"),
    (["classify", "a.txt", "--model", "x", "--out", "-", "--overlap", "a"], 2, "a is no number from 0 to 1"),
    (["backup"], 2, "required: FILE"),
    (["backup", "all.zip"], 2, "ends in none of .tar, .tar.gz, .tgz"),
    (["backup", "no/all.tar"], 2, "folder no does not exist"),
    (["backup", "all.tar"], 1, "There is no database"),
    (["restore", "gone.tar"], 2, "there is no file gone.tar"),
    (["restore", "a.txt"], 1, "is not empty"),
]


@pytest.mark.parametrize(("words", "code", "sentence"), WRONG, ids=lambda value: str(value)[:60])
def test_every_mistake_gets_a_sentence_and_no_traceback(
    words: list[str], code: int, sentence: str, furnished: Home, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "d.csv").mkdir()
    (tmp_path / "a.txt").write_text("no picture")
    before = sorted(path.name for path in tmp_path.iterdir())
    ended = cli(*words, home=furnished.folder, cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (code, "")
    assert sentence in ended.stderr
    assert ended.stderr.splitlines()[-1].startswith("cli.py")
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("verb", door.VERBS)
def test_every_verb_explains_itself(verb: str, tmp_path: Path) -> None:
    ended = cli(verb, "--help", home=tmp_path / "home")
    assert ended.returncode == 0
    assert ended.stdout.startswith(f"usage: cli.py {verb}")
    assert len(ended.stdout.split("options:")[0]) > 200


def test_the_help_lists_the_verbs_that_work_and_no_other(tmp_path: Path) -> None:
    ended = cli("--help", home=tmp_path / "home")
    listed = [line.split()[0] for line in ended.stdout.splitlines() if line.startswith("    ")]
    modules = {path.stem for path in (ROOT / "commands").glob("*.py")}
    assert listed == list(door.VERBS)
    assert modules >= set(listed)


def test_without_the_packages_it_says_how_to_get_them(tmp_path: Path) -> None:
    words = [sys.executable, "-S", CLI, "classify", "a.jpg", "--model", "x", "--out", "-"]
    ended = subprocess.run(words, capture_output=True, encoding="utf-8", env=variables(tmp_path))
    assert ended.returncode == 1
    assert ended.stderr.startswith("cli.py classify: error: the package pydantic is missing here: run")


@pytest.mark.parametrize("verb", door.VERBS)
def test_no_verb_loads_tensorflow_or_streamlit(verb: str) -> None:
    script = f"import sys, cli; cli.parser({verb!r}); print(*sorted(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    loaded = {name.split(".")[0] for name in ended.stdout.split()}
    assert not loaded & {"tensorflow", "keras", "tensorflow_hub", "streamlit"}


def test_a_reader_that_has_seen_enough_is_no_error(furnished: Home) -> None:
    process = subprocess.Popen(
        [sys.executable, CLI, "models", "--json"],
        env=variables(furnished.folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    with process.stderr:
        assert process.stderr.read() == b""
    assert process.wait() == 1


def test_a_full_disk_behind_the_output_is_said_once(furnished: Home) -> None:
    with Path("/dev/full").open("wb") as full:
        ended = cli("models", home=furnished.folder, stdout=full)
    assert (ended.returncode, ended.stderr) == (
        1,
        "cli.py models: error: No space left on device.\n",
    )


def test_a_mistake_of_ours_is_one_sentence_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.models.run", lambda args: dict[str, int]()["cleo"])
    with contextlib.redirect_stderr(io.StringIO()) as said:
        assert door.main(["models"]) == 1
    assert said.getvalue().count("\n") == 1
    assert "KeyError: 'cleo'" in said.getvalue()


def test_the_models_are_listed_with_what_is_missing_and_why(furnished: Home) -> None:
    ended = cli("models", home=furnished.folder)
    rows = {line.split()[0]: line for line in ended.stdout.splitlines() if line}
    assert ended.returncode == 0
    assert "classify embed" in rows["mobilenet_v2"] and "ready" in rows["mobilenet_v2"]
    assert "detect" in rows["coco_ssd"] and "MB" in rows["coco_ssd"]
    assert "missing" in rows["mobilenet_v3_small"]
    assert "FAKERY_OFFLINE=1 forbids fetching it" in rows["mobilenet_v3_small:"]
    assert "Start once without FAKERY_OFFLINE" in rows["mobilenet_v3_small:"]


def test_a_model_of_the_hub_is_listed_with_the_way_to_get_it(tmp_path: Path) -> None:
    ended = cli("models", home=tmp_path / "home", FAKERY_OFFLINE="0")
    assert "fetchable" in ended.stdout and "https://tfhub.dev/" in ended.stdout
    assert "python cli.py models --get mobilenet_v2" in ended.stdout
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("offline", "remedy"),
    [("1", "Start once without FAKERY_OFFLINE"), ("0", "python cli.py models --get mobilenet_v2")],
)
def test_a_model_that_is_not_here_is_not_fetched_unasked(tmp_path: Path, offline: str, remedy: str) -> None:
    (tmp_path / "a.txt").write_text("no picture")
    words = ["classify", "a.txt", "--model", "mobilenet_v2", "--out", "o.csv"]
    ended = cli(*words, home=tmp_path / "home", FAKERY_OFFLINE=offline)
    assert ended.returncode == 1
    assert "MobileNet V2 is not on this machine" in ended.stderr and remedy in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_found_model_is_prepared_on_request_and_only_once(tmp_path: Path, weights: Path) -> None:
    home, models = tmp_path / "home", str(weights)
    states = []
    for words in (["models"], ["models", "--get", "coco_ssd"], ["models", "--get", "coco_ssd"]):
        ended = cli(*words, "--json", home=home, FAKERY_MODELS=models)
        assert ended.returncode == 0
        (entry,) = [row for row in json.loads(ended.stdout) if row["name"] == "coco_ssd"]
        states.append((entry["state"], ended.stderr))
    assert states == [
        ("found", ""),
        ("ready", "COCO-SSD is ready.\n"),
        ("ready", "COCO-SSD is here already.\n"),
    ]


def test_ctrl_c_ends_a_model_that_is_being_fetched_and_leaves_nothing(tmp_path: Path, weights: Path) -> None:
    script = """
import sys, cli
from core.shelf import Shelf
payload = {"do": "wait for ever", "folder": sys.argv[1], "leave_in_room": "half"}
Shelf.errand = lambda self, model: ("tests.odd_jobs", payload)
print("begun", flush=True)
sys.exit(cli.main(["models", "--get", "coco_ssd"]))
"""
    folder = tmp_path / "home" / "models"
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        cwd=ROOT,
        env=variables(tmp_path / "home", FAKERY_MODELS=str(weights)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout
    process.stdout.readline()
    while not list(folder.glob(".job-*/half")):
        assert process.poll() is None
        os.sched_yield()
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (130, "cli.py models: error: interrupted.\n")
    assert list(folder.iterdir()) == []


class Screen(io.StringIO):
    """Something to write on that is a terminal, or is not."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize(
    ("terminal", "expected"),
    [(True, "\r\x1b[K2\r\x1b[K4\r\x1b[K60\r\x1b[K"), (False, "60\n")],
)
def test_progress_is_one_line_on_a_terminal_and_a_line_now_and_then_elsewhere(
    terminal: bool, expected: str
) -> None:
    moments = iter([0.0, 0.1, 0.2, 0.3, 0.5, 6.0])
    screen = Screen(terminal)
    with Progress(screen, clock=lambda: next(moments)) as progress:
        for done in ("1", "2", "3", "4", "60"):
            progress(done.strip)
    assert screen.getvalue() == expected
