"""Say what pictures show: one row for each picture and model, in the order the pictures come.

A PATH is a picture, a folder (all visible files in it, sorted), a ZIP, TAR or TAR.GZ archive, an
http(s) address, or @LIST: a file with one PATH a line. A file that is no picture gets a row with a
message that says so, and counts as refused.

The table holds the 3 likeliest words, JSON lines the 10 likeliest; both hold the boxes of a detector
that are at least as likely as --score, without those that a likelier box covers by more than
--overlap; with --score 0 --overlap 1 all that it gives. Boxes are in pixels of the picture.

Stopped at any moment, even by kill -9, the same command goes on where it was and ends with the very
file that it would have written in one go: rows that are there stay as they are. After a change of
options, models or pictures say --overwrite; a file of anything else is not touched without it. The
exit code is 0 where at least one picture was classified.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from commands import models
from commands.looking import Looking, Picture
from commands.paths import count, offers, places
from commands.progress import Progress, duration, libraries_silenced, several
from commands.table import Form, Kind, Table
from core import fetch
from core.engine import Engine
from core.errors import ModelMissing, UnusableImage
from core.fetch.addresses import Address, is_public
from core.home import Home
from core.jobs.pace import Pace
from core.models import ModelSpec
from core.shelf import Shelf

KINDS: dict[str, Kind] = {".csv": "csv", ".jsonl": "jsonl"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what this verb understands."""
    add = parser.add_argument
    add("paths", metavar="PATH", nargs="+", help="picture, folder, archive, http(s) address, @LIST")
    add("--model", metavar="NAME", action="append", required=True, dest="models",
        help="a model that answers (see `models`); may be given several times")  # fmt: skip
    add("--out", metavar="FILE", required=True,
        help="where the rows go, .csv or .jsonl; - prints them as CSV")  # fmt: skip
    add("--format", choices=sorted(KINDS.values()), help="instead of what FILE's ending says")
    add("--score", type=_share, default=0.5, metavar="S",
        help="how likely a box must be, 0 to 1 (default 0.5)")  # fmt: skip
    add("--overlap", type=_share, default=0.5, metavar="O",
        help="how much of a box a likelier one may cover (IoU), 0 to 1 (default 0.5)")  # fmt: skip
    add("--timing", action="store_true",
        help="add milliseconds per picture (elapsed_ms), which differ from run to run")  # fmt: skip
    add("--overwrite", action="store_true", help="begin anew, whatever FILE holds")


def run(args: argparse.Namespace, *, allowed: Callable[[Address], bool] = is_public) -> int:
    """Carry out the verb; `allowed` says which machines addresses may lead to."""
    out = None if args.out == "-" else Path(args.out)
    form = Form(_kind(args, out), tuple(dict.fromkeys(args.models)), timing=args.timing)
    if out is not None and not out.absolute().parent.is_dir():
        args.parser.error(f"the folder {out.parent} does not exist: make it first.")
    try:
        found = places(args.paths, leave_out=out)
    except UnusableImage as error:
        args.parser.error(str(error))
    if not found:
        args.parser.error("there is no file in what was named.")
    shelf = Shelf(Home.from_environment())
    specs = [_ready(shelf, name, args) for name in form.models]
    stop = threading.Event()

    def get(url: str) -> bytes:
        return fetch.get(url, allowed=allowed, stop=stop).data

    with (
        libraries_silenced(),
        Table(out, form, overwrite=args.overwrite) as table,
        Progress() as progress,
    ):
        rest = table.take_up(offers(found, get))
        tally = Tally(count(found), table.done, table.named, progress)
        looking = Looking(Engine(shelf.ready), specs, stop)
        try:
            for picture in looking.through(rest):
                table.write(picture.rows(specs, args.score, args.overlap))
                tally.add(picture)
        except KeyboardInterrupt:
            tally.interrupted = True
        finally:
            looking.close()
    return tally.sum_up(resumable=out is not None)


@dataclass
class Tally:
    """How many pictures there are, how many are done, and how many of them could be read."""

    total: int
    done: int
    named: int
    progress: Progress
    interrupted: bool = False
    _began: float = field(default_factory=time.monotonic)
    _pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        self.before = self.done

    def add(self, picture: Picture) -> None:
        """Count a picture whose rows are written, and say how far the work is."""
        self.done += 1
        self.named += not picture.message
        self.progress(self._text)

    def sum_up(self, *, resumable: bool) -> int:
        """Say how it ended, and return the exit code."""
        parts = [f"{several(self.named, 'picture')} classified"]
        if self.done > self.named:
            parts.append(f"{self.done - self.named:,} refused (their rows say why)")
        if self.before:
            parts.append(f"{self.before:,} of all had been done before")
        print("; ".join(parts) + ".", file=sys.stderr)
        if self.interrupted:
            more = " The same command goes on from there." if resumable else ""
            print(f"Interrupted after {self.done:,} of {self.total:,}.{more}", file=sys.stderr)
            return 130
        return 0 if self.named else 1

    def _text(self) -> str:
        now = time.monotonic()
        self._pace.seen(self.done / max(self.total, 1), now)
        left_s = self._pace.left_s(now)
        rate = (self.done - self.before) / max(now - self._began, 0.001)
        left = f", {duration(left_s)} left" if left_s is not None else ""
        pace = f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"
        return f"{self.done:,} of {self.total:,} pictures, {pace} a second{left}"


def _kind(args: argparse.Namespace, out: Path | None) -> Kind:
    ending = ".csv" if out is None else out.suffix.lower()
    if not args.format and ending not in KINDS:
        args.parser.error(f"{args.out} ends neither in .csv nor in .jsonl: say which by --format.")
    return KINDS[f".{args.format}" if args.format else ending]


def _share(text: str) -> float:
    with contextlib.suppress(ValueError):
        if 0 <= float(text) <= 1:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text} is no number from 0 to 1")


def _ready(shelf: Shelf, name: str, args: argparse.Namespace) -> ModelSpec:
    """Return the spec of a model that can answer, prepared first where its file was only found."""
    try:
        model = shelf.get(name)
    except ModelMissing as error:
        args.parser.error(f"{error} {error.remedy}")
    if model.tasks and not {"classify", "detect"} & set(model.tasks):
        args.parser.error(f"{model.title} gives an embedding and no words: choose another model.")
    if model.state == "found":
        models.get(shelf, model)
    elif model.state == "fetchable":
        remedy = f"Fetch it: python cli.py models --get {name}"
        raise ModelMissing(f"{model.title} is not on this machine yet.", remedy)
    return shelf.ready(name)[0]
