"""Write the database, all pictures and the models of FAKERY_HOME into one file.

FILE ends in .tar, or in .tar.gz to pack it, which saves little: pictures are packed already. Safe
while a server runs: the database is copied as of one moment. FILE appears when it is whole; one that
is there already is replaced then. `restore` is the way back.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from commands.progress import Progress, several, size
from core.home import Home
from db import backup


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what this verb understands."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the file to write: .tar or .tar.gz")


def run(args: argparse.Namespace) -> int:
    """Write the backup and say what is in it."""
    target: Path = args.file.absolute()
    if not target.name.endswith(backup.ENDINGS):
        args.parser.error(f"{args.file} ends in none of {', '.join(backup.ENDINGS)}.")
    if not target.parent.is_dir():
        args.parser.error(f"the folder {args.file.parent} does not exist: make it first.")
    home = Home.from_environment()
    with Progress() as progress:
        contents = backup.write(
            home,
            target,
            progress=lambda done, total: progress(lambda: f"{done:,} of {total:,} pictures"),
        )
    for note in contents.notes:
        print(note, file=sys.stderr)
    if not contents.database:
        print(
            "The database that FAKERY_DB_URL names is not in this file: save it with pg_dump, and do "
            "that before this, so that it names no picture that came later.",
            file=sys.stderr,
        )
    print(f"{args.file}: {described(contents)}, {size(target.stat().st_size)}.")
    return 0


def described(contents: backup.Contents) -> str:
    """Return what a backup holds as part of a sentence."""
    database = "the database" if contents.database else "no database"
    pictures, models = several(contents.pictures, "picture"), several(contents.models, "model")
    return f"{database}, {pictures} and {models}"
