"""`python cli.py ...` as a person would run it: in a process of its own."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from tests.conftest import ROOT

CLI = str(ROOT / "cli.py")


def variables(home: Path, **more: str) -> dict[str, str]:
    """Return an environment in which Fakery lives in `home`, without a network."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FAKERY_")}
    return plain | {"FAKERY_HOME": str(home), "FAKERY_OFFLINE": "1"} | more


def cli(
    *words: object, home: Path, cwd: Path | None = None, stdout: Any = subprocess.PIPE, **more: str
) -> subprocess.CompletedProcess[str]:
    """Return how one command ended; it never ends in a traceback."""
    ended = subprocess.run(
        [sys.executable, CLI, *map(str, words)],
        cwd=cwd or home.parent,
        env=variables(home, **more),
        stdout=stdout,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=240,
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended


@contextlib.contextmanager
def on_a_terminal(
    *words: object, home: Path, **more: str
) -> Iterator[tuple[subprocess.Popen[bytes], BinaryIO]]:
    """Start a command whose stderr is a terminal, and give the process and what it says there."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, CLI, *map(str, words)],
        cwd=home.parent,
        env=variables(home, **more),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    with os.fdopen(ours, "rb", buffering=0) as said:
        try:
            yield process, said
        finally:
            process.kill()
            process.wait()


def heard(said: BinaryIO, words: bytes) -> bytes:
    """Read what a terminal is told until these words come or the process ends, and return it."""
    text = b""
    with contextlib.suppress(OSError):  # how a terminal ends whose process is gone
        while words not in text and (more := said.read(4096)):
            text += more
    return text
