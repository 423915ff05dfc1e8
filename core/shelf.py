"""The shelf of models: what is here, what could be had, and what is missing and why.

Looked for in this order: packaged with us, prepared in home, the folders of `FAKERY_MODELS`, TF Hub.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from core.catalogue import ALWAYS_LISTED, Known, known
from core.errors import ModelBroken, ModelMissing
from core.home import ASSETS, Home
from core.models import ModelSpec, Task
from core.recognise import Recognised, recognise

State = Literal["ready", "found", "fetchable", "missing"]
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
                    if spec.name != text.stem:
                        raise ModelBroken(f"{text.name} is the spec of another model, {spec.name}.")
                except (ModelBroken, OSError, UnicodeDecodeError) as error:
                    yield Shelved(
                        text.stem,
                        text.stem,
                        "missing",
                        (),
                        "",
                        reason=str(error),
                        remedy=f"Delete {text.name} and fetch the model again.",
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
        found = [
            recognised
            for folder in self.home.model_folders
            for path in sorted(folder.rglob("*.tflite"))
            if (recognised := recognise(path))
        ]
        yield from map(_shelved, sorted(found, key=_preference))

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


def _shelved(found: Recognised) -> Shelved:
    entry = found.known
    return Shelved(
        entry.name, entry.title, "missing" if found.reason else "found", entry.tasks, entry.about,
        source=found.path, known=entry, labels=found.labels, reason=found.reason, remedy=found.remedy,
    )  # fmt: skip


def _preference(found: Recognised) -> tuple[int, str]:
    files = found.known.files
    return (files.index(found.sha256) if found.sha256 in files else len(files), str(found.path))
