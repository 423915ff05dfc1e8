"""How far the work is, said on stderr while it goes on."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self, TextIO

ANEW_S = 0.2
LINE_S = 5.0


class Progress:
    """One line that is drawn anew on a terminal; elsewhere a line every few seconds.

    Use it as a context manager: a terminal's line is wiped at the end, so that what is printed
    next stands alone.
    """

    def __init__(self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._clock = clock
        self._said = clock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal:
            self._write("\r\x1b[K")

    def __call__(self, text: Callable[[], str]) -> None:
        """Say this, unless something was said a moment ago; then `text` is not even made."""
        now = self._clock()
        if now - self._said < (ANEW_S if self._terminal else LINE_S):
            return
        self._said = now
        self._write(f"\r\x1b[K{text()}" if self._terminal else f"{text()}\n")

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


@contextlib.contextmanager
def libraries_silenced() -> Iterator[None]:
    """Keep what C libraries print off stderr while the block runs: "Corrupt JPEG data" and the like.

    What they mean is said in the rows; what Python prints still goes to stderr.
    """
    sys.stderr.flush()
    ours, own = sys.stderr, os.dup(2)
    with (
        Path(os.devnull).open("wb") as nothing,
        os.fdopen(own, "w", encoding=ours.encoding, errors="backslashreplace") as stream,
    ):
        os.dup2(nothing.fileno(), 2)
        sys.stderr = stream
        try:
            yield
        finally:
            sys.stderr = ours
            os.dup2(own, 2)


def duration(seconds: float) -> str:
    """Return a time as somebody would say it.

    >>> [duration(s) for s in (0.4, 59, 61, 7300)]
    ['1 s', '59 s', '1 min 1 s', '2 h 1 min']
    """
    whole = max(round(seconds), 1)
    minutes, rest = divmod(whole, 60)
    if minutes < 1:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def size(count: int) -> str:
    """Return a number of bytes as somebody would say it.

    >>> [size(n) for n in (900, 14_000_000, 3_200_000_000)]
    ['1 kB', '14.0 MB', '3.2 GB']
    """
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{max(round(count / 1e3), 1)} kB"


def several(count: int, thing: str) -> str:
    """Return a count with its noun.

    >>> several(1, "picture"), several(1200, "picture")
    ('1 picture', '1,200 pictures')
    """
    return f"{count:,} {thing}{'' if count == 1 else 's'}"
