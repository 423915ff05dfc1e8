"""Carry an import out: list what is offered, take the pictures in, and hand the whole over at once.

What was written stays: a batch of pictures settles on the disk, then one transaction keeps their rows,
what became of each offer, and how far the work is. A kill loses a batch's work and nothing else; the
next start goes on with what is still waiting. Only the last transaction shows the pictures to anybody.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from core.errors import JobStopped, NetworkError, Offline, StoreError, UnusableImage
from core.fetch.addresses import Address, is_public
from db import images
from db.handover import GONE, hand_over
from db.models import Arrival, Image, Task, now
from db.offers import Offers, Say, host_of
from db.pictures import Load
from db.store import Store

BATCH, HANDS, AHEAD = 128, 2, 1
BATCH_REMOTE, HANDS_REMOTE, AHEAD_REMOTE = 16, 8, 4


@dataclass(frozen=True)
class Outcome:
    """What became of one offer: a picture, one that is here already, or why it is refused."""

    offer: Arrival
    sha256: str = ""
    taken: images.Taken | None = None
    refusal: str = ""


@dataclass
class Batch:
    """Offers that are taken in together, and kept by one transaction."""

    load: Load
    futures: list[Future[Outcome]] = field(default_factory=list)


def carry_out(
    store: Store,
    task: Task,
    stop: threading.Event,
    say: Say,
    *,
    allowed: Callable[[Address], bool] = is_public,
) -> dict[str, Any]:
    """Carry an import out, or on, and return its report; `allowed` says where addresses may lead.

    Raises JobStopped when `stop` is set, StoreError where it was discarded, its folder is gone or
    the disk is full, and UnusableArchive where the archive as a whole is refused.
    """
    offers = Offers(store, task, stop, allowed)
    offers.write_down(say)
    Intake(store, task, stop, say, offers).run()
    offers.thank(say)
    result = hand_over(store, task)
    offers.done()
    return result


class Intake:
    """Takes the offers of one import that are still waiting."""

    def __init__(self, store: Store, task: Task, stop: threading.Event, say: Say, offers: Offers) -> None:
        self._store = store
        self._task = task
        self._stop = stop
        self._say = say
        self._offers = offers
        self._here: dict[str, tuple[str, str]] = {}
        self._arriving = int(task.payload["arriving"])
        self._done = 0

    def run(self) -> None:
        """Return when nothing is waiting any more; raises as `carry_out` does."""
        self._look_around()
        size, hands, ahead = (
            (BATCH_REMOTE, HANDS_REMOTE, AHEAD_REMOTE) if self._offers.remote else (BATCH, HANDS, AHEAD)
        )
        going: deque[Batch] = deque()
        pool = ThreadPoolExecutor(hands, thread_name_prefix="intake")
        try:
            for offers in self._batches(size):
                batch = Batch(Load(self._store.pictures))
                going.append(batch)
                batch.futures += [pool.submit(self._taken, offer, batch.load) for offer in offers]
                if len(going) > ahead:
                    self._keep(going[0])
                    going.popleft()
            while going:
                self._keep(going[0])
                going.popleft()
        except BaseException:
            self._stop.set()  # nobody waits for a slow address any more
            raise
        finally:
            pool.shutdown(cancel_futures=True)
            for batch in going:
                batch.load.drop()

    def _look_around(self) -> None:
        """Learn which pictures are here already, in the import itself and where it leads."""
        here = {self._arriving, self._task.dataset_id}
        known = select(Image.sha256, Image.name, Image.label).where(col(Image.dataset_id).in_(here))
        waiting = select(sa.func.count()).where(Arrival.task_id == self._task.id, Arrival.state == "waiting")
        with self._store.reading() as session:
            self._here = {sha256: (name, label) for sha256, name, label in session.exec(known)}
            self._done = self._task.total - session.exec(waiting).one()

    def _batches(self, size: int) -> Iterator[list[Arrival]]:
        """Yield what is waiting, files by number, addresses so that hosts take turns."""
        waiting = (
            select(Arrival.number, Arrival.address)
            .where(Arrival.task_id == self._task.id, Arrival.state == "waiting")
            .order_by(col(Arrival.number))
        )
        with self._store.reading() as session:
            found = session.exec(waiting).all()
        if self._offers.remote:
            numbers = iter(_in_turns([(number, host_of(address)) for number, address in found]))
        else:
            numbers = iter([number for number, _ in found])
        while some := list(islice(numbers, size)):
            with self._store.reading() as session:
                rows = session.exec(
                    select(Arrival).where(Arrival.task_id == self._task.id, col(Arrival.number).in_(some))
                ).all()
                session.expunge_all()
            by_number = {row.number: row for row in rows}
            yield [by_number[number] for number in some if number in by_number]

    def _taken(self, offer: Arrival, load: Load) -> Outcome:
        """Return what becomes of one offer; a picture's files are written, but not yet settled."""
        if self._stop.is_set():
            raise JobStopped("The import was stopped.")
        try:
            data = self._offers.read(offer)
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 in self._here:
                return Outcome(offer, sha256)
            taken = images.take_in(load, data, offer.name.rpartition("/")[2] or offer.name, offer.source)
        except Offline:
            raise
        except (UnusableImage, NetworkError) as error:
            if self._stop.is_set():  # what was cut short was not refused
                raise JobStopped("The import was stopped.") from error
            return Outcome(offer, refusal=str(error))
        return Outcome(offer, taken.sha256, taken)

    def _keep(self, batch: Batch) -> None:
        """Keep a batch when all of it is there: on the disk first, then in one transaction."""
        outcomes = [future.result() for future in batch.futures]
        batch.load.settle()
        rows = []
        said = []
        for outcome in outcomes:
            state, reason = self._judged(outcome)
            if state == "taken":
                rows.append(self._row(outcome))
            said.append(
                {
                    "task_id": self._task.id,
                    "number": outcome.offer.number,
                    "state": state,
                    "reason": reason,
                    "sha256": outcome.sha256,
                }
            )
        self._done += len(outcomes)
        with self._store.writing() as session:
            mine = (col(Task.id) == self._task.id) & (col(Task.key) == self._task.key)
            step = sa.update(Task).where(mine).values(done=self._done)
            if not session.execute(step).rowcount:  # type: ignore[attr-defined]
                raise StoreError(GONE)
            if rows:
                session.execute(sa.insert(Image), rows)
            session.execute(sa.update(Arrival), said)
        total = max(self._task.total, 1)
        self._say(self._done / total, f"{self._done:,} of {self._task.total:,}")

    def _judged(self, outcome: Outcome) -> tuple[str, str]:
        """Return the state of an offer and the reason for it."""
        if outcome.refusal:
            return "refused", outcome.refusal[:1000]
        if (same := self._here.get(outcome.sha256)) is not None:
            name, label = same
            other = f", labelled {label or 'nothing'}" if label != outcome.offer.label else ""
            return "known", f"The same picture is here as {name}{other}."
        name = outcome.taken.name if outcome.taken else ""
        self._here[outcome.sha256] = (name, outcome.offer.label)
        return "taken", ""

    def _row(self, outcome: Outcome) -> dict[str, Any]:
        assert outcome.taken is not None
        offer, facts = outcome.offer, dict(outcome.offer.facts)
        if self._offers.remote and host_of(offer.address):
            facts.setdefault("link", offer.address)
        return {
            **asdict(outcome.taken),
            "dataset_id": self._arriving,
            "label": offer.label,
            "split": offer.split,
            "scene": facts.pop("scene", ""),
            "excluded": bool(facts.pop("excluded", "")),
            "facts": facts,
            "created_at": now(),
        }


def _in_turns(offers: list[tuple[int, str]]) -> list[int]:
    """Return the numbers so that hosts take turns, each in its own order.

    >>> _in_turns([(1, "a"), (2, "a"), (3, "a"), (4, "b")])
    [1, 4, 2, 3]
    """
    seen: dict[str, int] = {}
    rounds = []
    for number, host in offers:
        seen[host] = seen.get(host, 0) + 1
        rounds.append((seen[host], number))
    return [number for _, number in sorted(rounds)]
