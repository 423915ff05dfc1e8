"""The student: stages of our own block shapes between a teacher's interfaces.

A block is data. "fused" is a full convolution, then a linear 1x1; "wide" is a 1x1, a depthwise
convolution and a linear 1x1. The teacher's depthwise kernels are 3x3 under ReLU6, ours 5x5 under
ReLU, with other hidden widths and fewer blocks a stage, so its weights solve none of our stages.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import tensorflow as tf

Weights = dict[str, tf.Variable]
Layer = Callable[[str, tf.Tensor], tf.Tensor]


@dataclass(frozen=True)
class Block:
    """One block: `hidden` channels inside, `out` channels after its linear projection."""

    kind: Literal["stem", "fused", "wide", "last"]
    hidden: int
    out: int
    kernel: int = 5
    stride: int = 1


@dataclass(frozen=True)
class Shape:
    """A whole student: input side in pixels, the blocks of each stage, what makes its embedding.

    The embedding is the mean over the last map. `beside` it may stand the means of hidden maps, by
    name and with a factor, and how much of the picture has which colour: `colours` levels a channel,
    with a factor.
    """

    size: int
    stages: tuple[tuple[Block, ...], ...]
    beside: tuple[tuple[str, float], ...] = ()
    colours: tuple[int, float] = (0, 0.0)

    @property
    def embedding_size(self) -> int:
        """Return the length of the pooled embedding."""
        widths = [self.block(name).hidden for name, _ in self.beside]
        return self.stages[-1][-1].out + sum(widths) + self.colours[0] ** 3

    def block(self, name: str) -> Block:
        """Return the block a convolution's name ("4.2/depth") lies in."""
        stage, number = name.split("/")[0].split(".")
        return self.stages[int(stage)][int(number)]


# What is learnt first, and what it grows to.
START = Shape(
    160,
    (
        (Block("stem", 0, 16, 3, 2), Block("fused", 64, 8, 3, 2), Block("wide", 72, 8)),
        (Block("wide", 120, 16, 5, 2), Block("wide", 160, 16)),
        (Block("wide", 192, 24, 5, 2), Block("wide", 256, 24), Block("wide", 256, 24)),
        (Block("wide", 256, 32), Block("wide", 320, 32)),
        (Block("wide", 320, 112, 5, 2), Block("wide", 448, 112), Block("wide", 448, 112)),
        (Block("wide", 448, 160), Block("last", 0, 1024)),
    ),
)
COMPACT = Shape(
    184,
    (
        (*START.stages[0], Block("wide", 72, 8)),
        START.stages[1],
        (*START.stages[2], Block("wide", 256, 24)),
        (*START.stages[3], Block("wide", 320, 32), Block("wide", 320, 32)),
        (*START.stages[4], Block("wide", 448, 112), Block("wide", 448, 112)),
        (START.stages[5][0], Block("wide", 640, 160), START.stages[5][1]),
    ),
    # Factors bring the parts to about the same sum; the colours to a tenth of it.
    beside=(("4.2/depth", 0.2), ("4.4/depth", 0.46)),
    colours=(6, 1.8),
)


def layers(block: Block, into: int) -> list[tuple[str, tuple[int, ...]]]:
    """Return the name and kernel shape of each convolution of a block fed `into` channels.

    >>> layers(Block("wide", 8, 4), 3)
    [('expand', (1, 1, 3, 8)), ('depth', (5, 5, 8, 1)), ('project', (1, 1, 8, 4))]
    """
    k, hidden, out = block.kernel, block.hidden, block.out
    if block.kind == "stem":
        return [("stem", (k, k, into, out))]
    if block.kind == "last":
        return [("last", (1, 1, into, out))]
    if block.kind == "fused":
        return [("fused", (k, k, into, hidden)), ("project", (1, 1, hidden, out))]
    return [
        ("expand", (1, 1, into, hidden)),
        ("depth", (k, k, hidden, 1)),
        ("project", (1, 1, hidden, out)),
    ]


def new_weights(blocks: Sequence[Block], into: int, prefix: str, seed: int) -> Weights:
    """Return random kernels (He) and zero biases for the blocks of one stage."""
    random = np.random.default_rng(seed)
    weights: Weights = {}
    for number, block in enumerate(blocks):
        for name, shape in layers(block, into):
            fan_in = shape[0] * shape[1] * (1 if name == "depth" else shape[2])
            kernel = random.normal(0, np.sqrt(2 / fan_in), shape).astype(np.float32)
            bias = np.zeros(shape[2] if name == "depth" else shape[3], np.float32)
            weights[f"{prefix}{number}/{name}/kernel"] = tf.Variable(kernel)
            weights[f"{prefix}{number}/{name}/bias"] = tf.Variable(bias)
        into = block.out
    return weights


