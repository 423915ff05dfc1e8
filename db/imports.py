"""Verbs for imports: begun, resumed, discarded; what each was offered, and what became of it.

The work itself is `db/intake.py`. Until it is done its pictures lie in a dataset of their own, of the
kind "arriving", which nobody sees.
"""

from __future__ import annotations

import functools
import hashlib
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import sqlalchemy as sa
from sqlmodel import Session, col, select

from core.archive.gate import Gate
from core.errors import StoreError
from core.home import Home
from db import datasets, work
from db.models import Arrival, Dataset, Image, Task, new_key
from db.reasons import in_short

ARRIVING = "arriving"
IMPORT = "import"
AT_ONCE = 5000
STREAMED = {"yield_per": 1000}


@dataclass(frozen=True)
class Report:
    """What became of everything an import was offered; the four numbers add up to `offered`.

    `reasons` says in short why things were refused and how often, most frequent first.
    """

    offered: int
    taken: int
    known: int
    refused: int
    waiting: int
    reasons: dict[str, int]


def begin(
    *,
    session: Session,
    payload: Mapping[str, Any],
    name: str = "",
    dataset_id: int | None = None,
    leads: Iterable[Mapping[str, Any]] = (),
) -> Task:
    """Return a new import into a dataset of this name, or into one that is there.

    The payload says where things come from: `{"path": folder or archive}` on this machine,
    `{"upload": True}` for what `keep_upload` wrote until `whole` was said, `{"pages": addresses}`,
    `{"unsplash": terms}`, or `{}` for the `leads`: addresses with label, split, source and facts. More
    words: "source" for what names none, "label" for what has none. Raises StoreError where there is no
    such dataset.
    """
    _clear_orphans(session)
    into = session.get(Dataset, dataset_id) if dataset_id is not None else None
    if dataset_id is not None and (into is None or into.kind != datasets.COLLECTION):
        raise StoreError("The dataset to import into is not there any more: choose another.")
    called = into.name if into else _kept(name).strip()[:120] or "Pictures"
    arriving = datasets.create(session=session, name=called, kind=ARRIVING)
    task = Task(
        dataset_id=(into.id if into else arriving.id) or 0,
        kind=IMPORT,
        title=f"Import into {called}" if into else f"Import of {called}",
        payload={**payload, "arriving": arriving.id},
    )
    session.add(task)
    session.flush()
    offered = [dict(lead) for lead in leads]
    if offered:
        offer(session=session, task=task, rows=offered)
    return task


