"""What every file of an archive has to pass before anybody sees it."""

from __future__ import annotations

import re

from core.errors import UnusableArchive

_ALWAYS_FINE = 2**20


class Gate:
    """One archive's limits: how many entries, under which names, of which true size in all."""

    def __init__(self, max_files: int, max_bytes: int, max_ratio: int) -> None:
        self.max_files = max_files
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self.packed = 0
        self._unpacked = 0
        self._entries = 0
        self._names: set[str] = set()

    def count(self, size: int) -> None:
        """Raise UnusableArchive where these bytes more are too many."""
        self._unpacked += size
        if self._unpacked > self._max_bytes:
            raise UnusableArchive(
                f"The archive unpacks to more than {self._max_bytes / 2**20:.4g} MB; split it."
            )
        if self._unpacked > max(self.packed * self._max_ratio, _ALWAYS_FINE):
            raise UnusableArchive(
                f"The archive unpacks to more than {self._max_ratio} times its size, as bombs do."
            )

    def admit(self, raw: bytes, is_folder: bool = False) -> str | None:
        """Return a file's name in its one plain spelling, or None for what is left out."""
        self._entries += 1
        if self._entries > self.max_files:
            raise UnusableArchive(f"The archive holds over {self.max_files} entries; split it.")
        name = _text(raw).replace("\\", "/")
        parts = name.split("/")
        if name.startswith("/") or re.match("[A-Za-z]:", name) or ".." in parts:
            raise UnusableArchive(f"{name[:80]!r} in the archive climbs out of it; pack it anew.")
        if parts[-1] == "Icon\r":  # what macOS calls a folder's own icon
            return None
        if re.search(r"[\x00-\x1f\x7f]", name) or len(name) > 1000:
            raise UnusableArchive(f"{name[:80]!r} in the archive is no name of a file; rename it.")
        if any(len(part.encode()) > 255 for part in parts):
            raise UnusableArchive(f"{name[:80]!r}... in the archive is too long; rename it.")
        if is_folder or name.endswith("/"):
            return None
        parts = [part for part in parts if part not in ("", ".")]
        if not parts:
            raise UnusableArchive("The archive holds a file without a name; pack it anew.")
        if parts[0] == "__MACOSX" or parts[-1] == ".DS_Store" or parts[-1].startswith("._"):
            return None
        name = "/".join(parts)
        if name in self._names:
            raise UnusableArchive(f"{name[:80]!r} is in the archive twice; pack it anew.")
        self._names.add(name)
        return name


def _text(name: bytes) -> str:
    """Return a name that is UTF-8, or else of the time when ZIP was young."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp437")
