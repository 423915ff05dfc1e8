"""Make a `.tflite` file ours: its useful inner tensors become outputs, and a spec lies beside it.

Runs in a worker process, because the file may be foreign. It is read as data with LiteRT's own
flatbuffer tools (no TensorFlow), changed, written, and tried once before it counts.
"""

from __future__ import annotations

import math
import os
import resource
import struct
import tempfile
from pathlib import Path
from typing import Any

from core.catalogue import Known, asked
from core.errors import ModelBroken
from core.jobs.worker import Report, worker
from core.models import ModelSpec, Role, sha256_of

# The detector's own suppression is opened up, so that the page's overlap slider decides: all but
# the nearest twins come out, up to a hundred boxes, instead of ten at a fixed overlap of 0.6.
DETECTIONS = {"max_detections": 100, "nms_iou_threshold": 0.9, "nms_score_threshold": 0.05}
MOST_TENSORS = 16
MOST_DIMENSIONS = 8
CPU_S = 60
DETECTOR_ROLES: dict[Role, int] = {"boxes": 0, "classes": 1, "box_scores": 2, "count": 3}


def prepare(
    source: Path,
    known: Known,
    labels: tuple[str, ...],
    folder: Path,
    origin: dict[str, str],
    room: Path | None = None,
) -> ModelSpec:
    """Write `<name>.tflite` and `<name>.json` into `folder` and return the spec.

    Both appear whole or not at all, the spec last; they are made in `room`, which must lie on the
    same disk (a job's room does; without one, `folder` itself is used). Raises ModelBroken where
    `source` is not a model of this kind, does not run, or has another number of words.
    """
    model = _read(source, known)
    roles, class_offset = _roles(model, source, known)
    embeds = "embedding" in roles
    model.signatureDefs = []
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=room or folder, prefix=".preparing-") as own_room:
        made = Path(own_room) / f"{known.name}.tflite"
        _write(model, made)
        _check(known, _output_shapes(made), roles, labels)
        spec = ModelSpec(
            name=known.name,
            title=known.title,
            tasks=known.tasks if embeds or not known.embedding_size else ("classify",),
            sha256=sha256_of(made),
            bytes=made.stat().st_size,
            pixels=known.pixels,
            outputs=roles,
            labels=labels,
            class_offset=class_offset,
            embedding_size=known.embedding_size if embeds else 0,
            licence=known.licence,
            origin=origin.get("origin", ""),
            about=known.about,
            made_from={**origin, "sha256": sha256_of(source)},
        )
        text = made.with_suffix(".json")
        text.write_text(spec.to_json(), encoding="utf-8")
        os.replace(made, folder / made.name)
        os.replace(text, folder / text.name)
    return spec


def main(payload: dict[str, Any], report: Report) -> dict[str, Any]:
    """Prepare a file found on disk, as a worker, and return the model's name.

    The payload: `source`, `folder`, `labels`, `origin`, and `entry` or `name` (catalogue.asked).
    """
    known = asked(payload)
    report(None, f"Preparing {known.title}")
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    input_and_outputs(Path(payload["source"]))
    _refuse_loops(Path(payload["source"]))
    spec = prepare(
        Path(payload["source"]),
        known,
        tuple(payload["labels"]),
        Path(payload["folder"]),
        payload["origin"],
        report.room,
    )
    return {"name": spec.name}


