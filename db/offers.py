"""What an import is offered: where the things lie, their list in the database, and their bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core import archive, collection
from core.errors import JobStopped, StoreError
from core.fetch.addresses import Address, is_public
from core.sources.polite import Polite
from db import crawl, imports
from db.models import Arrival, Task
from db.store import Store
from db.unsplash import Hunt

MAX_FILES = 1_000_000

Say = Callable[[float | None, str], object]


class Offers:
    """An import's offers. `read` may be called from several threads."""

    def __init__(
        self,
        store: Store,
        task: Task,
        stop: threading.Event,
        allowed: Callable[[Address], bool] = is_public,
    ) -> None:
        self._store = store
        self._task = task
        self._stop = stop
        self._allowed = allowed
        self._room = imports.upload_folder(store.home, task.key)
        self._polite = Polite(allowed=allowed, stop=stop)
        path = task.payload.get("path")
        self._path = Path(path) if path else None
        self.remote = not path and not task.payload.get("upload")
        # Robots.txt is heeded where a program chose the addresses, not where a person did.
        self._robots = bool(task.payload.get("pages"))

    def write_down(self, say: Say) -> None:
        """Write down everything that is offered, unless a start before this did.

        Raises UnusableArchive where an archive is refused, StoreError where there is nothing or the
        upload broke off.
        """
        if self._task.payload.get("listed"):
            if not self.remote and not self._base.is_dir():
                raise StoreError(f"{self._base} is not there any more: put it back and go on.")
            return
        if self._task.payload.get("upload") and not self._task.payload.get("whole"):
            raise StoreError("The upload broke off: discard it and bring it again.")
        chosen = self._robots or self._task.payload.get("unsplash")
        rows = [] if self.remote and not chosen else self._rows(say)
        if not rows:
            raise StoreError(f"There is nothing in {self._called} that could be a picture: choose another.")
        with self._store.writing() as session:
            task = session.get(Task, self._task.id)
            if task is None or task.key != self._task.key:
                raise StoreError("This import was discarded.")
            imports.offer(session=session, task=task, rows=rows)
        self._task.total, self._task.payload = task.total, task.payload

    def read(self, offer: Arrival) -> bytes:
        """Return the bytes of an offer; an address waits for its host's turn first.

        Raises UnusableImage or NetworkError for what is refused, Offline where nothing can be had.
        """
        if not self.remote:
            return collection.read(self._base, offer.address)
        return self._polite.get(offer.address, heed_robots=self._robots).data

    def thank(self, say: Say) -> None:
        """Do what a source asks of those who take its pictures."""
        if self._task.payload.get("unsplash"):
            Hunt(self._store, self._task, self._stop, say, allowed=self._allowed).track()

    def done(self) -> None:
        """Take away what was uploaded and unpacked."""
        imports.clear_upload(self._store.home, self._task.key)

    @property
    def _called(self) -> str:
        return self._path.name if self._path else "what was brought"

    @property
    def _base(self) -> Path:
        """The folder from which addresses of files are given."""
        return self._path if self._path and self._path.is_dir() else self._room

    def _rows(self, say: Say) -> list[dict[str, Any]]:
        """Return a row for each file of a folder, of an archive, or of an upload of either; or pages."""
        if self._task.payload.get("unsplash"):
            return Hunt(self._store, self._task, self._stop, say, allowed=self._allowed).rows()
        if self._robots:
            return crawl.rows(self._store, self._task, self._polite, self._stop, say)
        if self._path and self._path.is_dir():
            say(None, f"Looking through {self._called}")
            return self._items(self._path, self._path, self._path.absolute().name)
        if self._path and not (self._path.is_file() and archive.is_archive(self._path)):
            raise StoreError(f"{self._path} is no folder and no ZIP or TAR archive: choose another.")
        rows: list[dict[str, Any]] = []
        for number, each in enumerate([self._path] if self._path else self._uploaded()):
            rows += self._items(self._unpacked(each, number, say), self._room, each.name)
        if (files := self._room / "files").is_dir():
            rows += self._items(files, self._room, "")
        return rows

    def _uploaded(self) -> list[Path]:
        """Return the archives of an upload, put apart from its other files."""
        files, packed = self._room / "files", self._room / "packed"
        for each in files.iterdir() if files.is_dir() else ():
            if each.is_file() and archive.is_archive(each):
                packed.mkdir(exist_ok=True)
                each.replace(packed / each.name)
        return sorted(packed.iterdir()) if packed.is_dir() else []

    def _unpacked(self, packed: Path, number: int, say: Say) -> Path:
        """Return the folder with what an archive holds; all of it is there, or an error."""
        say(None, f"Unpacking {packed.name}")
        folder = self._room / "unpacked" / str(number)
        if not folder.is_dir():
            room = max(archive.MAX_BYTES, 4 * packed.stat().st_size)
            limits = {"max_files": MAX_FILES, "max_bytes": room, "max_member_bytes": room}
            archive.extract(packed, folder, **limits, wanted=self._go_on)
        return folder

    def _go_on(self, name: str) -> bool:
        if self._stop.is_set():
            raise JobStopped("The import was stopped.")
        return True

    def _items(self, folder: Path, base: Path, source: str) -> list[dict[str, Any]]:
        payload = self._task.payload
        prefix = folder.relative_to(base).as_posix()
        return [
            {
                "name": item.name,
                "address": item.name if prefix == "." else f"{prefix}/{item.name}",
                "label": item.label,
                "split": item.split,
                "source": item.source,
                "facts": {**item.facts, **({"scene": item.scene} if item.scene else {})},
                "state": "refused" if item.refusal else "waiting",
                "reason": item.refusal,
            }
            for item in collection.items(folder, payload.get("source") or source)
        ]


def host_of(address: str) -> str:
    """Return the host of an address, "" where it names none.

    >>> host_of("HTTP://Example.org:80/a.jpg"), host_of("example.org/a.jpg"), host_of("data:image/png,")
    ('example.org', 'example.org', '')
    """
    text = address.strip()
    if text[:5].lower() == "data:":
        return ""
    try:
        return urlsplit(text if "//" in text[:10] else f"//{text}").hostname or ""
    except ValueError:
        return ""
