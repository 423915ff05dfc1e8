"""A stand-in for TF Hub, and what becomes of its models."""

from __future__ import annotations

import dataclasses
import io
import socket
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from core.catalogue import MOBILENET_V2, MOBILENET_V3_SMALL, Known
from core.jobs import Job
from core.models import ModelSpec, sha256_of
from tests.loopback import Loopback, Speech, reply

LONG = 60.0  # seconds; no test comes near it unless something hangs


WORDS = "background\nbeagle\nborzoi\nboxer\nbriard\npug\nwhippet\n"


BLOB = np.random.default_rng(0).bytes(1 << 20)  # stands in for an archive too large to come at once


class Hub(Loopback):
    """A hub on this machine."""

    def offer(self, name: str, speech: Speech) -> str:
        """Serve something as a hub would, and return its handle."""
        self.says[f"/{name}?tf-hub-format=compressed"] = speech
        return f"{self.root}/{name}"

    def offer_half(self, name: str, then: Callable[[], object]) -> str:
        """Promise the whole blob, send half of it, do something else, and hang up."""
        answer = reply(BLOB)

        def speak(line: socket.socket) -> None:
            line.sendall(answer[: len(answer) - len(BLOB) // 2])
            then()

        return self.offer(name, speak)


def packed(**files: bytes) -> bytes:
    """Return a .tar.gz of these files; `__` in a name stands for a slash, `UP` for the way out."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name.replace("UP", "..").replace("__", "/"))
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


def classifier(hub: Hub, handle: str) -> Known:
    hub.says["/words.txt"] = reply(WORDS.encode())
    return dataclasses.replace(
        MOBILENET_V2,
        output_shape=(1, 7),
        embedding_size=16,
        labels_url=f"{hub.root}/words.txt",
        labels_count=7,
        hub=handle,
    )


def embedder(handle: str, sha256: str = "") -> Known:
    return dataclasses.replace(
        MOBILENET_V3_SMALL, embedding_size=16, output_shape=(1, 16), hub=handle, hub_sha256=sha256
    )


def failure(job: Job, home: Path) -> str:
    """Wait for a job to fail, make sure that it left nothing, and return what it says."""
    assert job.wait(LONG)
    assert job.state == "failed", job.snapshot()
    assert list(home.iterdir()) == []
    assert "Traceback" not in job.message
    return job.message


def kept(job: Job, home: Path) -> tuple[ModelSpec, Path]:
    """Wait for a job to succeed, and return the one model that lies in home now."""
    assert job.wait(LONG)
    assert job.state == "done", job.snapshot()
    spec = ModelSpec.from_json(next(home.glob("*.json")).read_text(encoding="utf-8"))
    path = home / f"{spec.name}.tflite"
    assert sorted(home.iterdir()) == [path.with_suffix(".json"), path]
    assert job.result == {"name": spec.name}
    assert (spec.sha256, spec.bytes) == (sha256_of(path), path.stat().st_size)
    return spec, path


def answer(spec: ModelSpec, path: Path, seen: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
    lite = Interpreter(model_path=str(path), num_threads=1)
    lite.allocate_tensors()
    (wants,) = lite.get_input_details()
    assert tuple(wants["shape"]) == seen.shape and wants["dtype"] == seen.dtype
    lite.set_tensor(wants["index"], seen)
    lite.invoke()
    details = lite.get_output_details()
    return {str(role): lite.get_tensor(details[at]["index"]) for role, at in spec.outputs.items()}


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum())
