"""From a hub's SavedModel to one float16 TFLite file made of LiteRT's own operations only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import tensorflow as tf
import tensorflow_hub as hub
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
from tensorflow.lite.python.convert import ConverterError

from core.catalogue import Known
from core.errors import ModelBroken

# A SavedModel is a program. These are its ways to the disk and to code; no image model needs them.
FORBIDDEN = {"ReadFile", "WriteFile", "MatchingFiles", "PyFunc", "PyFuncStateless", "EagerPyFunc"}


def to_float16(folder: Path, known: Known) -> bytes:
    """Return a SavedModel as a TFLite file with float16 weights and inputs of a fixed shape.

    A classifier's logits become probabilities; a detector is cut where its boxes and scores per
    anchor come out, before its own suppression. Raises ModelBroken where the folder holds no such
    model, or one that LiteRT's operations cannot express.
    """
    _check_operations(folder, known)
    module, signature = _load(folder, known)
    name = next(iter(signature.structured_input_signature[1]))
    detects = "detect" in known.tasks
    image = tf.TensorSpec(known.input_shape, tf.uint8 if detects else tf.float32, name="image")

    @tf.function(input_signature=[image], autograph=False)  # type: ignore[untyped-decorator]
    def answer(image: Any) -> Any:
        found = signature(**{name: image})
        if detects:
            return found["raw_detection_boxes"], found["raw_detection_scores"]
        (only,) = found.values()
        return tf.nn.softmax(only) if "classify" in known.tasks else only

    try:
        converter = tf.lite.TFLiteConverter.from_concrete_functions([answer.get_concrete_function()], module)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        return bytes(converter.convert())
    except (ValueError, TypeError, KeyError, ConverterError) as error:
        raise ModelBroken(f"{known.title} does not fit into TFLite ({_start(error)}).") from error


def _load(folder: Path, known: Known) -> tuple[Any, Any]:
    try:
        module = hub.load(str(folder))
        return module, module.signatures["serving_default"]
    except (OSError, ValueError, KeyError, AttributeError, tf.errors.OpError) as error:
        raise ModelBroken(
            f"What came as {known.title} is no SavedModel that can be loaded ({_start(error)})."
        ) from error


def _check_operations(folder: Path, known: Known) -> None:
    try:
        saved = SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    except (OSError, DecodeError) as error:
        raise ModelBroken(f"What came as {known.title} is no SavedModel ({error}).") from error
    for graph in (meta.graph_def for meta in saved.meta_graphs):
        bodies = [graph.node, *(function.node_def for function in graph.library.function)]
        if found := FORBIDDEN & {node.op for nodes in bodies for node in nodes}:
            raise ModelBroken(
                f"What came as {known.title} wants more than to compute "
                f"({', '.join(sorted(found))}): it was not run."
            )


def _start(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
