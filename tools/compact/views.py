"""Make fresh views of the same pictures, and ask the teachers about them again.

A net that sees the same canvases again and again learns them by heart. A view is a folder with the
same arrays as the work folder, row for row the same pictures. The teachers answer through LiteRT, in
their own arithmetic, which is ten times faster than the float arithmetic of `teachers`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from tensorflow.lite.tools import flatbuffer_utils

from tools.compact.pool import canvas, pictures
from tools.compact.recipe import Recipe

Answers = list[np.ndarray]


def asker(file: Path, tensors: tuple[int, ...], size: int) -> Callable[[np.ndarray], Answers]:
    """Return a function from one uint8 RGB picture to the wanted inner tensors, in real numbers."""
    model = flatbuffer_utils.read_model(str(file))
    graph = model.subgraphs[0]
    graph.outputs = list(tensors)
    model.signatureDefs = None
    content = flatbuffer_utils.convert_object_to_bytearray(model)
    interpreter = Interpreter(model_content=bytes(content), num_threads=1)
    into = interpreter.get_input_details()[0]
    interpreter.resize_tensor_input(into["index"], [1, size, size, 3])
    interpreter.allocate_tensors()
    outs = {out["index"]: out for out in interpreter.get_output_details()}

    def ask(picture: np.ndarray) -> Answers:
        if picture.shape[0] != size:
            picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC)
        x = picture if into["dtype"] == np.uint8 else picture.astype(np.float32) / 127.5 - 1
        interpreter.set_tensor(into["index"], x[None].astype(into["dtype"]))
        interpreter.invoke()
        return [_real(interpreter.get_tensor(tensor)[0], outs[tensor]["quantization"]) for tensor in tensors]

    return ask


def _real(values: np.ndarray, quantization: tuple[float, int]) -> np.ndarray:
    scale, zero = quantization
    return values if not scale else (values.astype(np.float32) - np.float32(zero)) * np.float32(scale)


def write_view(recipe: Recipe, pool: Path, work: Path, number: int) -> None:
    """Write the folder `view<number>`: canvases, the teacher's interfaces, the guides' embeddings."""
    folder, size = work / f"view{number}", recipe.start.size
    teacher = asker(recipe.teacher, recipe.interfaces, size)
    guides = [asker(Path(guide.file), (guide.embedding,), guide.size) for guide in recipe.guides]
    with np.load(work / "scale.npz") as kept:
        scale = dict(kept)

    def ask(picture: np.ndarray) -> dict[str, np.ndarray]:
        told = {f"guide{k}": guide(picture)[0].reshape(-1) for k, guide in enumerate(guides)}
        for k, values in enumerate(teacher(picture)):
            told[f"interface{k}"] = (values - scale[f"mean{k}"]) / scale[f"deviation{k}"]
        return told

    folder.mkdir(exist_ok=True)
    found = list(pictures(pool))
    order = np.random.default_rng(recipe.seed).permutation(len(found))
    random = np.random.default_rng(1000 + number)
    arrays: dict[str, np.ndarray] = {}

    def put(name: str, row: int, value: np.ndarray, kind: type) -> None:
        if name not in arrays:
            path = folder / f"{name}.part.npy"
            arrays[name] = np.lib.format.open_memmap(path, "w+", kind, (len(found), *value.shape))
        arrays[name][row] = value

    for row, at in enumerate(order):
        picture = np.ascontiguousarray(canvas(found[at][1], size, random))
        put("canvas", row, picture, np.uint8)
        for name, value in ask(picture).items():
            put(name, row, value, np.float16)
    for name, array in arrays.items():
        array.flush()
        (folder / f"{name}.part.npy").replace(folder / f"{name}.npy")
