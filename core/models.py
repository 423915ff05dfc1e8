"""A model is data: the spec beside every `.tflite` file, and its JSON form.

Nothing else in the house knows a model's name. A spec says how pixels become the model's input,
what each of its outputs means, and where the file came from.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from core.errors import ModelBroken

Task = Literal["classify", "embed", "detect"]
Role = Literal["scores", "embedding", "boxes", "classes", "box_scores", "count", "class_scores"]


_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class Pixels:
    """How a picture becomes a model's input.

    `fit` is "crop" (centre square, then resize) or "squash" (resize, proportions lost).
    A float input receives `x * scale + offset` for x in 0..255; a uint8 input receives x itself,
    because its quantisation already says the same.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

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

    __pydantic_config__ = ConfigDict(extra="forbid")

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
            spec = _reader().validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            if first["type"] == "missing":
                raise ModelBroken(f"This model's spec lacks the field '{where}'.") from error
            raise ModelBroken(f"This model's spec cannot be read: {where} {first['msg']}.") from error
        spec._check()
        return spec

    def _check(self) -> None:
        """Raise ModelBroken where fields of the right kind say what cannot be."""
        needed: dict[Task, set[Role]] = {"classify": {"scores"}, "embed": {"embedding"}, "detect": {"boxes"}}
        sane = {
            "name": _NAME.fullmatch(self.name),
            "tasks": self.tasks and all(needed[task] <= set(self.outputs) for task in self.tasks),
            "outputs": self.outputs and all(0 <= at < 64 for at in self.outputs.values()),
            "pixels": 1 <= self.pixels.size <= 4096
            and math.isfinite(self.pixels.scale)
            and math.isfinite(self.pixels.offset),
            "boxes": "boxes" not in self.outputs
            or "class_scores" in self.outputs
            or {"classes", "box_scores", "count"} <= set(self.outputs),
        }
        for what, good in sane.items():
            if not good:
                raise ModelBroken(f"This model's spec says of its {what} what cannot be.")

    def can(self, task: Task) -> bool:
        """Return whether the model does this task."""
        return task in self.tasks


@cache
def _reader() -> TypeAdapter[ModelSpec]:
    return TypeAdapter(ModelSpec)


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 as 64 hexadecimal digits, reading it in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
