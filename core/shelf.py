"""The shelf of models: what is here, what could be had, and what is missing and why.

Looked for in this order: packaged with us, prepared in home, the folders of `FAKERY_MODELS`, TF Hub.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from core.catalogue import ALWAYS_LISTED, KNOWN, Known, known
from core.errors import ModelBroken, ModelMissing
from core.home import ASSETS, Home
from core.models import ModelSpec, Pixels, Task, sha256_of
from core.prepare import input_and_outputs

State = Literal["ready", "found", "fetchable", "missing"]
LABELS = ASSETS / "labels"
COMPACT_MISSING = (
    "The packaged model compact is gone from the folder assets.",
    "Bring it back: git checkout assets/compact.tflite assets/compact.json",
)


@dataclass(frozen=True)
class Shelved:
    """One model as the shelf sees it now.

    `ready`: it can answer. `found`: its file lies in a folder and must be prepared (seconds).
    `fetchable`: TF Hub has it. `missing`: it cannot be had; `reason` and `remedy` say why and how.
    """

    name: str
    title: str
    state: State
    tasks: tuple[Task, ...]
    about: str
    spec: ModelSpec | None = None
    path: Path | None = None
    source: Path | None = None
    known: Known | None = None
    labels: tuple[str, ...] = ()
    reason: str = ""
    remedy: str = ""


class Shelf:
    """All models of one home."""

    def __init__(self, home: Home, packaged: Path = ASSETS) -> None:
        self.home = home
        self.packaged = packaged

    def models(self) -> list[Shelved]:
        """Return every model, the known ones first, missing ones included."""
        ready = {entry.name: entry for entry in self._ready()}
        found = {entry.name: entry for entry in reversed(list(self._found()))}
        listed = [ready.get(name) or found.get(name) or self._absent(name) for name in ALWAYS_LISTED]
        others = sorted({**found, **ready}.keys() - set(ALWAYS_LISTED))
        return listed + [ready.get(name) or found[name] for name in others]

    def get(self, name: str) -> Shelved:
        """Return one model; raises ModelMissing for a name the shelf has never heard of."""
        models = self.models()
        for entry in models:
            if entry.name == name:
                return entry
        names = ", ".join(entry.name for entry in models)
        raise ModelMissing(f"There is no model '{name}'.", f"Known here: {names}.")

    def ready(self, name: str) -> tuple[ModelSpec, Path]:
        """Return spec and file of a model that can answer; raises ModelMissing where it cannot."""
        entry = self.get(name)
        if entry.spec is None or entry.path is None:
            raise ModelMissing(entry.reason or f"{entry.title} is not prepared yet.", entry.remedy)
        return entry.spec, entry.path

    def errand(self, entry: Shelved) -> tuple[str, dict[str, Any]]:
        """Return the worker module that makes a `found` or `fetchable` model ready, and its payload."""
        if entry.state not in ("found", "fetchable") or entry.known is None:
            raise ModelMissing(entry.reason or f"{entry.title} is here already.", entry.remedy)
        payload: dict[str, Any] = {"entry": asdict(entry.known), "folder": str(self.home.models)}
        if entry.source is None:
            return "core.tf.hub", payload
        payload |= {
            "source": str(entry.source),
            "labels": list(entry.labels),
            "origin": {"origin": f"the file {entry.source.name}"},
        }
        return "core.prepare", payload

    def _ready(self) -> Iterator[Shelved]:
        for folder in (self.home.models, self.packaged):
            for text in sorted(folder.glob("*.json")):
                path = text.with_suffix(".tflite")
                if not path.is_file():
                    continue
                try:
                    spec = ModelSpec.from_json(text.read_text(encoding="utf-8"))
                except (ModelBroken, OSError, UnicodeDecodeError) as error:
                    yield Shelved(
                        text.stem,
                        text.stem,
                        "missing",
                        (),
                        "",
                        reason=str(error),
                        remedy=f"Delete {text} and fetch the model again.",
                    )
                    continue
                yield Shelved(
                    spec.name,
                    spec.title,
                    "ready",
                    spec.tasks,
                    spec.about,
                    spec,
                    path,
                    known=known(spec.name),
                )

    def _found(self) -> Iterator[Shelved]:
        """Yield the models in the folders of FAKERY_MODELS, the best file of each model first."""
        files = sorted(path for folder in self.home.model_folders for path in folder.rglob("*.tflite"))
        entries = [entry for path in files if (entry := _recognise(path, path.stat().st_mtime_ns))]
        yield from sorted(entries, key=_preference)

    def _absent(self, name: str) -> Shelved:
        entry = known(name)
        if entry is None:
            reason, remedy = COMPACT_MISSING
            return Shelved(name, name.capitalize(), "missing", (), "", reason=reason, remedy=remedy)
        by_hand = "or put its .tflite file into a folder and start with FAKERY_MODELS=/that/folder"
        if self.home.offline or not entry.hub:
            return Shelved(
                name,
                entry.title,
                "missing",
                entry.tasks,
                entry.about,
                known=entry,
                reason=f"{entry.title} is not on this machine, and FAKERY_OFFLINE=1 forbids fetching it.",
                remedy=f"Start once without FAKERY_OFFLINE, {by_hand}.",
            )
        return Shelved(
            name,
            entry.title,
            "fetchable",
            entry.tasks,
            entry.about,
            known=entry,
            reason=f"{entry.title} is not on this machine yet.",
            remedy=f"Fetch it from TF Hub, {by_hand}.",
        )


def _preference(entry: Shelved) -> tuple[int, str]:
    files = entry.known.files if entry.known else ()
    sha256 = sha256_of(entry.source) if entry.source else ""
    return (files.index(sha256) if sha256 in files else len(files), str(entry.source))


@lru_cache(maxsize=1024)
def _recognise(path: Path, changed: int) -> Shelved | None:
    """Return what a foreign file is, by its hash or its tensors, or None (`changed`: cache key)."""
    try:
        sha256 = sha256_of(path)
        shape, outputs = input_and_outputs(path)
    except (ModelBroken, OSError):
        return None
    by_hash = next((entry for entry in KNOWN if sha256 in entry.files), None)
    entry = by_hash or _by_signature(shape, outputs)
    if entry is None:
        return _taught(path, shape, outputs)
    labels = _labels(path, entry)
    reason = remedy = ""
    if len(labels) < entry.labels_count:
        reason = (
            f"{path.name} is {entry.title}, but no list of its {entry.labels_count} words lies beside it."
        )
        remedy = f"Put a text file of {entry.labels_count} lines, one word each, into {path.parent}."
    return Shelved(
        entry.name,
        entry.title,
        "missing" if reason else "found",
        entry.tasks,
        entry.about,
        source=path,
        known=entry,
        labels=labels,
        reason=reason,
        remedy=remedy,
    )


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
    lines = path.read_text(encoding="utf-8", errors="replace").rstrip("\n").split("\n")
    words = [re.sub(r"^\d+ ", "", line.strip()) for line in lines]
    return tuple("" if word in ("background", "???") else word for word in words)


def _taught(path: Path, shape: tuple[int, ...], outputs: list[tuple[int, ...]]) -> Shelved | None:
    """Recognise a Teachable Machine export: one picture in, one score per line of `labels.txt` out."""
    text = path.with_name("labels.txt")
    if not (len(shape) == 4 and shape[1] == shape[2] and shape[3] == 3 and text.is_file()):
        return None
    labels = read_labels(text)
    if outputs != [(1, len(labels))]:
        return None
    name = re.sub(r"[^a-z0-9]+", "_", path.parent.name.lower()).strip("_")
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
    return Shelved(
        name,
        entry.title,
        "found",
        entry.tasks,
        entry.about,
        source=path,
        known=entry,
        labels=labels,
    )
