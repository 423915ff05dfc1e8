"""Bring pictures into a dataset: from a folder, an archive, or a list of addresses.

SOURCE is a folder or a ZIP, TAR or TAR.GZ archive of it: class folders (cake/1.jpg), the same below
train/, val/ and test/, or pictures with a CSV of file,label[,split,source,scene,author,licence,link]
beside them. Or it is a file of http(s) addresses, as JSON, CSV or text, which are fetched one a
second from each host.

A picture that is in the dataset already stays as it was there. What is refused is counted with the
reason and ends nothing; --report lists every single thing. Until all is done nobody sees any of it.
Interrupted at any moment, even by kill -9, the same command goes on where it was.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlmodel import Session

from commands.named import dataset
from commands.progress import Progress, duration, libraries_silenced, several
from core import archive
from core.errors import JobStopped
from core.fetch.addresses import Address, is_public
from core.home import Home
from core.jobs.pace import Pace
from core.report import safe_cell
from core.sources.lead import Listing
from core.sources.lists import read_list
from db import crawl, imports, work
from db.models import Dataset, Task
from db.store import Store

MOST_REASONS = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what this verb understands."""
    add = parser.add_argument
    add("source", metavar="SOURCE", type=Path, help="folder, archive, or file of addresses")
    add("--dataset", metavar="NAME", required=True, help="the dataset to make")
    add("--into", action="store_true", help="bring more into the dataset of this name")
    add("--label", metavar="LABEL", default="", help="for every picture that has none")
    add("--source", metavar="TEXT", default="", dest="origin",
        help="where they are from, instead of SOURCE's name")  # fmt: skip
    add("--report", metavar="FILE.csv", type=Path, help="list everything offered and what became of it")


def run(args: argparse.Namespace, *, allowed: Callable[[Address], bool] = is_public) -> int:
    """Carry out the verb; `allowed` says which machines addresses may lead to."""
    if not args.source.exists():
        args.parser.error(f"{args.source} does not exist: check its spelling.")
    if not args.dataset.strip():
        args.parser.error("the dataset has no name: give it one by --dataset.")
    store = Store(Home.from_environment())
    try:
        task = _task(store, args)
        return _carried_out(store, task, args, allowed)
    finally:
        store.close()


def _task(store: Store, args: argparse.Namespace) -> Task:
    """Return the import that this command begun before and that is not done, or a new one."""
    path = str(args.source.resolve())
    with store.writing() as session:
        there = dataset(session, args.dataset)
        if args.into and there is None:
            args.parser.error(f"there is no dataset {args.dataset!r}: leave out --into to make it.")
        for task in imports.open_ones(session=session):
            if _is_same(session, task, path, there if args.into else None, args.dataset):
                waiting = imports.report(session=session, task_id=task.id or 0).waiting
                if waiting or not task.payload.get("listed"):
                    return task
                if not imports.discard(session=session, home=store.home, task_id=task.id or 0):
                    return task  # somebody works on it: that is said when it is taken up
        if there is not None and not args.into:
            args.parser.error(f"there is a dataset {args.dataset!r} already: say --into, or name another.")
        listing = (
            None if _is_collection(args.source) else read_list(args.source.read_bytes(), args.source.name)
        )
        if listing is not None and not listing.leads:
            reason = f" ({listing.refused[0][1]})" if listing.refused else ""
            args.parser.error(f"{args.source} is no folder, no archive and no list of addresses{reason}.")
        return imports.begin(
            session=session,
            name=args.dataset,
            dataset_id=there.id if there else None,
            payload={"list" if listing else "path": path, "label": args.label, "source": args.origin},
            leads=_rows(listing) if listing else (),
        )


def _rows(listing: Listing) -> list[dict[str, Any]]:
    rows = [crawl.row_of(lead) for lead in listing.leads]
    return rows + [crawl.refused(text, reason) for text, reason in listing.refused]


def _is_collection(path: Path) -> bool:
    return path.is_dir() or archive.is_archive(path)


def _is_same(session: Session, task: Task, path: str, into: Dataset | None, name: str) -> bool:
    if path not in (task.payload.get("path"), task.payload.get("list")):
        return False
    if into is not None:
        return task.dataset_id == into.id
    arriving = session.get(Dataset, task.dataset_id)
    return arriving is not None and arriving.kind == imports.ARRIVING and arriving.name == name.strip()


def _carried_out(
    store: Store, task: Task, args: argparse.Namespace, allowed: Callable[[Address], bool]
) -> int:
    if task.done:
        print(f"Going on after {task.done:,} of {task.total:,}.", file=sys.stderr)
    tally = Tally(store, task)
    interrupted = False
    stop = threading.Event()
    try:
        with _interruptible(stop), libraries_silenced(), Progress() as progress:
            work.carry_out(
                store,
                task.key,
                stop,
                lambda fraction, note: progress(lambda: tally.text(fraction, note)),
                allowed=allowed,
            )
    except (KeyboardInterrupt, JobStopped):
        interrupted = True
    finally:
        if args.report:
            _write_report(store, task, args.report)
    return tally.sum_up(args.dataset, interrupted=interrupted)


@contextlib.contextmanager
def _interruptible(stop: threading.Event) -> Iterator[None]:
    """Let Ctrl-C set `stop`, too: an exception raised while Python collects garbage is lost."""

    def interrupt(*_: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Tally:
    """How far an import is, and how it ended."""

    def __init__(self, store: Store, task: Task) -> None:
        self._store = store
        self._task = task
        self._pace = Pace()

    def text(self, fraction: float | None, note: str) -> str:
        """Return how far it is and how long it will take."""
        if fraction is None:
            return note
        now = time.monotonic()
        self._pace.seen(fraction, now)
        left_s = self._pace.left_s(now)
        left = f", {duration(left_s)} left" if left_s is not None else ""
        return f"{note} pictures{left}"

    def sum_up(self, name: str, *, interrupted: bool) -> int:
        """Say how it ended, and return the exit code."""
        with self._store.reading() as session:
            report = imports.report(session=session, task_id=self._task.id or 0)
        if interrupted:
            done = report.offered - report.waiting
            more = "The same command goes on from there."
            print(f"Interrupted after {done:,} of {report.offered:,}. {more}", file=sys.stderr)
            return 130
        for reason, count in list(report.reasons.items())[:MOST_REASONS]:
            print(f"{count:,} × {reason}", file=sys.stderr)
        if (rest := len(report.reasons) - MOST_REASONS) > 0:
            print(f"and {several(rest, 'reason')} more: --report lists everything.", file=sys.stderr)
        print(
            f"{name}: {several(report.taken, 'picture')} taken in, {report.known:,} known already, "
            f"{report.refused:,} refused, of {report.offered:,} offered."
        )
        return 0


def _write_report(store: Store, task: Task, file: Path) -> None:
    """Write what became of everything that was offered."""
    with file.open("w", encoding="utf-8", newline="") as out, store.reading() as session:
        rows = csv.writer(out)
        rows.writerow(["name", "address", "state", "reason", "label", "split", "source", "sha256"])
        for row in imports.arrivals(session=session, task_id=task.id or 0, most=sys.maxsize):
            words = (row.name, row.address[:200], row.state, row.reason, row.label, row.split, row.source)
            rows.writerow([*map(safe_cell, words), row.sha256])