def input_and_outputs(path: Path) -> tuple[tuple[int, ...], list[tuple[int, ...]]]:
    """Return the shape of a file's first input and of its outputs, without loading its weights.

    Raises ModelBroken for anything that is no TFLite model. Pure Python over the file's table, so
    that a hostile file can at worst be refused.
    """
    from ai_edge_litert import schema_py_generated as schema

    data = path.read_bytes()
    if data[4:8] != b"TFL3":
        raise ModelBroken(f"{path.name} is no TFLite model: its mark TFL3 is missing.")
    try:
        graph = schema.Model.GetRootAs(data, 0).Subgraphs(0)
        _refuse_floods(path, graph)
        shapes = [
            [tuple(map(int, graph.Tensors(at).ShapeAsNumpy())) for at in side]
            for side in (graph.InputsAsNumpy(), graph.OutputsAsNumpy())
        ]
        return shapes[0][0], shapes[1]
    except (struct.error, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ModelBroken(f"{path.name} is a damaged TFLite model ({error}).") from error


def _refuse_floods(path: Path, graph: Any) -> None:
    """Raise ModelBroken for more inputs, outputs or dimensions than any image model has."""
    sides = ((graph.InputsLength(), graph.Inputs), (graph.OutputsLength(), graph.Outputs))
    for count, tensor in sides:
        if count > MOST_TENSORS or any(
            graph.Tensors(tensor(at)).ShapeLength() > MOST_DIMENSIONS for at in range(count)
        ):
            raise ModelBroken(f"{path.name} is no image model: it has too many inputs or outputs.")


def _refuse_loops(source: Path) -> None:
    """Raise ModelBroken for a foreign model with control flow: it could run for ever."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(source.read_bytes(), 0)
    if model.SubgraphsLength() > 1:
        raise ModelBroken(f"{source.name} holds loops or branches, which no image model here needs.")


def _read(source: Path, known: Known) -> Any:
    from ai_edge_litert.tools import flatbuffer_utils

    shape, _ = input_and_outputs(source)
    if shape != known.input_shape:
        raise ModelBroken(
            f"{source.name} is not {known.title}: its input is {shape}, not {known.input_shape}."
        )
    try:
        return flatbuffer_utils.read_model(str(source))
    except (struct.error, TypeError, AttributeError, IndexError, ValueError) as error:
        raise ModelBroken(f"{source.name} is a damaged TFLite model ({error}).") from error


def _write(model: Any, path: Path) -> None:
    from ai_edge_litert.tools import flatbuffer_utils

    flatbuffer_utils.write_model(model, str(path))


def _roles(model: Any, source: Path, known: Known) -> tuple[dict[Role, int], int]:
    """Return what each output means, and what must be added to a detector's class numbers."""
    graph = model.subgraphs[0]
    if "detect" not in known.tasks:
        return _classifier_roles(graph, known), 0
    if len(graph.outputs) == len(DETECTOR_ROLES):
        _open_suppression(model, graph)
        return DETECTOR_ROLES, known.class_offset
    return _anchor_roles(_output_shapes(source), known), 0


def _anchor_roles(shapes: list[tuple[int, ...]], known: Known) -> dict[Role, int]:
    """Tell boxes (1, n, 4) and class scores (1, n, classes) apart; their order is not sure.

    The converter sorts outputs by inner names, so only the shapes say which is which.
    """
    boxes = [at for at, shape in enumerate(shapes) if len(shape) == 3 and shape[2] == 4]
    if len(shapes) != 2 or len(boxes) != 1 or shapes[0][:2] != shapes[1][:2]:
        raise ModelBroken(
            f"This file is not {known.title}: its outputs are {shapes}, not boxes (1, n, 4) and "
            "scores (1, n, classes)."
        )
    return {"boxes": boxes[0], "class_scores": 1 - boxes[0]}


def _classifier_roles(graph: Any, known: Known) -> dict[Role, int]:
    if "classify" not in known.tasks:
        return {"embedding": 0}
    roles: dict[Role, int] = {"scores": 0}
    if known.embedding_size:
        tensor = _tensor_behind(graph, int(graph.outputs[0]), known.embedding_size)
        if tensor is not None:
            graph.outputs = [*map(int, graph.outputs), tensor]
            roles["embedding"] = len(graph.outputs) - 1
    return roles


def _tensor_behind(graph: Any, output: int, size: int) -> int | None:
    """Walk from an output towards the input; return the first tensor of `size` numbers, or None."""
    maker = {int(made): op for op in graph.operators for made in op.outputs}
    tensor = output
    while tensor in maker:
        tensor = int(maker[tensor].inputs[0])
        if math.prod(map(int, graph.tensors[tensor].shape)) == size:
            return tensor
    return None


def _open_suppression(model: Any, graph: Any) -> None:
    from flatbuffers import flexbuffers

    codes = model.operatorCodes
    for op in graph.operators:
        if codes[op.opcodeIndex].customCode == b"TFLite_Detection_PostProcess":
            options = flexbuffers.Loads(bytes(op.customOptions)) | DETECTIONS
            op.customOptions = list(flexbuffers.Dumps(options))
            return
    raise ModelBroken("This detector ends without TFLite_Detection_PostProcess, which we build on.")


def _output_shapes(path: Path) -> list[tuple[int, ...]]:
    """Run a file once on a black picture and return the shapes of its outputs."""
    from ai_edge_litert.interpreter import Interpreter

    try:
        interpreter = Interpreter(model_path=str(path), num_threads=1)
        interpreter.allocate_tensors()
        interpreter.invoke()
    except (ValueError, RuntimeError) as error:
        raise ModelBroken(f"The model {path.stem} does not run on LiteRT ({error}).") from error
    # Asked after the invoke: only then shapes that depend on the input are known.
    return [tuple(map(int, detail["shape"])) for detail in interpreter.get_output_details()]


def _check(
    known: Known,
    shapes: list[tuple[int, ...]],
    roles: dict[Role, int],
    labels: tuple[str, ...],
) -> None:
    sizes = {role: math.prod(shapes[at]) for role, at in roles.items()}
    if "class_scores" in roles:
        sizes["scores"] = shapes[roles["class_scores"]][2]
    if sizes.get("scores", len(labels)) != len(labels):
        raise ModelBroken(
            f"{known.title} gives {sizes['scores']} scores, but its list has {len(labels)} words: "
            "another list belongs to it."
        )
    if sizes.get("embedding", known.embedding_size) != known.embedding_size:
        raise ModelBroken(
            f"{known.title} should give {known.embedding_size} numbers as its embedding; this file "
            f"gives {sizes['embedding']}."
        )


if __name__ == "__main__":
    worker(main)