def offer(*, session: Session, task: Task, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down all that an import is offered, once and in order: fields of Arrival by name."""
    empty = {"label": "", "split": "", "source": "", "state": "waiting", "reason": "", "sha256": ""}
    common: dict[str, Any] = {**empty, "task_id": task.id, "facts": {}}
    numbered = [{**common, **_fitting(row), "number": number} for number, row in enumerate(rows, start=1)]
    for row in numbered:
        for word in ("label", "source"):
            row[word] = row[word] or _kept(task.payload.get(word, ""))
    if numbered:
        session.execute(sa.insert(Arrival), numbered)
    task.total, task.payload = len(rows), {**task.payload, "listed": True}
    session.add(task)


def _fitting(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with texts that any database takes, and names for what has none."""
    texts = {name: _kept(value) for name, value in row.items() if name != "facts"}
    texts["name"] = texts.get("name") or texts["address"][:200]
    facts = dict(row.get("facts") or {})
    return {
        **texts,
        "facts": {name: _kept(value) if isinstance(value, str) else value for name, value in facts.items()},
    }


def _kept(text: object) -> str:
    """Return a text without zeros and halves of letters.

    >>> _kept("c\\0ake\\ud800")
    'cake'
    """
    return str(text).replace("\0", "").encode(errors="ignore").decode()


def whole(session: Session, task_id: int) -> None:
    """Note that the last file of an upload was kept: only now may its import start."""
    task = session.get(Task, task_id)
    if task is not None:
        task.payload = {**task.payload, "whole": True}
        session.add(task)


def by_key(*, session: Session, key: str) -> Task | None:
    """Return the import of this key, or None."""
    return session.exec(select(Task).where(Task.key == key, Task.kind == IMPORT)).first()


def open_ones(*, session: Session, dataset_id: int | None = None) -> Sequence[Task]:
    """Return the imports that have not ended well, of one dataset or of all, newest first."""
    wanted = select(Task).where(Task.kind == IMPORT, Task.state != "done")
    if dataset_id is not None:
        wanted = wanted.where(Task.dataset_id == dataset_id)
    return session.exec(wanted.order_by(col(Task.id).desc())).all()


def done_ones(*, session: Session, dataset_id: int, most: int = 20) -> Sequence[Task]:
    """Return the imports that ended well in a dataset, the latest first; their results are reports."""
    wanted = select(Task).where(Task.kind == IMPORT, Task.state == "done", Task.dataset_id == dataset_id)
    return session.exec(wanted.order_by(col(Task.id).desc()).limit(most)).all()


def report(*, session: Session, task_id: int) -> Report:
    """Return what became of everything an import was offered so far."""
    counted = select(Arrival.state, Arrival.reason, sa.func.count()).where(Arrival.task_id == task_id)
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for state, reason, count in session.exec(counted.group_by(Arrival.state, Arrival.reason)):
        states[state] += count
        if state == "refused":
            reasons[in_short(reason)] += count
    numbers = {name: states[name] for name in ("taken", "known", "refused", "waiting")}
    return Report(offered=states.total(), **numbers, reasons=dict(reasons.most_common()))


def arrivals(
    *, session: Session, task_id: int, state: str = "", reason: str = "", after: int = 0, most: int = 100
) -> list[Arrival]:
    """Return what an import was offered, by number, of one state or of one short reason."""
    wanted = select(Arrival).where(Arrival.task_id == task_id, col(Arrival.number) > after)
    if state:
        wanted = wanted.where(Arrival.state == state)
    wanted = wanted.order_by(col(Arrival.number))
    if not reason:
        return list(session.exec(wanted.limit(most)))
    # Of 100,000 addresses each may have a reason of its own: no list of them fits into a query.
    short = functools.cache(in_short)
    told = session.execute(
        wanted.with_only_columns(col(Arrival.number), col(Arrival.reason)), execution_options=STREAMED
    )
    numbers = list(islice((number for number, full in told if short(full) == reason), most))
    told.close()
    found: list[Arrival] = []
    for start in range(0, len(numbers), AT_ONCE):
        some = col(Arrival.number).in_(numbers[start : start + AT_ONCE])
        rows = select(Arrival).where(Arrival.task_id == task_id, some)
        found += session.exec(rows.order_by(col(Arrival.number)))
    return found


def resume(*, session: Session, task_id: int) -> None:
    """Let an import that was stopped or failed go on: its worker takes what is still waiting."""
    task = session.get(Task, task_id)
    if task is not None and task.state != "done":
        task.state, task.message, task.finished_at = "running", "", None
        session.add(task)


def discard(*, session: Session, home: Home, task_id: int) -> bool:
    """Forget an import that is not done, with the pictures it brought, and return whether it is gone.

    One that somebody works on stays as it is: stop it first.
    """
    task = session.get(Task, task_id)
    if task is None:
        return True
    if task.state == "done" or work.active(home, task.key):
        return False
    key = task.key
    session.delete(task)
    session.flush()
    arriving = session.get(Dataset, task.payload.get("arriving"))
    if arriving is not None and arriving.kind == ARRIVING:
        session.delete(arriving)
    session.flush()
    clear_upload(home, key)
    return True


def content_hash(*, session: Session, dataset_id: int) -> str:
    """Return the SHA-256 over a dataset's sorted lines of SHA-256, label and split.

    Two datasets of the same hash hold the same pictures with the same labels and splits.
    """
    lines = select(Image.sha256, Image.label, Image.split).where(Image.dataset_id == dataset_id)
    digest = hashlib.sha256()
    for line in sorted("\t".join(row) for row in session.exec(lines)):
        digest.update(f"{line}\n".encode())
    return digest.hexdigest()


def upload_folder(home: Home, key: str) -> Path:
    """Return the folder in which an import's upload lies until it ends."""
    return home.folder / "uploads" / key


def keep_upload(home: Home, key: str, name: str, data: bytes | BinaryIO) -> None:
    """Keep an uploaded file for an import, under its relative path.

    Raises UnusableArchive for a name that climbs out, StoreError where the disk does not take it.
    """
    admitted = Gate(1, 1, 1).admit(name.encode(errors="replace"))
    if admitted is None:
        return
    path = upload_folder(home, key) / "files" / admitted
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while path.exists():
            path = path.with_name(f"{new_key()[:4]}-{path.name}")
        with path.open("xb") as file:
            if isinstance(data, bytes):
                file.write(data)
            else:
                shutil.copyfileobj(data, file, 2**20)
    except OSError as error:
        raise StoreError(f"{name[:80]!r} could not be kept ({error.strerror}): make room.") from error


def clear_upload(home: Home, key: str) -> None:
    """Take away what was uploaded for an import, and what was unpacked of it."""
    shutil.rmtree(upload_folder(home, key), ignore_errors=True)


def clear_left(*, session: Session, home: Home) -> int:
    """Take away the uploads of imports that are done or forgotten, and return of how many."""
    wanted = {task.key for task in open_ones(session=session)}
    left = [folder for folder in (home.folder / "uploads").glob("*/") if folder.name not in wanted]
    for folder in left:
        shutil.rmtree(folder, ignore_errors=True)
    return len(left)


def result_of(report: Report, **more: Any) -> dict[str, Any]:
    """Return a report as a task's result."""
    return {**asdict(report), **more}


def _clear_orphans(session: Session) -> None:
    """Delete what arrived for imports whose dataset was deleted, and the imports with it."""
    at_work = {task.payload.get("arriving") for task in open_ones(session=session)}
    for left in session.exec(select(Dataset).where(Dataset.kind == ARRIVING)):
        if left.id not in at_work:
            session.delete(left)
    session.flush()
