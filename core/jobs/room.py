"""A room: a folder for whatever is half made, on the disk where the whole will lie."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
import time
from pathlib import Path
from typing import IO

from core.errors import StoreError

ROOM = ".job-"
ABANDONED_S = 60.0  # a room this old that nobody holds was left when the whole machine went down


def make_room(folder: Path | None) -> tuple[Path, IO[bytes]]:
    """Return a fresh room in `folder` and its lock, to be held as long as the room is in use.

    The folder is made where it is missing; rooms abandoned in it are removed. Without a folder the
    room lies where the system keeps temporary files. Raises StoreError where it cannot be written.
    """
    try:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            _clear_abandoned(folder)
        room = Path(tempfile.mkdtemp(prefix=ROOM, dir=folder))
        held = (room / ".held").open("wb")
    except OSError as error:
        where = folder or tempfile.gettempdir()
        raise StoreError(f"{where} cannot be written to ({error.strerror}): free it up.") from error
    fcntl.flock(held, fcntl.LOCK_EX)
    return room, held


def _clear_abandoned(folder: Path) -> None:
    """Remove the rooms of servers that went down together with their workers."""
    for held in folder.glob(f"{ROOM}*/.held"):
        try:
            if time.time() - held.stat().st_mtime < ABANDONED_S:
                continue
            with held.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # somebody holds it, or it has just gone
            continue
        shutil.rmtree(held.parent, ignore_errors=True)
