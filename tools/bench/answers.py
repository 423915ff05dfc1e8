"""How fast pictures get their answers, against doing nothing but decoding and invoking."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np

from core import image
from core.answer import Answer
from core.engine import Engine
from core.home import ASSETS, Home
from core.models import ModelSpec
from core.shelf import Shelf

MODEL = "mobilenet_v2"
ROUNDS = 9
KERAS = """
import os, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np, keras
net = keras.applications.MobileNetV2(weights=None)
x = np.zeros((1, 224, 224, 3), "float32")
for _ in range(5): net.predict(x, verbose=0)
times = []
for _ in range(20):
    began = time.perf_counter(); net.predict(x, verbose=0); times.append(time.perf_counter() - began)
print(sorted(times)[10] * 1000)
"""


def latency() -> Iterator[dict[str, object]]:
    """One picture at a time through the engine, beside a bare decode, resize and invoke."""
    engine, data = _engine(), _pictures()
    bare = _bare(*engine.locate(MODEL))

    def ours(one: bytes) -> None:
        engine.submit(lambda: image.decode(one, enough_for=224), MODEL).result()

    pair = _paired(lambda: _each(ours, data), lambda: _each(bare, data), len(data))
    yield {"what": "one picture, decode to answer", **pair, "baseline": "bare", "aim": "<= 1.15"}
    engine.close()


def against_keras() -> Iterator[dict[str, object]]:
    """The engine's invoke beside keras.Model.predict of the same architecture, batch 1."""
    engine = _engine()
    rgb = image.decode(_pictures()[0])
    ours = statistics.median(engine.classify(rgb, MODEL).elapsed_ms for _ in range(50))
    done = subprocess.run([sys.executable, "-c", KERAS], capture_output=True, text=True, check=True)
    theirs = float(done.stdout.split()[-1])
    yield {
        "what": "one picture, pixels to scores", "ours_ms": round(ours, 2), "baseline_ms": round(theirs, 2),
        "times_faster": round(theirs / ours, 1), "baseline": "keras.Model.predict", "aim": ">= 15",
    }  # fmt: skip
    engine.close()


def throughput() -> Iterator[dict[str, object]]:
    """A folder through the engine, beside as many threads that only decode and invoke."""
    engine = _engine()
    data = _pictures() * 20
    workers = engine.workers
    bares = [_bare(*engine.locate(MODEL)) for _ in range(workers)]
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.jpg" for number in range(len(data))]
        for file, one in zip(files, data, strict=True):
            file.write_bytes(one)

        def limit() -> None:
            with ThreadPoolExecutor(workers) as pool:
                shares = [files[at::workers] for at in range(workers)]
                list(pool.map(lambda run, share: [run(file.read_bytes()) for file in share], bares, shares))

        pair = _paired(lambda: _through(engine, files), limit, len(files), rounds=5)
    rate = round(1000 / float(str(pair["ours_ms"])), 1)
    share = round(1 / float(str(pair["ratio"])), 3)
    yield {
        "what": "a folder of 480-pixel JPEGs", "pictures_per_s": rate, **pair, "share_of_limit": share,
        "baseline": f"{workers} threads that only decode and invoke", "aim": "share >= 0.9",
    }  # fmt: skip
    engine.close()


def _engine() -> Engine:
    home = Home.from_environment()
    engine = Engine(Shelf(home).ready)
    engine.warm_up(MODEL)
    return engine


def _pictures() -> list[bytes]:
    """Return the example pictures as JPEGs of at most 480 pixels, as people bring them."""
    originals = [image.decode(path.read_bytes()) for path in sorted((ASSETS / "examples").glob("*.webp"))]
    return [image.encode(image.thumbnail(rgb, 480), "jpeg", 85) for rgb in originals]


def _bare(spec: ModelSpec, path: Path) -> Callable[[bytes], None]:
    """Return the least anybody could do: OpenCV's decode and resize, and LiteRT's invoke."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_path=str(path), num_threads=1)
    interpreter.allocate_tensors()
    entry, output = interpreter.get_input_details()[0], interpreter.get_output_details()[0]

    def run(data: bytes) -> None:
        rgb = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        side = min(rgb.shape[:2])
        top, left = (rgb.shape[0] - side) // 2, (rgb.shape[1] - side) // 2
        square = rgb[top : top + side, left : left + side]
        seen = cv2.resize(square, (224, 224), interpolation=cv2.INTER_AREA)
        if entry["dtype"] == np.float32:
            seen = seen.astype(np.float32) * spec.pixels.scale + spec.pixels.offset
        interpreter.set_tensor(entry["index"], seen[None])
        interpreter.invoke()
        interpreter.get_tensor(output["index"])

    return run


def _through(engine: Engine, files: list[Path]) -> None:
    waiting: deque[Future[tuple[Answer, ...]]] = deque()
    for file in files:
        waiting.append(engine.submit(lambda f=file: image.decode(f.read_bytes(), enough_for=224), MODEL))
        if len(waiting) > 2 * engine.workers:
            waiting.popleft().result()
    for future in waiting:
        future.result()


def _each(ask: Callable[[bytes], None], data: list[bytes]) -> None:
    for one in data:
        ask(one)


def _paired(
    ours: Callable[[], None], bare: Callable[[], None], count: int, rounds: int = ROUNDS
) -> dict[str, object]:
    """Return milliseconds per picture of both and the median of the ratios, measured in turn."""
    ours(), bare()
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        ours()
        between = time.perf_counter()
        bare()
        times.append(((between - began) / count, (time.perf_counter() - between) / count))
    ratios = [mine / theirs for mine, theirs in times]
    return {
        "ours_ms": round(1000 * statistics.median(mine for mine, _ in times), 3),
        "baseline_ms": round(1000 * statistics.median(theirs for _, theirs in times), 3),
        "ratio": round(statistics.median(ratios), 3),
        "ratio_range": [round(min(ratios), 3), round(max(ratios), 3)],
        "cores": os.cpu_count(),
    }
