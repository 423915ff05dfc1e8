"""Bring back what `backup` wrote, into an empty FAKERY_HOME.

Everything is unpacked beside it and checked first: the hash of every picture and model, and the
database. Then it takes its place in one step; where anything is wrong, nothing is changed. Stop the
server before.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from commands.backup import described
from commands.progress import Progress, several
from core.home import Home
from db import restore


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what this verb understands."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a file that `backup` wrote")
    parser.add_argument(
        "--replace",
        action="store_true",
        help=f"replace a FAKERY_HOME that is not empty, and keep it beside as <FAKERY_HOME>.{restore.KEPT}",
    )


def run(args: argparse.Namespace) -> int:
    """Restore the backup and say what came back."""
    if not args.file.is_file():
        args.parser.error(f"there is no file {args.file}: check its spelling.")
    home = Home.from_environment()
    with Progress() as progress:
        contents = restore.restore(
            args.file,
            home,
            replace=args.replace,
            progress=lambda done, _: progress(lambda: f"{done:,} files unpacked"),
        )
    if contents.missing:
        gone = several(len(contents.missing), "picture")
        print(f"{gone} of the database had been lost before the backup was made.", file=sys.stderr)
    if not contents.database:
        print("This backup holds no database: bring it back with pg_restore.", file=sys.stderr)
    print(f"{home.folder}: {described(contents)}, as of {contents.made_at}.")
    return 0
