"""How many of the student's hidden channels are a teacher's channels in another order.

Two tests, both after one-to-one matching. By kernels: a channel is copied when its incoming kernel
and its depthwise kernel both have a cosine above 0.95 with those of the matched teacher channel (a
3x3 kernel is compared as the middle of a 5x5 one). By activations: a channel is copied when it
correlates above 0.95 with the matched teacher channel over held-out pictures. The second test sees
through any rewriting of the kernels, and says what two nets trained apart have in common anyway.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from tools.compact.student import Shape, Weights, run
from tools.compact.teachers import Teacher

SAME = 0.95


@dataclass(frozen=True)
class Hidden:
    """One block's hidden channels: incoming kernels (n, into) and depthwise kernels (n, 25)."""

    incoming: np.ndarray
    depth: np.ndarray


def match(likeness: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and columns matched one to one, the most alike first.

    >>> match(np.array([[0.1, 0.9], [0.8, 0.95]]))
    (array([1, 0]), array([1, 0]))
    """
    left = likeness.astype(np.float64).copy()
    rows, columns = [], []
    for _ in range(min(left.shape)):
        row, column = np.unravel_index(np.argmax(left), left.shape)
        rows.append(int(row))
        columns.append(int(column))
        left[row, :] = left[:, column] = -np.inf
    return np.array(rows), np.array(columns)


def cosine(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the cosine of every row of one table with every row of the other."""
    left = left / (np.linalg.norm(left, axis=1, keepdims=True) + 1e-9)
    right = right / (np.linalg.norm(right, axis=1, keepdims=True) + 1e-9)
    return np.asarray(left @ right.T)


def copied_by_kernels(ours: Hidden, theirs: Hidden) -> float:
    """Return how many of our channels are copied."""
    incoming = cosine(ours.incoming, theirs.incoming)
    depth = cosine(ours.depth, theirs.depth)
    rows, columns = match(np.minimum(incoming, depth))
    return float(((incoming > SAME) & (depth > SAME))[rows, columns].sum())


def shuffled(hidden: Hidden, seed: int) -> Hidden:
    """Return the channels with their incoming kernels' inputs in another order: the chance level."""
    order = np.random.default_rng(seed).permutation(hidden.incoming.shape[1])
    return Hidden(hidden.incoming[:, order], hidden.depth)


def teacher_hidden(teacher: Teacher) -> list[Hidden]:
    """Return the hidden channels of every block: a 1x1 convolution followed by a depthwise one."""
    makers = {op.output: op for op in teacher.ops}
    found = []
    for op in teacher.ops:
        if op.kind != "DEPTHWISE_CONV_2D":
            continue
        before = makers.get(op.inputs[0])
        if before is not None and before.kind == "PAD":
            before = makers.get(before.inputs[0])
        if before is None or before.kind != "CONV_2D":
            continue
        incoming = teacher.constants[before.inputs[1]]
        if incoming.shape[1] == 1:
            small = teacher.constants[op.inputs[1]][0]
            depth = np.pad(small, ((1, 1), (1, 1), (0, 0))).reshape(25, -1).T
            found.append(Hidden(incoming[:, 0, 0, :], depth))
    return found


def student_hidden(shape: Shape, weights: Weights, scale: dict[str, np.ndarray]) -> list[Hidden]:
    """Return the hidden channels of every wide block, in the teacher's own units.

    A stage's first block reads the previous interface, its residual blocks live on the next one:
    both were learnt at unit deviation, which is undone here.
    """
    found = []
    for stage, blocks in enumerate(shape.stages):
        for number, block in enumerate(blocks):
            if block.kind != "wide" or block.kernel != 5:
                continue
            read = stage if number else stage - 1
            incoming = weights[f"{stage}.{number}/expand/kernel"].numpy()[0, 0].T
            depth = weights[f"{stage}.{number}/depth/kernel"].numpy().reshape(25, -1).T
            # No teacher's interface follows the last stage: its own maps have no scale to undo.
            found.append(Hidden(incoming / scale.get(f"deviation{read}", np.float32(1)), depth))
    return found


def kernels_share(ours: list[Hidden], theirs: list[Hidden]) -> float:
    """Return the share of our channels copied from any teacher block that reads as many channels."""
    copied = total = 0.0
    for mine in ours:
        width = mine.incoming.shape[1]
        total += len(mine.incoming)
        rivals = [h for h in theirs if h.incoming.shape[1] == width]
        if rivals:
            together = Hidden(
                np.concatenate([h.incoming for h in rivals]),
                np.concatenate([h.depth for h in rivals]),
            )
            copied += copied_by_kernels(mine, together)
    return copied / total


def student_activations(shape: Shape, weights: Weights, pixels: np.ndarray) -> list[np.ndarray]:
    """Return each hidden map after its inner convolution: (n, side, side, channels)."""
    seen: dict[str, tf.Tensor] = {}
    run(shape, tf.constant(pixels.astype(np.float32) / 127.5 - 1), weights, seen)
    return [v.numpy() for name, v in seen.items() if name.endswith(("/depth", "/fused"))]


def teacher_activations(teacher: Teacher, pixels: np.ndarray) -> list[np.ndarray]:
    """Return each depthwise convolution's map: (n, side, side, channels)."""
    wanted = [op.output for op in teacher.ops if op.kind == "DEPTHWISE_CONV_2D"]
    return [t.numpy() for t in teacher.tensors(wanted, tf.constant(pixels.astype(np.float32)))]


def activations_share(ours: list[np.ndarray], theirs: list[np.ndarray]) -> float:
    """Return the share of our channels that follow a teacher's channel of the same map size."""
    copied = total = 0
    for mine in ours:
        rivals = [t for t in theirs if t.shape[1] == mine.shape[1]]
        total += mine.shape[-1]
        if rivals:
            alike = _correlation(mine, np.concatenate(rivals, -1))
            rows, columns = match(alike)
            copied += int((alike[rows, columns] > SAME).sum())
    return copied / total


def _correlation(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    def flat(maps: np.ndarray) -> np.ndarray:
        rows = maps.reshape(-1, maps.shape[-1]).T.astype(np.float64)
        return np.asarray(rows - rows.mean(1, keepdims=True))

    return cosine(flat(left), flat(right))
