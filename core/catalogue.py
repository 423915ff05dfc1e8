"""The models we know by name: how to recognise their files, and where the hub keeps them.

An entry is data. To add a model, add an entry; nothing else in the house names one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import ModelMissing
from core.models import Pixels, Task

# The hub's image models take x / 255 (https://www.tensorflow.org/hub/common_signatures/images#image_input).
HUB_PIXELS = Pixels(size=224, scale=1 / 255, offset=0.0)


@dataclass(frozen=True)
class Known:
    """One model we know.

    `files` are the SHA-256 of files known to be this model, best first; a file of another hash is
    recognised by its tensors: the shape of its input, of its first output, and their number.
    `hub_sha256` is the hash of the hub's archive, empty where we have not been able to verify one:
    then what TF Hub answers over TLS is taken, and its hash is written into the spec.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    pixels: Pixels
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    about: str
    outputs: int = 1
    licence: str = "Apache-2.0"
    embedding_size: int = 0
    labels: str = ""
    class_offset: int = 0
    files: tuple[str, ...] = ()
    hub: str = ""
    hub_sha256: str = ""
    labels_url: str = ""
    labels_count: int = 0


MOBILENET_V2 = Known(
    name="mobilenet_v2",
    title="MobileNet V2",
    tasks=("classify", "embed"),
    pixels=HUB_PIXELS,
    input_shape=(1, 224, 224, 3),
    output_shape=(1, 1001),
    embedding_size=1280,
    labels_count=1001,
    labels_url="https://storage.googleapis.com/download.tensorflow.org/data/ImageNetLabels.txt",
    files=(
        "5d3137241276e79c86d14a74fe43581398ae0e815191d3dba45495b810840e8c",
        "7aad0c74c5e3c06e5eb3c827e13304fdd68a83da6087d92ee169c24ff9fd4776",
    ),
    hub="https://tfhub.dev/google/imagenet/mobilenet_v2_100_224/classification/5",
    about="1000 words of ImageNet. About 70 % right on its own test set; no cake among its words "
    "(the nearest are trifle, bakery, ice cream and dough).",
)

MOBILENET_V3_SMALL = Known(
    name="mobilenet_v3_small",
    title="MobileNet V3 small",
    tasks=("embed",),
    pixels=HUB_PIXELS,
    input_shape=(1, 224, 224, 3),
    output_shape=(1, 1024),
    embedding_size=1024,
    hub="https://tfhub.dev/google/imagenet/mobilenet_v3_small_100_224/feature_vector/5",
    about="An embedding of 1024 numbers and no words: what the original game's model stood on.",
)

COCO_SSD = Known(
    name="coco_ssd",
    title="COCO-SSD",
    tasks=("detect",),
    pixels=Pixels(size=300, fit="squash"),
    input_shape=(1, 300, 300, 3),
    output_shape=(),
    outputs=4,
    labels="coco",
    class_offset=1,
    files=("e4b118e5e4531945de2e659742c7c590f7536f8d0ed26d135abcfe83b4779d13",),
    hub="https://tfhub.dev/tensorflow/ssd_mobilenet_v2/2",
    about="Finds 80 kinds of everyday things and draws a box around each; cake and donut are among them.",
)

MOBILENET_V1 = Known(
    name="mobilenet_v1",
    title="MobileNet V1",
    tasks=("embed",),
    pixels=Pixels(size=224),
    input_shape=(1, 224, 224, 3),
    output_shape=(1, 1, 1, 1024),
    embedding_size=1024,
    files=("f409ef4f73fcbb9667841965623c5c8524aac33d41b9bf5f3667161fb4a76319",),
    about="An embedding of 1024 numbers and no words.",
)

KNOWN: tuple[Known, ...] = (MOBILENET_V2, MOBILENET_V3_SMALL, COCO_SSD, MOBILENET_V1)
ALWAYS_LISTED = ("compact", "mobilenet_v2", "mobilenet_v3_small", "coco_ssd")


def known(name: str) -> Known | None:
    """Return the entry of that name, or None.

    >>> known("coco_ssd").title
    'COCO-SSD'
    """
    return next((entry for entry in KNOWN if entry.name == name), None)


def asked(payload: dict[str, Any]) -> Known:
    """Return the model that a worker's payload asks for.

    Its `entry` holds the fields of a Known (`dataclasses.asdict`), or its `name` one of ours.
    Raises ModelMissing for a name that is not in the catalogue.

    >>> import dataclasses
    >>> asked({"name": "coco_ssd"}) == asked({"entry": dataclasses.asdict(COCO_SSD)}) == COCO_SSD
    True
    """
    if "entry" in payload:
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in payload["entry"].items()
        }
        return Known(**{**fields, "pixels": Pixels(**fields["pixels"])})
    entry = known(payload["name"])
    if entry is None:
        raise ModelMissing(f"There is no model '{payload['name']}' in the catalogue.")
    return entry
