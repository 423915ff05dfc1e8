"""How fast a folder comes into the store, beside doing nothing but reading, decoding and thumbnails."""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from core import image
from core.home import ASSETS, Home
from db import imports, work
from db.pictures import THUMB
from db.store import Store

COPIES = 4
ROUNDS = 3
THREADS = 2
AIM = "pictures_per_s >= 300"


def rate() -> Iterator[dict[str, object]]:
    """Pictures a second from a local folder into a new store, to the last commit.

    FAKERY_BENCH_PICTURES names a folder of pictures; else the packaged examples are taken. Each is
    copied several times under other bytes, so that none is known already.
    """
    with tempfile.TemporaryDirectory(dir=Home.from_environment().folder.parent) as folder:
        place = Path(folder)
        files = _copied(place / "set")
        size = sum(file.stat().st_size for file in files) / len(files)
        took = []
        for at in range(ROUNDS):
            bare = _timed(lambda to=place / f"thumbs{at}": _bare(files, to))
            took.append((bare, _timed(lambda to=place / f"home{at}": _imported(place / "set", to))))
    count = len(files)
    rates = [count / ours for _, (ours, _) in took]
    yield {
        "what": "a folder of photographs into the store", "pictures": count,
        "kb_each": round(size / 1000, 1), "pictures_per_s": round(statistics.median(rates), 1),
        "range": [round(min(rates), 1), round(max(rates), 1)],
        "baseline_per_s": round(statistics.median(count / bare for (bare, _), _ in took), 1),
        "share_of_limit": round(statistics.median(bare / ours for (bare, _), (ours, _) in took), 3),
        "cpu_ms": round(statistics.median(1000 * cpu / count for _, (_, cpu) in took), 2),
        "baseline_cpu_ms": round(statistics.median(1000 * cpu / count for (_, cpu), _ in took), 2),
        "baseline": f"{THREADS} threads that read, decode and write a thumbnail, no store",
        "aim": AIM, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds by the clock and the processor's seconds that something takes."""
    began, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - cpu


def _copied(folder: Path) -> list[Path]:
    """Return the files of a folder made for this: copies of real pictures under other bytes."""
    named = os.environ.get("FAKERY_BENCH_PICTURES")
    found = sorted(Path(named).rglob("*.jpg")) if named else sorted((ASSETS / "examples").glob("*.webp"))
    files = []
    for copy in range(COPIES if named else COPIES * COPIES * COPIES):
        for path in found:
            file = folder / path.parent.name / f"{copy}-{path.name}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(path.read_bytes() + bytes([copy]))
            files.append(file)
    return files


def _bare(files: list[Path], folder: Path) -> None:
    """Read, decode, make small, write: the least that an import has to do."""
    folder.mkdir()

    def one(numbered: tuple[int, Path]) -> None:
        number, file = numbered
        rgb = image.decode(file.read_bytes(), enough_for=THUMB)
        small = image.encode(image.thumbnail(rgb, THUMB), "jpeg", 85)
        (folder / f"{number}.jpg").write_bytes(small)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, enumerate(files)))


def _imported(folder: Path, home: Path) -> None:
    store = Store(Home(home, f"sqlite:///{home / 'fakery.db'}"))
    with store.writing() as session:
        task = imports.begin(session=session, name="Bench", payload={"path": str(folder)})
    work.carry_out(store, task.key, threading.Event(), lambda fraction, note: None)
    store.close()
