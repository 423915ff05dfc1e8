"""The pictures on disk: originals named by their SHA-256, and smaller copies made when first asked for."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import image
from core.errors import StoreError

THUMB = 320
LARGE = 1280
SIDES = (THUMB, LARGE)
HALF = ".half-"
SYNCING = 16
_NAME = re.compile(r"[0-9a-f]{64}")


class Pictures:
    """A folder of pictures. Every file in it is whole: written beside, then renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Fifty megapixels take 150 MB while they are made smaller: not for many at once.
        self._making = threading.BoundedSemaphore(2)

    def put(self, data: bytes, rgb: NDArray[np.uint8]) -> str:
        """Keep a picture's original bytes and its thumbnail, and return the SHA-256 of the bytes."""
        load = Load(self)
        try:
            sha256 = load.put(data, rgb)
            load.settle()
        finally:
            load.drop()
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return a picture's original bytes; raises StoreError where they are gone."""
        try:
            return self.original(sha256).read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"The picture {sha256[:12]} is gone from the folder of pictures.") from error

    def copy(self, sha256: str, side: int) -> bytes:
        """Return a JPEG that fits within side x side pixels; raises StoreError where there is none.

        Where the disk takes no more it is made anew each time.
        """
        path = self.small(sha256, side)
        if not path.exists():
            with self._making:
                if not path.exists():  # somebody made it while this one waited
                    made = _shrunk(image.decode(self.read(sha256), enough_for=side), side)
                    with contextlib.suppress(StoreError):
                        _write(path, made)
                    return made
        return path.read_bytes()

    def sweep(self, wanted: Collection[str], unused_s: float = 3600) -> int:
        """Delete every picture that is not wanted and was not brought lately; return how many.

        A picture just brought may not be in a dataset yet, and one taken out may be brought back.
        """
        swept = 0
        before = time.time() - unused_s
        for half in self.folder.glob(f"*/*/{HALF}*"):
            if half.stat().st_mtime < before:
                half.unlink(missing_ok=True)
        for path in (self.folder / "original").glob("*/*"):
            if path.name in wanted or path.name.startswith(HALF) or path.stat().st_mtime > before:
                continue
            if _NAME.fullmatch(path.name):
                for each in (*(self.small(path.name, side) for side in SIDES), path):
                    each.unlink(missing_ok=True)
                swept += 1
        return swept

    def original(self, sha256: str) -> Path:
        """Return where a picture's original lies, or would; raises StoreError for no SHA-256."""
        if not _NAME.fullmatch(sha256):
            raise StoreError("A picture's name is the 64 hexadecimal digits of its SHA-256.")
        return self.folder / "original" / sha256[:2] / sha256

    def small(self, sha256: str, side: int) -> Path:
        """Return where a picture's smaller copy lies, or would; raises StoreError for another size."""
        if side not in SIDES:
            raise StoreError(f"Pictures come in {' and '.join(map(str, SIDES))} pixels.")
        self.original(sha256)
        return self.folder / str(side) / sha256[:2] / f"{sha256}.jpg"


class Load:
    """Pictures that are brought together and settle together, or not at all.

    To wait for the disk once for many is some twenty times faster than once for each. `put` may be
    called from several threads at once, the other two only when no `put` is under way.
    """

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures
        self._halves: list[tuple[Path, Path]] = []

    def put(self, data: bytes, rgb: NDArray[np.uint8]) -> str:
        """Write a picture beside its place, and its thumbnail; return the SHA-256 of the bytes."""
        sha256 = hashlib.sha256(data).hexdigest()
        if (path := self._pictures.original(sha256)).exists():
            os.utime(path)  # whoever sweeps now must see that it is wanted again
        else:
            self._halves.append((_half(path, data), path))
        if not (small := self._pictures.small(sha256, THUMB)).exists():
            _write(small, _shrunk(rgb, THUMB))
        return sha256

    def settle(self) -> None:
        """Put all originals in their places, each of them on the disk and not only on its way."""
        halves = [half for half, _ in self._halves]
        with _kept(self._pictures.folder):
            if len(halves) > 1:
                # A file system settles what is asked for at the same time in one go.
                with ThreadPoolExecutor(min(SYNCING, len(halves))) as pool:
                    list(pool.map(_settle, halves))
            elif halves:
                _settle(halves[0])
            for half, path in self._halves:
                os.replace(half, path)
        self._halves.clear()

    def drop(self) -> None:
        """Take away what was put and has not settled."""
        for half, _ in self._halves:
            half.unlink(missing_ok=True)
        self._halves.clear()


def _shrunk(rgb: NDArray[np.uint8], side: int) -> bytes:
    return image.encode(image.thumbnail(rgb, side), "jpeg", 85)


def _write(path: Path, data: bytes) -> None:
    """Write a file whole, but not yet settled: one that can be made again."""
    half = _half(path, data)
    with _kept(path.parent):
        os.replace(half, path)


def _half(path: Path, data: bytes) -> Path:
    """Write a file beside its place, and return where."""
    with _kept(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=HALF)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    return Path(temporary)


def _settle(half: Path) -> None:
    with half.open("rb") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def _kept(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"The picture could not be kept in {folder} ({error.strerror}): make room, then go on."
        ) from error
