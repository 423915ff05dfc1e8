"""Small stand-ins for the hub's models: `python -m tests.saved_models FOLDER`.

Made with TensorFlow, in a process of its own. For each model a `<name>.tar.gz` as a hub serves it,
and a `<name>.npz` with a random input and the model's own answer to it.
"""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from core.catalogue import COCO_SSD

RNG = np.random.default_rng(7)
PHOTO = tf.TensorSpec((None, 224, 224, 3), tf.float32)


def weights(*shape: int) -> Any:
    return tf.Variable(RNG.normal(0, 0.3, shape).astype(np.float32))


class FeatureVector(tf.Module):  # type: ignore[misc]
    """An embedding of sixteen numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.look = weights(3, 3, 3, 16)

    @tf.function(input_signature=[PHOTO])  # type: ignore[untyped-decorator]
    def __call__(self, inputs: Any) -> Any:
        return {"feature_vector": self.embed(inputs)}

    def embed(self, photos: Any) -> Any:
        return tf.reduce_mean(tf.nn.relu6(tf.nn.conv2d(photos, self.look, 4, "SAME")), [1, 2])


class Classifier(FeatureVector):
    """Logits over seven words, on that embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.decide, self.bias = weights(16, 7), weights(7)

    @tf.function(input_signature=[PHOTO])  # type: ignore[untyped-decorator]
    def __call__(self, inputs: Any) -> Any:
        return {"logits": self.embed(inputs) @ self.decide + self.bias}


class Detector(tf.Module):  # type: ignore[misc]
    """Boxes and scores at a hundred anchors, raw and after a suppression TFLite has no word for."""

    def __init__(self) -> None:
        super().__init__()
        self.look, self.place, self.name_it = (
            weights(3, 3, 3, 8),
            weights(1, 1, 8, 4),
            weights(1, 1, 8, 91),
        )

    @tf.function(input_signature=[tf.TensorSpec((1, None, None, 3), tf.uint8)])  # type: ignore[untyped-decorator]
    def __call__(self, input_tensor: Any) -> Any:
        photos = [
            tf.image.resize(photo, [300, 300]) for photo in tf.unstack(tf.cast(input_tensor, tf.float32))
        ]
        seen = tf.nn.relu6(tf.nn.conv2d(tf.stack(photos) / 127.5 - 1, self.look, 30, "SAME"))
        anchors = tf.shape(seen)[1] * tf.shape(seen)[2]
        boxes = tf.reshape(tf.sigmoid(tf.nn.conv2d(seen, self.place, 1, "SAME")), [1, anchors, 4])
        scores = tf.reshape(tf.sigmoid(tf.nn.conv2d(seen, self.name_it, 1, "SAME")), [1, anchors, 91])
        found = tf.image.combined_non_max_suppression(boxes[:, :, None], scores[:, :, 1:], 10, 100)
        return {
            "raw_detection_boxes": boxes,
            "raw_detection_scores": scores,
            "detection_boxes": found.nmsed_boxes,
            "detection_scores": found.nmsed_scores,
            "detection_classes": found.nmsed_classes + 1,
            "num_detections": tf.cast(found.valid_detections, tf.float32),
        }


class Burglar(tf.Module):  # type: ignore[misc]
    """A classifier that writes a file when it is asked."""

    def __init__(self, target: Path) -> None:
        super().__init__()
        self.target = str(target)

    @tf.function(input_signature=[PHOTO])  # type: ignore[untyped-decorator]
    def __call__(self, inputs: Any) -> Any:
        with tf.control_dependencies([tf.io.write_file(self.target, "was here")]):
            return {"logits": tf.identity(inputs[:, 0, 0])}


def pack(module: Any, name: str, folder: Path) -> None:
    saved = folder / name
    tf.saved_model.save(module, str(saved), signatures={"serving_default": module.__call__})
    with tarfile.open(folder / f"{name}.tar.gz", "w:gz") as archive:
        archive.add(saved, ".")


def main(folder: Path) -> None:
    photo = RNG.random((1, 224, 224, 3), np.float32)
    feature_vector, classifier, detector = FeatureVector(), Classifier(), Detector()
    pack(feature_vector, "feature_vector", folder)
    keep(folder, "feature_vector", photo, embedding=feature_vector.embed(photo))
    pack(classifier, "classifier", folder)
    keep(folder, "classifier", photo, embedding=classifier.embed(photo), **classifier(photo))
    pack(detector, "detector", folder)
    pixels = RNG.integers(0, 256, COCO_SSD.input_shape, np.uint8)
    keep(folder, "detector", pixels, **detector(pixels))
    pack(Burglar(folder / "loot.txt"), "burglar", folder)


def keep(folder: Path, name: str, seen: Any, **answers: Any) -> None:
    np.savez(folder / f"{name}.npz", input=seen, **answers)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
