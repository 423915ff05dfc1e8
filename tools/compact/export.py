"""Write the student as one float16 TFLite file whose every invoke gives embedding and scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from core.models import ModelSpec, Pixels, sha256_of
from tools.compact.student import Shape, Weights, run

Head = tuple[np.ndarray, np.ndarray] | Callable[[tf.Tensor], tf.Tensor]


def network(shape: Shape, weights: Weights, words: Head | None) -> tf.types.experimental.GenericFunction:
    """Return the whole net as a function of `image`, float32 (1, size, size, 3) in -1..1."""

    @tf.function(input_signature=[tf.TensorSpec((1, shape.size, shape.size, 3), tf.float32, name="image")])
    def net(image: tf.Tensor) -> dict[str, tf.Tensor]:
        _, embedding = run(shape, image, weights)
        answers = {"embedding": embedding}
        if callable(words):
            answers["scores"] = words(embedding)
        elif words is not None:
            answers["scores"] = tf.nn.softmax(tf.matmul(embedding, words[0]) + words[1])
        return answers

    return net


def to_tflite(shape: Shape, weights: Weights, words: Head | None = None) -> bytes:
    """Return the file's bytes; weights are kept in half precision, arithmetic stays float32."""
    holder = tf.Module()
    holder.net = network(shape, weights, words)
    holder.kept = list(weights.values())
    converter = tf.lite.TFLiteConverter.from_concrete_functions([holder.net.get_concrete_function()], holder)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.target_spec.supported_types = [tf.float16]
    return bytes(converter.convert())


def output_places(path: Path) -> dict[str, int]:
    """Return which output is which, told apart by what one invoke gives.

    Scores add up to one and are the shorter row; the converter keeps no order of its own.
    """
    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    sizes = [int(out["shape"][-1]) for out in interpreter.get_output_details()]
    if len(sizes) == 1:
        return {"embedding": 0}
    return {"embedding": int(np.argmax(sizes)), "scores": int(np.argmin(sizes))}


def write_spec(
    path: Path,
    shape: Shape,
    labels: Sequence[str],
    about: str,
    made_from: dict[str, str],
    sure_from: float = 1.0,
    title: str = "",
) -> ModelSpec:
    """Write the spec beside a `.tflite` file and return it; without a title the file's name is one."""
    places = output_places(path)
    spec = ModelSpec(
        name=path.stem,
        title=title or path.stem.capitalize(),
        tasks=("classify", "embed") if "scores" in places else ("embed",),
        sha256=sha256_of(path),
        bytes=path.stat().st_size,
        pixels=Pixels(size=shape.size),
        outputs=places,  # type: ignore[arg-type]
        labels=tuple(labels),
        embedding_size=shape.embedding_size,
        sure_from=sure_from,
        licence="MIT",
        origin="Trained by tools/compact",
        about=about,
        made_from=made_from,
    )
    path.with_suffix(".json").write_text(spec.to_json() + "\n", encoding="utf-8")
    return spec