def convolve(block: Block, name: str, x: tf.Tensor, weights: Weights, at: str) -> tf.Tensor:
    """Return one convolution of a block, before its activation."""
    kernel, bias = weights[f"{at}/{name}/kernel"], weights[f"{at}/{name}/bias"]
    stride = block.stride if name in ("stem", "fused", "depth") else 1
    strides = [1, stride, stride, 1]
    if name == "depth":
        return tf.nn.depthwise_conv2d(x, kernel, strides, "SAME") + bias
    return tf.nn.conv2d(x, kernel, strides, "SAME") + bias


def run_block(
    block: Block,
    x: tf.Tensor,
    weights: Weights,
    at: str,
    seen: dict[str, tf.Tensor] | None = None,
    raw: bool = False,
) -> tf.Tensor:
    """Return a block's output; `seen` collects every convolution's result by name.

    The results are taken after the activation, or before it where `raw` is set.
    """
    start = x
    for name, _ in layers(block, int(x.shape[-1])):
        before = convolve(block, name, x, weights, at)
        x = before if name == "project" else tf.nn.relu(before)
        if seen is not None:
            seen[f"{at}/{name}"] = before if raw else x
    keeps = block.kind in ("wide", "fused") and block.stride == 1 and start.shape[-1] == x.shape[-1]
    return start + x if keeps else x


def run_stage(
    blocks: Sequence[Block],
    x: tf.Tensor,
    weights: Weights,
    prefix: str,
    seen: dict[str, tf.Tensor] | None = None,
) -> tf.Tensor:
    """Return a stage's output: the next interface, or the last feature map."""
    for number, block in enumerate(blocks):
        x = run_block(block, x, weights, f"{prefix}{number}", seen)
    return x


def run(
    shape: Shape, x: tf.Tensor, weights: Weights, seen: dict[str, tf.Tensor] | None = None
) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Return the interfaces after each stage and the pooled embedding (n, embedding_size)."""
    between = []
    seen = {} if seen is None else seen
    image = x
    for number, blocks in enumerate(shape.stages):
        x = run_stage(blocks, x, weights, f"{number}.", seen)
        between.append(x)
    embedding = pooled(shape, x, seen)
    if shape.colours[0]:
        embedding = tf.concat([embedding, shape.colours[1] * colours(image, shape.colours[0])], 1)
    return between, embedding


def pooled(shape: Shape, last: tf.Tensor, seen: dict[str, tf.Tensor]) -> tf.Tensor:
    """Return the mean over the last map, and beside it those over the hidden maps of the shape."""
    means = [tf.reduce_mean(last, [1, 2])]
    means += [factor * tf.reduce_mean(seen[name], [1, 2]) for name, factor in shape.beside]
    return tf.concat(means, 1) if len(means) > 1 else means[0]


def colours(image: tf.Tensor, levels: int, every: int = 8) -> tf.Tensor:
    """Return the share of pixels of each colour, (n, levels ** 3); image in -1..1.

    A pixel between two levels counts for both in part. Every eighth pixel of every eighth line
    is asked.

    >>> shares = colours(tf.ones((1, 8, 8, 3)), 2).numpy()[0]
    >>> int(shares.argmax()), float(shares.sum())
    (7, 1.0)
    """
    some = image[:, ::every, ::every]
    count = int(some.shape[1]) * int(some.shape[2])
    place = tf.reshape((some + 1) * ((levels - 1) / 2), [-1, count, 3, 1])
    near = tf.nn.relu(1 - tf.abs(place - tf.range(levels, dtype=tf.float32)))
    red, green, blue = near[:, :, 0], near[:, :, 1], near[:, :, 2]
    two = tf.reshape(red[:, :, :, None] * green[:, :, None, :], [-1, count, levels**2])
    return tf.reshape(tf.matmul(two, blue, transpose_a=True), [-1, levels**3]) / count


def random_student(shape: Shape, seed: int = 0) -> Weights:
    """Return a whole student's random weights: the control, and where training starts."""
    weights: Weights = {}
    into = 3
    for number, blocks in enumerate(shape.stages):
        weights |= new_weights(blocks, into, f"{number}.", 100 * seed + number)
        into = blocks[-1].out
    return weights
