"""Pictures through the engine: read, decoded once for all models, asked, in the order they come."""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from commands.paths import Offer
from core import image, report
from core.answer import Answer
from core.engine import Engine
from core.errors import FakeryError, ModelError
from core.models import ModelSpec

FETCHERS = 8


@dataclass
class Picture:
    """One picture on its way: what is learned of it while it is read, and what is said of it."""

    offer: Offer
    sha256: str = ""
    size: tuple[int, int] = (0, 0)
    answers: tuple[Answer, ...] = ()
    message: str = ""

    def read(self, data: bytes, enough_for: int) -> image.RGB:
        """Return the pixels, and note hash and size."""
        self.sha256 = hashlib.sha256(data).hexdigest()
        rgb = image.decode(data, enough_for=enough_for)
        self.size = image.size_of(image.read_header(data), rgb)
        return rgb

    def rows(self, specs: Sequence[ModelSpec], score: float, overlap: float) -> list[report.Row]:
        """Return a row for each model."""
        about = {"file": self.offer.name, "sha256": self.sha256}
        if self.message:
            return [
                report.Row(**about, width=0, height=0, model=spec.name, scores=(), boxes=(),
                           elapsed_ms=0, message=self.message)
                for spec in specs
            ]  # fmt: skip
        return [
            report.row_of(answer, **about, size=self.size, score=score, overlap=overlap)
            for answer in self.answers
        ]


class Looking:
    """Pictures through an engine, few at a time and in their order."""

    def __init__(self, engine: Engine, specs: Sequence[ModelSpec], stop: threading.Event) -> None:
        self._engine = engine
        self._names = [spec.name for spec in specs]
        self._side = max(spec.pixels.size for spec in specs)
        self._stop = stop
        self._fetchers = ThreadPoolExecutor(FETCHERS, thread_name_prefix="fetch")

    def through(self, rest: Iterator[Offer]) -> Iterator[Picture]:
        """Yield the pictures with what is said of them.

        A picture that cannot be read carries a message; raises ModelError where a model is at fault.
        """
        waiting: deque[tuple[Picture, Future[tuple[Answer, ...]]]] = deque()
        for offer in rest:
            waiting.append(self._begun(offer))
            if len(waiting) >= max(FETCHERS, 4 * self._engine.workers):
                yield _seen(*waiting.popleft())
        while waiting:
            yield _seen(*waiting.popleft())

    def close(self) -> None:
        """Drop what is waiting and end what is going on."""
        self._stop.set()
        self._fetchers.shutdown(cancel_futures=True)
        self._engine.close()

    def _begun(self, offer: Offer) -> tuple[Picture, Future[tuple[Answer, ...]]]:
        picture = Picture(offer)
        # What takes long is begun at once, so that no core waits for one server after the other.
        read = self._fetchers.submit(offer.read).result if offer.remote else offer.read
        return picture, self._engine.submit(lambda: picture.read(read(), self._side), *self._names)


def _seen(picture: Picture, future: Future[tuple[Answer, ...]]) -> Picture:
    try:
        picture.answers = future.result()
    except ModelError:
        raise
    except FakeryError as error:
        picture.message = str(error)
    return picture
