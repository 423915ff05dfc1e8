"""Fetch a model from TF Hub, check it, convert it to float16 TFLite, and keep it.

    python -m core.tf.hub

is a worker (core/jobs/worker.py). Its payload: `folder`, where the model is kept; `entry` or `name`,
which model it is (core.catalogue.asked); and for tests `allow_private`, so that a server on this
very machine can stand in for the hub.

The archive comes through our own guard and is unpacked under our own limits, because the downloader
inside tensorflow_hub shows no progress, checks no hash, knows no limit and follows any redirect;
tensorflow_hub then loads the folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from core import archive, fetch
from core.catalogue import Known, asked
from core.errors import ModelBroken, StoreError
from core.fetch.addresses import Address
from core.jobs.worker import DISK_FULL, Report, disk_full, worker
from core.prepare import prepare
from core.recognise import LABELS, read_labels

MOST_BYTES = 1 << 30
MOST_LABEL_BYTES = 1 << 20
# On the disk at once, in sizes of the archive: 2.4 for MobileNet V2 (the unpacked folder, what the
# converter writes, and the file of half the precision, twice for a moment), and a little air.
ROOM_FOR_ONE = 3
DOWNLOADED, UNPACKED, LOADED, CONVERTED = 0.6, 0.65, 0.75, 0.95


def main(payload: dict[str, Any], report: Report) -> dict[str, Any]:
    """Fetch, check, convert and keep one model, and return its name."""
    fetching = Fetching(asked(payload), Path(payload["folder"]), report)
    if payload.get("allow_private"):
        fetching.allowed = lambda _: True
    try:
        fetching.run()
    except (OSError, StoreError) as error:
        cause = error if isinstance(error, OSError) else error.__cause__
        if isinstance(cause, OSError) and cause.errno in DISK_FULL:
            raise StoreError(disk_full(fetching.folder, fetching.needed)) from error
        raise
    return {"name": fetching.known.name}


class Fetching:
    """One model on its way from the hub into a folder."""

    def __init__(self, known: Known, folder: Path, report: Report) -> None:
        self.known = known
        self.folder = folder
        self.report = report
        self.allowed: Callable[[Address], bool] = fetch.is_public
        self.needed: int | None = None

    def run(self) -> None:
        """Do all of it; raises a FakeryError that says what went wrong, and keeps nothing then."""
        labels = self.labels()
        packed, origin = self.packed()
        self.report(DOWNLOADED, "Unpacking")
        saved = self.report.room / "saved"
        archive.extract(packed, saved)
        packed.unlink()
        if not (saved / "saved_model.pb").is_file():
            raise ModelBroken(f"The archive of {self.known.title} holds no saved_model.pb.")
        self.report(UNPACKED, "Starting TensorFlow")
        # Only here: it takes seconds, and whatever fails above should not wait for it.
        from core.tf.convert import to_float16

        self.report(LOADED, "Converting")
        converted = self.report.room / "converted.tflite"
        converted.write_bytes(to_float16(saved, self.known))
        self.report(CONVERTED, "Trying it out")
        prepare(converted, self.known, labels, self.folder, origin, self.report.room)

    def labels(self) -> tuple[str, ...]:
        """Return the model's words: packaged, fetched, or none."""
        if self.known.labels:
            return read_labels(LABELS / f"{self.known.labels}.txt")
        if not self.known.labels_url:
            return ()
        self.report(0.0, "Fetching its words")
        path = self.report.room / "labels.txt"
        fetch.download(self.known.labels_url, path, max_bytes=MOST_LABEL_BYTES, allowed=self.allowed)
        labels = read_labels(path)
        if len(labels) != self.known.labels_count:
            raise ModelBroken(
                f"{self.known.title} has {self.known.labels_count} words, but {len(labels)} came "
                f"from {self.known.labels_url}: try again later."
            )
        return labels

    def packed(self) -> tuple[Path, dict[str, str]]:
        """Return the hub's archive, checked against its hash, and a note of where it came from."""
        got = fetch.download(
            compressed(self.known.hub),
            self.report.room / "model.tar.gz",
            sha256=self.known.hub_sha256,
            max_bytes=MOST_BYTES,
            allowed=self.allowed,
            progress=self.progress,
        )
        return got.path, {"origin": self.known.hub, "archive_sha256": got.sha256}

    def progress(self, done: int, total: int | None) -> None:
        """Report the download; raises StoreError once it is clear that the disk is too small."""
        if total is None:
            self.needed = ROOM_FOR_ONE * done
            self.report(None, f"Downloading: {done / 1e6:.1f} MB")
            return
        if self.needed is None:
            self.needed = ROOM_FOR_ONE * total
            if shutil.disk_usage(self.report.room).free < self.needed:
                raise StoreError(disk_full(self.folder, self.needed))
        note = f"Downloading: {done / 1e6:.1f} of {total / 1e6:.1f} MB"
        self.report(DOWNLOADED * done / total, note)


def compressed(handle: str) -> str:
    """Return the address under which a hub serves this handle as one archive.

    Source: https://www.tensorflow.org/hub/hosting

    >>> compressed("https://tfhub.dev/google/nnlm/2")
    'https://tfhub.dev/google/nnlm/2?tf-hub-format=compressed'
    """
    parts = urlsplit(handle)
    query = urlencode([*parse_qsl(parts.query), ("tf-hub-format", "compressed")])
    return urlunsplit(parts._replace(query=query))


if __name__ == "__main__":
    worker(main)
