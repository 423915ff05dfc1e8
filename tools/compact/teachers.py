"""Read a plain convolutional TFLite file as float TensorFlow arithmetic, any inner tensor at will.

Teachers come as float files (Teachable Machine's) and as quantised ones (MobileNet V1 and V2).
Quantised weights are made float again, and every activation is clipped to the range its tensor can
hold, which is where such files keep their ReLU6. The arithmetic works for any input size.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.lite.python import schema_py_generated as schema

_NAMES = {value: name for name, value in vars(schema.BuiltinOperator).items()}


@dataclass(frozen=True)
class Op:
    """One operation of the graph: its kind, tensors and options."""

    kind: str
    inputs: tuple[int, ...]
    output: int
    options: Any


@dataclass(frozen=True)
class Teacher:
    """A teacher's graph: operations in order, constants by tensor, clip ranges by tensor."""

    ops: tuple[Op, ...]
    constants: dict[int, np.ndarray]
    ranges: dict[int, tuple[float, float]]
    shapes: dict[int, tuple[int, ...]]
    start: int
    scale: float
    offset: float

    def tensors(self, wanted: list[int], pixels: tf.Tensor) -> list[tf.Tensor]:
        """Return the wanted tensors for pixels 0..255 of shape (n, size, size, 3)."""
        values: dict[int, tf.Tensor] = {self.start: pixels * self.scale + self.offset}
        for op in self.ops:
            if all(tensor in values for tensor in wanted):
                break
            values[op.output] = self._run(op, values)
        return [values[tensor] for tensor in wanted]

    def _run(self, op: Op, values: dict[int, tf.Tensor]) -> tf.Tensor:
        def get(position: int) -> Any:
            tensor = op.inputs[position]
            return values[tensor] if tensor in values else self.constants[tensor]

        if op.kind in ("QUANTIZE", "DEQUANTIZE", "SOFTMAX"):
            return get(0)
        if op.kind == "ADD":
            result = get(0) + get(1)
        elif op.kind in ("AVERAGE_POOL_2D", "MEAN"):
            return tf.reduce_mean(get(0), [1, 2], keepdims=True)
        elif op.kind in ("RESHAPE", "SQUEEZE"):
            return tf.reshape(get(0), [tf.shape(get(0))[0], -1])
        elif op.kind == "FULLY_CONNECTED":
            flat = tf.reshape(get(0), [tf.shape(get(0))[0], -1])
            result = tf.matmul(flat, get(1), transpose_b=True)
            result = result + get(2) if len(op.inputs) > 2 else result
        elif op.kind == "PAD":
            return tf.pad(get(0), get(1))
        else:
            result = self._convolve(op, get(0), get(1)) + get(2)
        low, high = self.ranges.get(op.output, (-np.inf, np.inf))
        clip = getattr(op.options, "fusedActivationFunction", 0)
        if clip in (1, 3):
            low, high = max(low, 0.0), min(high, 6.0) if clip == 3 else high
        return tf.clip_by_value(result, low, high)

    @staticmethod
    def _convolve(op: Op, x: Any, kernel: np.ndarray) -> tf.Tensor:
        padding = "SAME" if op.options.padding == 0 else "VALID"
        strides = [1, op.options.strideH, op.options.strideW, 1]
        if op.kind == "CONV_2D":
            return tf.nn.conv2d(x, np.transpose(kernel, (1, 2, 3, 0)), strides, padding)
        return tf.nn.depthwise_conv2d(x, np.transpose(kernel, (1, 2, 3, 0)), strides, padding)


def read_teacher(path: Path) -> Teacher:
    """Return the teacher in a TFLite file, float or quantised.

    The input's scale and offset bring 0..255 to what the file expects: -1..1 for a float file, the
    meaning of its quantisation otherwise.
    """
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    graph = model.subgraphs[0]
    constants, ranges, shapes = {}, {}, {}
    for index, tensor in enumerate(graph.tensors):
        shapes[index] = tuple(int(side) for side in tensor.shape)
        value = _constant(tensor, model.buffers[tensor.buffer])
        if value is not None:
            constants[index] = value
        elif _is_quantised(tensor):
            ranges[index] = _range(tensor)
    ops = tuple(
        Op(
            _NAMES[_code(model.operatorCodes[op.opcodeIndex])],
            tuple(int(i) for i in op.inputs),
            int(op.outputs[0]),
            op.builtinOptions,
        )
        for op in graph.operators
    )
    start = int(graph.inputs[0])
    scale, offset = 1 / 127.5, -1.0
    # A quantised file says in its first tensor what a pixel means; int8 ones sit behind QUANTIZE.
    if start in ranges:
        low, high = ranges[start]
        scale, offset = (high - low) / 255, low
    return Teacher(ops, constants, ranges, shapes, start, scale, offset)


def _code(code: Any) -> int:
    return max(int(code.builtinCode), int(code.deprecatedBuiltinCode))


def _is_quantised(tensor: Any) -> bool:
    return tensor.quantization is not None and tensor.quantization.scale is not None


def _range(tensor: Any) -> tuple[float, float]:
    low, high = (0, 255) if tensor.type == schema.TensorType.UINT8 else (-128, 127)
    scale, zero = float(tensor.quantization.scale[0]), int(tensor.quantization.zeroPoint[0])
    return (low - zero) * scale, (high - zero) * scale


def _constant(tensor: Any, buffer: Any) -> np.ndarray | None:
    if buffer.data is None or len(buffer.data) == 0:
        return None
    kinds = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
    raw = np.frombuffer(bytes(buffer.data), kinds[tensor.type]).reshape(tensor.shape)
    if not _is_quantised(tensor):
        return raw
    shape = [1] * raw.ndim
    shape[tensor.quantization.quantizedDimension] = len(tensor.quantization.scale)
    scale = np.asarray(tensor.quantization.scale, np.float32).reshape(shape)
    zero = np.asarray(tensor.quantization.zeroPoint, np.float32).reshape(shape)
    return ((raw.astype(np.float32) - zero) * scale).astype(np.float32)
