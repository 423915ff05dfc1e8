"""Tell what a model file is, under whatever name it lies there: by its hash, or by its tensors."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.catalogue import ALWAYS_LISTED, KNOWN, Known, known
from core.errors import ModelBroken
from core.home import ASSETS
from core.models import Pixels, sha256_of
from core.prepare import input_and_outputs

LABELS = ASSETS / "labels"
MOST_BYTES = 500 * 2**20
MOST_LABEL_BYTES = 2**20


@dataclass(frozen=True)
class Recognised:
    """A file and the model it is; `reason` and `remedy` say what it lacks, if anything."""

    path: Path
    sha256: str
    known: Known
    labels: tuple[str, ...]
    reason: str = ""
    remedy: str = ""


def recognise(path: Path) -> Recognised | None:
    """Return what a foreign file is, or None for what is no model we can run."""
    changed = _changed(path)
    return _recognise(path, changed) if changed else None


def _changed(path: Path) -> int:
    """Return when a file was last changed, or 0 for what is no file of a sensible size."""
    try:
        status = path.stat()
    except OSError:  # a link that leads nowhere, or round in circles
        return 0
    return status.st_mtime_ns if stat.S_ISREG(status.st_mode) and status.st_size <= MOST_BYTES else 0


@lru_cache(maxsize=1024)
def _recognise(path: Path, changed: int) -> Recognised | None:
    """Return what a foreign file is, by its hash or its tensors, or None (`changed`: cache key)."""
    try:
        return _recognised(path)
    except (ModelBroken, OSError):
        return None


def _recognised(path: Path) -> Recognised | None:
    """Return what a foreign file is; raises ModelBroken or OSError where it cannot be read."""
    sha256 = sha256_of(path)
    shape, outputs = input_and_outputs(path)
    by_hash = next((entry for entry in KNOWN if sha256 in entry.files), None)
    entry = by_hash or _by_signature(shape, outputs)
    if entry is None:
        return _taught(path, sha256, shape, outputs)
    labels = _labels(path, entry)
    reason = remedy = ""
    if len(labels) < entry.labels_count:
        reason = (
            f"{path.name} is {entry.title}, but no list of its {entry.labels_count} words lies beside it."
        )
        words = f"a text file of {entry.labels_count} lines, one word each"
        remedy = f"Put {words}, into the folder {path.parent.name}."
    return Recognised(path, sha256, entry, labels, reason, remedy)


def _by_signature(shape: tuple[int, ...], outputs: list[tuple[int, ...]]) -> Known | None:
    for entry in KNOWN:
        same = entry.input_shape == shape and outputs and entry.output_shape == outputs[0]
        if same and entry.outputs == len(outputs):
            return entry
    return None


def _labels(path: Path, entry: Known) -> tuple[str, ...]:
    if entry.labels:
        return read_labels(LABELS / f"{entry.labels}.txt")
    for text in sorted(path.parent.glob("*.txt")):
        words = read_labels(text)
        if entry.labels_count and len(words) == entry.labels_count:
            return words
    return ()


def read_labels(path: Path) -> tuple[str, ...]:
    """Return the words of a label file, one a line; Teachable Machine's leading numbers are dropped.

    "background" and "???" become the empty word, which is never shown.
    """
    if not path.is_file() or path.stat().st_size > MOST_LABEL_BYTES:
        return ()
    lines = path.read_text(encoding="utf-8", errors="replace").rstrip("\n").split("\n")
    words = [re.sub(r"^\d+ ", "", line.strip()) for line in lines]
    return tuple("" if word in ("background", "???") else word for word in words)


def _taught(
    path: Path, sha256: str, shape: tuple[int, ...], outputs: list[tuple[int, ...]]
) -> Recognised | None:
    """Recognise a Teachable Machine export: one picture in, one score per line of `labels.txt` out."""
    text = path.with_name("labels.txt")
    if not (len(shape) == 4 and shape[1] == shape[2] and shape[3] == 3 and text.is_file()):
        return None
    labels = read_labels(text)
    if outputs != [(1, len(labels))]:
        return None
    name = re.sub(r"[^a-z0-9]+", "_", path.parent.name.lower()).strip("_")
    if not name or name in ALWAYS_LISTED or known(name):
        name = f"{name or 'taught'}_{sha256[:8]}"
    about = f"A Teachable Machine export with {len(labels)} classes: {', '.join(labels[:4])}"
    entry = Known(
        name=name,
        title=path.parent.name,
        tasks=("classify", "embed"),
        pixels=Pixels(size=shape[1]),
        input_shape=shape,
        output_shape=outputs[0],
        embedding_size=1280,
        licence="unknown",
        about=about + (" ..." if len(labels) > 4 else "."),
    )
    return Recognised(path, sha256, entry, labels)
