"""The engine: pictures in, answers out; one for the whole server, shared by every session.

Each core runs one single-threaded LiteRT interpreter at a time, which is faster than one interpreter
with many threads and lets pictures of different people go side by side. Pixels are prepared by the
same worker thread outside any lock; the lock guards only the list of loaded models.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core import pixels
from core.answer import Answer, answer
from core.errors import EngineBusy, ModelBroken
from core.models import ModelSpec, Role, Task, sha256_of

Locate = Callable[[str], tuple[ModelSpec, Path]]
Source = NDArray[np.uint8] | Callable[[], NDArray[np.uint8]]


class Engine:
    """Interpreters, one per core, and the queue before them.

    `locate` finds a model's spec and file by name (a shelf's `ready`). At most `most_models` stay
    loaded, the longest unused goes first; at most `most_waiting` pictures wait.
    """

    def __init__(
        self,
        locate: Locate,
        workers: int | None = None,
        most_models: int = 6,
        most_waiting: int = 256,
    ) -> None:
        self.locate = locate
        self.workers = workers or min(os.cpu_count() or 1, 8)
        self.most_models = most_models
        self.most_waiting = most_waiting
        self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="engine")
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(most_waiting)

    def submit(self, source: Source, *names: str) -> Future[tuple[Answer, ...]]:
        """Queue one picture (h, w, 3), or what decodes it, and return the future of its answers.

        One answer for each model named, all made by one thread from one decoding. Raises EngineBusy
        where the queue is full; the future raises ModelMissing, ModelBroken or what `source` raises.
        """
        if not self._places.acquire(blocking=False):
            raise EngineBusy(f"{self.most_waiting} pictures are waiting already: try again in a moment.")
        future = self._pool.submit(self._look, source, names)
        future.add_done_callback(lambda _: self._places.release())
        return future

    def classify(self, rgb: NDArray[np.uint8], name: str) -> Answer:
        """Return the probabilities a model gives to its words; raises ModelBroken if it has none."""
        return self._asked(rgb, name, "classify")

    def embed(self, rgb: NDArray[np.uint8], name: str) -> Answer:
        """Return a picture's embedding (d,) float32; raises ModelBroken if the model has none."""
        return self._asked(rgb, name, "embed")

    def detect(self, rgb: NDArray[np.uint8], name: str) -> Answer:
        """Return the boxes a detector finds, in pixels of `rgb`; raises ModelBroken if it is none."""
        return self._asked(rgb, name, "detect")

    def warm_up(self, name: str) -> None:
        """Load a model and run it once, so that the first person does not wait for it."""
        self.submit(np.zeros((8, 8, 3), np.uint8), name).result()

    def loaded(self) -> tuple[str, ...]:
        """Return the names of the models in memory, the longest unused first."""
        with self._lock:
            return tuple(self._loaded)

    def unload(self, name: str) -> None:
        """Forget a model; its memory goes when the picture it is working on is done."""
        with self._lock:
            self._loaded.pop(name, None)

    def close(self) -> None:
        """Finish what is running, drop what is waiting, and free the models."""
        self._pool.shutdown(cancel_futures=True)
        with self._lock:
            self._loaded.clear()

    def _asked(self, rgb: NDArray[np.uint8], name: str, task: Task) -> Answer:
        spec = self._load(name).spec
        if not spec.can(task):
            raise ModelBroken(f"{spec.title} cannot {task}: it can {', '.join(spec.tasks)}.")
        return self.submit(rgb, name).result()[0]

    def _look(self, source: Source, names: tuple[str, ...]) -> tuple[Answer, ...]:
        rgb = source() if callable(source) else source
        return tuple(self._ask(rgb, self._load(name)) for name in names)

    def _ask(self, rgb: NDArray[np.uint8], loaded: _Loaded) -> Answer:
        with loaded.interpreter() as interpreter:
            started = time.perf_counter()
            outputs = interpreter.run(pixels.view(rgb, loaded.spec.pixels))
            elapsed_ms = (time.perf_counter() - started) * 1000
            return answer(loaded.spec, outputs, rgb.shape[:2], elapsed_ms)

    def _load(self, name: str) -> _Loaded:
        with self._lock:
            loaded = self._loaded.get(name)
            if loaded is None:
                loaded = self._loaded[name] = _Loaded(*self.locate(name))
            self._loaded.move_to_end(name)
            while len(self._loaded) > self.most_models:
                self._loaded.popitem(last=False)
        return loaded


class _Loaded:
    """One model's file and its interpreters: as many as ever worked at once, at most one per core."""

    def __init__(self, spec: ModelSpec, path: Path) -> None:
        if (sha256 := sha256_of(path)) != spec.sha256:
            raise ModelBroken(
                f"{path.name} is not the file its spec describes (SHA-256 {sha256[:12]} instead of "
                f"{spec.sha256[:12]}): delete it and fetch the model again."
            )
        self.spec = spec
        self.path = path
        self._idle: queue.LifoQueue[_Interpreter] = queue.LifoQueue()

    @contextmanager
    def interpreter(self) -> Iterator[_Interpreter]:
        """Lend an interpreter for one picture; one that failed is not taken back."""
        try:
            interpreter = self._idle.get_nowait()
        except queue.Empty:
            interpreter = _Interpreter(self.spec, self.path)
        yield interpreter
        self._idle.put(interpreter)


class _Interpreter:
    """One LiteRT interpreter with one thread."""

    def __init__(self, spec: ModelSpec, path: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self.spec = spec
        try:
            self._lite: Any = Interpreter(model_path=str(path), num_threads=1)
            self._lite.allocate_tensors()
            self._lite.invoke()  # the first one takes ten times as long as all others
        except (ValueError, RuntimeError) as error:
            raise ModelBroken(f"{path.name} does not load in LiteRT ({error}).") from error
        self._input = self._lite.get_input_details()[0]
        details = self._lite.get_output_details()
        if max(spec.outputs.values()) >= len(details):
            raise ModelBroken(f"{path.name} has {len(details)} outputs, fewer than its spec names.")
        self._outputs = {role: details[at] for role, at in spec.outputs.items()}

    def run(self, seen: NDArray[np.uint8]) -> dict[Role, NDArray[np.float32]]:
        """Return each output by its role, dequantised to float32."""
        self._lite.set_tensor(
            self._input["index"], pixels.tensor(seen, self.spec.pixels, self._input["dtype"])
        )
        self._lite.invoke()
        return {role: self._read(detail) for role, detail in self._outputs.items()}

    def _read(self, detail: dict[str, Any]) -> NDArray[np.float32]:
        raw: NDArray[Any] = self._lite.get_tensor(detail["index"])
        if raw.dtype == np.float32:
            return raw
        scale, zero = detail["quantization"]
        real: NDArray[np.float32] = (raw.astype(np.float32) - zero) * np.float32(scale)
        return real
