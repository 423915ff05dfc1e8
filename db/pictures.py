"""The pictures on disk: originals named by their SHA-256, and smaller copies made when first asked for."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
import time
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import image
from core.errors import StoreError

THUMB = 320
LARGE = 1280
SIDES = (THUMB, LARGE)
HALF = ".half-"
_NAME = re.compile(r"[0-9a-f]{64}")


class Pictures:
    """A folder of pictures. Every file in it is whole: written beside, then renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Fifty megapixels take 150 MB while they are made smaller: not for many at once.
        self._making = threading.BoundedSemaphore(2)

    def put(self, data: bytes, rgb: NDArray[np.uint8]) -> str:
        """Keep a picture's original bytes and its thumbnail, and return the SHA-256 of the bytes."""
        sha256 = hashlib.sha256(data).hexdigest()
        if (path := self._original(sha256)).exists():
            os.utime(path)  # whoever sweeps now must see that it is wanted again
        else:
            _write(path, data)
        if not (small := self._copy(sha256, THUMB)).exists():
            _write(small, _shrunk(rgb, THUMB), precious=False)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return a picture's original bytes; raises StoreError where they are gone."""
        try:
            return self._original(sha256).read_bytes()
        except FileNotFoundError as error:
            raise StoreError(f"The picture {sha256[:12]} is gone from the folder of pictures.") from error

    def copy(self, sha256: str, side: int) -> bytes:
        """Return a JPEG that fits within side x side pixels; raises StoreError where there is none."""
        path = self._copy(sha256, side)
        if not path.exists():
            with self._making:
                if not path.exists():  # somebody made it while this one waited
                    rgb = image.decode(self.read(sha256), enough_for=side)
                    _write(path, _shrunk(rgb, side), precious=False)
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
                for each in (*(self._copy(path.name, side) for side in SIDES), path):
                    each.unlink(missing_ok=True)
                swept += 1
        return swept

    def _original(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise StoreError("A picture's name is the 64 hexadecimal digits of its SHA-256.")
        return self.folder / "original" / sha256[:2] / sha256

    def _copy(self, sha256: str, side: int) -> Path:
        if side not in SIDES:
            raise StoreError(f"Pictures come in {' and '.join(map(str, SIDES))} pixels.")
        self._original(sha256)
        return self.folder / str(side) / sha256[:2] / f"{sha256}.jpg"


def _shrunk(rgb: NDArray[np.uint8], side: int) -> bytes:
    return image.encode(image.thumbnail(rgb, side), "jpeg", 85)


def _write(path: Path, data: bytes, *, precious: bool = True) -> None:
    """Write a file whole; a precious one is on the disk, not only on its way, when this returns."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=HALF)
    except OSError as error:
        raise StoreError(f"{path.parent} cannot be written ({error.strerror}).") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            if precious:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise StoreError(f"The picture could not be kept in {path.parent} ({error.strerror}).") from error
