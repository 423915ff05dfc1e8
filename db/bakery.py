"""The bakery: the pictures that come with Fakery, put into the store as datasets of their own.

Loaded once, on first start; deleted, it stays away until somebody asks for it again.
`assets/bakery/manifest.jsonl` says what each picture is, `tools/bakery` how they were made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from core.errors import StoreError
from core.home import ASSETS
from core.splits import split
from db import datasets, images
from db.images import Taken
from db.models import Dataset
from db.store import Store

ORIGIN = "bakery"
FOLDER = ASSETS / "bakery"
SINGLES, ROUNDS, REVEALS = "The bakery", "The bakery: pedestals", "The bakery: reveals"
SEATS = ("left", "middle", "right")
CAKE, NO_CAKE = "cake", "not cake"
SEED = 0
ABOUT = (
    "Renderings of our own, no photographs: everyday things, half of them cake. Each cake has a picture of "
    "itself cut open. Figures measured here say little about photographs."
)

Entry = Mapping[str, Any]


def load(store: Store, folder: Path = FOLDER, *, again: bool = False) -> int | None:
    """Put the bakery into the store and return its dataset's id, or None where it is not to be.

    It is not to be where it ever was before, unless `again`, and where this copy of the program has
    none. Everything or nothing: a killed start begins anew.
    """
    lines = manifest(folder)
    with store.reading() as session:
        known = session.exec(select(Dataset).where(Dataset.origin == ORIGIN)).all()
    if not lines or (known and not again) or any(each.kind == datasets.COLLECTION for each in known):
        return None
    with ThreadPoolExecutor(2, thread_name_prefix="bakery") as hands:
        taken = dict(hands.map(lambda file: (file, _taken(store, folder, file)), _files(lines)))
    with store.writing() as session:
        if not again and session.exec(select(Dataset).where(Dataset.origin == ORIGIN)).first():
            return None
        return _written(session, lines, taken)


def manifest(folder: Path = FOLDER) -> list[Entry]:
    """Return what the manifest says of each scene, in its order; nothing where there is none.

    Raises StoreError where it cannot be read.
    """
    path = folder / "manifest.jsonl"
    if not path.exists():
        return []
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read ({error}): fetch this version of Fakery anew.") from error


def _files(lines: Sequence[Entry]) -> list[str]:
    return [line[name] for line in lines for name in ("file", "reveal") if line.get(name)]


def _taken(store: Store, folder: Path, file: str) -> Taken:
    try:
        data = (folder / file).read_bytes()
    except OSError as error:
        raise StoreError(f"{folder / file} is gone ({error.strerror}): fetch Fakery anew.") from error
    return images.take_in(store.pictures, data, Path(file).name, "bakery")


def _written(session: Session, lines: Sequence[Entry], taken: Mapping[str, Taken]) -> int:
    """Write the three datasets and return the id of the first: singles, pedestals, what was cut open."""

    def dataset(name: str, kind: str = datasets.COLLECTION) -> Dataset:
        made = Dataset(name=name, kind=kind, origin=ORIGIN, about=ABOUT)
        session.add(made)
        session.flush()
        return made

    def put(into: Dataset, line: Entry, label: Callable[[Entry], str], facts: Mapping[str, Any]) -> None:
        reveal = taken[line["reveal"]].sha256 if line.get("reveal") else ""
        row = images.add(session=session, dataset_id=into.id or 0, taken=[taken[line["file"]]])[0]
        row.label, row.split, row.scene = label(line), line.get("split", ""), str(line.get("group", ""))
        row.facts = {name: value for name, value in {**facts, "reveal": reveal}.items() if value}
        session.add(row)

    lines = divided(lines)
    singles, rounds = dataset(SINGLES), dataset(ROUNDS)
    hidden = dataset(REVEALS, "reveals")
    for line in lines:
        if "objects" in line:
            said = ", ".join(thing["kind"] for thing in line["objects"])
            level = next((thing.get("level", "") for thing in line["objects"] if thing["cake"]), "")
            put(rounds, line, _seat, {"things": said, "level": level})
        else:
            put(singles, line, _truth, {"kind": line["kind"], "level": line.get("level", "")})
    cut = [taken[line["reveal"]] for line in lines if line.get("reveal")]
    images.add(session=session, dataset_id=hidden.id or 0, taken=cut)
    return singles.id or 0


def divided(lines: Sequence[Entry]) -> list[Entry]:
    """Return the manifest with a split for every line that has none: a thing and its cake go together."""
    done: list[Entry] = []
    for is_round in (False, True):
        some = [line for line in lines if ("objects" in line) is is_round]
        labels = [_seat(line) if is_round else _truth(line) for line in some]
        scenes = [str(line.get("group", "")) or line["file"] for line in some]
        parts = split(labels, scenes, seed=SEED)
        done += [{**line, "split": line.get("split") or part} for line, part in zip(some, parts, strict=True)]
    return done


def _truth(line: Entry) -> str:
    return CAKE if line["cake"] else NO_CAKE


def _seat(line: Entry) -> str:
    return SEATS[next(at for at, thing in enumerate(line["objects"]) if thing["cake"])]


def restorable(*, session: Session) -> bool:
    """Return whether the bakery was here and is not any more."""
    kinds = session.exec(select(Dataset.kind).where(Dataset.origin == ORIGIN)).all()
    return bool(kinds) and datasets.COLLECTION not in kinds and bool(manifest())
