"""A model is data: the spec beside every `.tflite` file, and its JSON form.

Nothing else in the house knows a model's name. A spec says how pixels become the model's input,
what each of its outputs means, and where the file came from.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from core.errors import ModelBroken

Task = Literal["classify", "embed", "detect"]
Role = Literal["scores", "embedding", "boxes", "classes", "box_scores", "count", "class_scores"]


@dataclass(frozen=True)
class Pixels:
    """How a picture becomes a model's input.

    `fit` is "crop" (centre square, then resize) or "squash" (resize, proportions lost).
    A float input receives `x * scale + offset` for x in 0..255; a uint8 input receives x itself,
    because its quantisation already says the same.
    """

    size: int = 224
    fit: Literal["crop", "squash"] = "crop"
    interpolation: Literal["area", "linear"] = "area"
    scale: float = 1 / 127.5
    offset: float = -1.0
    mirror: bool = False


@dataclass(frozen=True)
class ModelSpec:
    """Everything the house knows of one model; stored as `<name>.json` beside `<name>.tflite`.

    `outputs` names the role of each output tensor by its position. A detector gives either `boxes`,
    `classes`, `box_scores` and `count`, or `boxes` and `class_scores` (1, n, classes) per anchor;
    boxes are (top, left, bottom, right) as fractions of the picture. `labels[i]` is the word of score
    i; an empty word is never shown (ImageNet's "background"). `class_offset` is added to a
    detector's class numbers before the word is looked up. `embedding_size` is 0 where there is none.
    An answer less probable than `sure_from` is shown as "not sure".
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    sha256: str
    bytes: int
    pixels: Pixels
    outputs: dict[Role, int]
    labels: tuple[str, ...] = ()
    class_offset: int = 0
    embedding_size: int = 0
    sure_from: float = 0.25
    licence: str = ""
    origin: str = ""
    about: str = ""
    made_from: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the spec as indented JSON, the very text that lies beside the model's file."""
        return json.dumps(dataclasses.asdict(self), indent=1, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ModelSpec:
        """Read a spec.

        Raises ModelBroken where the text is not JSON or a field is missing, unknown or of the wrong
        kind: a spec may come from anywhere.

        >>> ModelSpec.from_json("{}")
        Traceback (most recent call last):
        ...
        core.errors.ModelBroken: This model's spec lacks the field 'name'.
        """
        try:
            raw = json.loads(text)
        except ValueError as error:
            raise ModelBroken(f"This model's spec is not JSON ({error}).") from error
        if not isinstance(raw, dict):
            raise ModelBroken("This model's spec is not a JSON object.")
        for wanted in ("name", "title", "tasks", "sha256", "bytes", "pixels", "outputs"):
            if wanted not in raw:
                raise ModelBroken(f"This model's spec lacks the field '{wanted}'.")
        try:
            return cls(
                **{
                    **raw,
                    "tasks": tuple(raw["tasks"]),
                    "labels": tuple(map(str, raw.get("labels", ()))),
                    "pixels": Pixels(**raw["pixels"]),
                    "outputs": {role: int(at) for role, at in raw["outputs"].items()},
                }
            )
        except (TypeError, ValueError, AttributeError) as error:
            raise ModelBroken(f"This model's spec cannot be read ({error}).") from error

    def can(self, task: Task) -> bool:
        """Return whether the model does this task."""
        return task in self.tasks


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 as 64 hexadecimal digits, reading it in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
