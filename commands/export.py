"""Write a dataset into a file, whose ending says as what.

.zip    the original pictures in folders of their labels, with the table and the card in it
.csv    a table: file, label, split, source, scene, tags, excluded, author, licence, sizes, SHA-256
.jsonl  the same as JSON lines, with all facts and all that every model said
.md     the dataset card: counts, sizes, sources, licences, the hash of the content
.json   the same card for programs

File names are the same in all of them. What a ZIP holds comes back as it was by `import`. FILE
appears when it is whole; one that is there already is replaced then.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from commands.named import dataset
from commands.progress import Progress, several, size
from core.home import Home
from db import backup, exports
from db.store import Store


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what this verb understands."""
    add = parser.add_argument
    add("--dataset", metavar="NAME", required=True, help="the dataset to write")
    add("--out", metavar="FILE", type=Path, required=True, help="the file to write")
    add("--excluded", action="store_true", help="put excluded pictures into a ZIP, too")


def run(args: argparse.Namespace) -> int:
    """Write the file and say what is in it."""
    target: Path = args.out.absolute()
    if target.suffix.lower() not in exports.ENDINGS:
        args.parser.error(f"{args.out} ends in none of {', '.join(exports.ENDINGS)}.")
    if not target.parent.is_dir():
        args.parser.error(f"the folder {args.out.parent} does not exist: make it first.")
    home = Home.from_environment()
    file = backup.sqlite_file(home)
    if file is not None and not file.is_file():
        args.parser.error(f"there is no dataset {args.dataset!r}: FAKERY_HOME holds none at all.")
    store = Store(home)
    try:
        with store.reading() as session:
            found = dataset(session, args.dataset)
        if found is None:
            return int(args.parser.error(f"there is no dataset {args.dataset!r}: check its spelling."))
        with Progress() as progress:
            done = exports.write(
                store,
                found.id or 0,
                target,
                excluded=args.excluded,
                progress=lambda done, total: progress(lambda: f"{done:,} of {total:,} pictures"),
            )
    finally:
        store.close()
    if done.missing:
        gone = several(len(done.missing), "picture")
        print(f"{gone} were gone from the disk and are not in it.", file=sys.stderr)
    print(f"{args.out}: {several(done.pictures, 'picture')}, {size(done.bytes)}.")
    return 0
