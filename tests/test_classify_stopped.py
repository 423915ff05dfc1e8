"""`cli.py classify`, stopped in the middle of two hundred pictures, goes on where it was."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from core import image
from core.home import Home
from tests.commands import cli, heard, on_a_terminal
from tests.conftest import picture

MODEL = ("--model", "mobilenet_v2")


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
        ended = cli("classify", many, *MODEL, "--out", out, home=furnished.folder)
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
    words = ["classify", many, *MODEL, "--out", out]
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
