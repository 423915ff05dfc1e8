"""What is wrong with the pictures of a dataset, from their measures and embeddings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from core import quality
from core.duplicates import Groups, Twins, twins
from core.errors import Unteachable
from core.suspects import opinion
from db import embeddings
from db.models import Finding, Image, Quality

Found = dict[str, Any]
NEAR = ("duplicate", "near_duplicate")


@dataclass(frozen=True)
class Measured:
    """One picture in use, with what was measured of it."""

    image_id: int
    label: str
    split: str
    scene: str
    width: int
    height: int
    bytes: int
    quality: quality.Quality

    @property
    def content(self) -> Hashable:
        """What only two files of the very same pixels have in common."""
        return self.width, self.height, self.quality

    @property
    def worth(self) -> tuple[int, int, int]:
        """By which the best of several near duplicates is kept: the largest, then the one that came first."""
        return self.width * self.height, self.bytes, -self.image_id


def found_in(
    session: Session, dataset_id: int, model_sha256: str, broken: dict[int, str]
) -> tuple[list[Found], dict[str, Any]]:
    """Return what is found as rows of Finding, and counts by kind; excluded pictures are passed over.

    Of a group of near duplicates all but the best are found. `broken` says which pictures cannot be
    read, and why.
    """
    pictures = measured(session, dataset_id)
    ids, vectors = embeddings.matrix(session=session, dataset_id=dataset_id, model_sha256=model_sha256)
    place = {image_id: at for at, image_id in enumerate(ids)}
    pictures = [one for one in pictures if one.image_id in place]
    if len(pictures) < len(ids):  # else it is the same, and may be hundreds of megabytes
        vectors = vectors[[place[one.image_id] for one in pictures]]
    hashes = np.array([one.quality.phash for one in pictures], np.uint64)
    near = twins(hashes, vectors)
    groups = _with_scenes(pictures, near)
    found = [
        *({"image_id": one, "kind": "broken", "score": 1.0, "note": why} for one, why in broken.items()),
        *_faults(pictures),
        *_again(pictures, near),
        *_leaks(pictures, near, groups),
        *_suspects(pictures, vectors, groups),
    ]
    rows = [{"dataset_id": dataset_id, "other_id": None, "note": "", **one} for one in found]
    counts = Counter(str(row["kind"]) for row in rows)
    return rows, {"pictures": len(pictures) + len(broken), "found": dict(counts)}


def measured(session: Session, dataset_id: int) -> list[Measured]:
    """Return a dataset's pictures in use that were measured, by id."""
    wanted = (
        select(Image, Quality)
        .join(Quality, col(Quality.sha256) == col(Image.sha256))
        .where(Image.dataset_id == dataset_id, col(Image.excluded).is_(False))
        .order_by(col(Image.id))
        .execution_options(yield_per=2048)
    )
    return [
        Measured(
            row.id or 0,
            row.label,
            row.split,
            row.scene,
            row.width,
            row.height,
            row.bytes,
            quality.Quality(
                it.sharpness, it.brightness, it.contrast, it.colours, it.transparent, int(it.phash, 16)
            ),
        )
        for row, it in session.exec(wanted)
    ]


def scenes(*, session: Session, dataset_id: int) -> dict[int, str]:
    """Return for each picture of a dataset what must not be parted by a split, by image id.

    Its scene, joined with those of its near duplicates as the last health check found them; a picture
    that belongs to nothing is a scene of its own.
    """
    pictures = select(Image.id, Image.scene).where(Image.dataset_id == dataset_id).order_by(col(Image.id))
    rows = session.exec(pictures).all()
    ids = [image_id or 0 for image_id, _ in rows]
    found = select(Finding.image_id, Finding.other_id).where(
        Finding.dataset_id == dataset_id, col(Finding.kind).in_(NEAR), col(Finding.other_id).is_not(None)
    )
    place = {image_id: at for at, image_id in enumerate(ids)}
    groups = Groups(len(ids))
    groups.join(_same_scene([scene for _, scene in rows]))
    pairs = [(place[one], place[other]) for one, other in session.exec(found) if other in place]
    groups.join(pairs)
    return {image_id: f"picture {ids[groups.first(at)]}" for image_id, at in place.items()}


def _same_scene(named: list[str]) -> Iterator[tuple[int, int]]:
    first: dict[str, int] = {}
    for at, scene in enumerate(named):
        if scene:
            yield first.setdefault(scene, at), at


def _with_scenes(pictures: list[Measured], near: Twins) -> list[int]:
    """Return for each picture the group of near duplicates and pictures of the same scene it is in."""
    groups = Groups(len(pictures))
    groups.join(enumerate(near.group.tolist()))
    groups.join(_same_scene([one.scene for one in pictures]))
    return [groups.first(at) for at in range(len(pictures))]


def _faults(pictures: list[Measured]) -> Iterator[Found]:
    for one in pictures:
        for kind, score in quality.judge(one.quality, one.width, one.height):
            yield {"image_id": one.image_id, "kind": kind, "score": score}


def _again(pictures: list[Measured], near: Twins) -> Iterator[Found]:
    """Yield all but the best of each group: "duplicate" where another file has the very same pixels."""
    best: dict[int, Measured] = {}
    same: dict[Hashable, Measured] = {}
    for one, group in zip(pictures, near.group.tolist(), strict=True):
        best[group] = max(best.get(group, one), one, key=lambda it: it.worth)
        same[one.content] = max(same.get(one.content, one), one, key=lambda it: it.worth)
    rows = zip(pictures, near.group.tolist(), near.nearest.tolist(), near.score.tolist(), strict=True)
    for one, group, nearest, score in rows:
        if (twin := same[one.content]) is not one:
            yield {"image_id": one.image_id, "kind": NEAR[0], "score": 1.0, "other_id": twin.image_id}
        elif best[group] is not one:
            other = pictures[nearest].image_id
            yield {"image_id": one.image_id, "kind": NEAR[1], "score": score, "other_id": other}


def _leaks(pictures: list[Measured], near: Twins, groups: list[int]) -> Iterator[Found]:
    """Yield what is not for training but has its like in another split."""
    members: dict[int, list[int]] = {}
    for at, group in enumerate(groups):
        if pictures[at].split:
            members.setdefault(group, []).append(at)
    for some in members.values():
        if len({pictures[at].split for at in some}) < 2:
            continue
        for at in (at for at in some if pictures[at].split != "train"):
            split, nearest = pictures[at].split, int(near.nearest[at])
            elsewhere = [other for other in some if pictures[other].split != split]
            other = nearest if nearest in elsewhere else elsewhere[0]
            yield {
                "image_id": pictures[at].image_id,
                "kind": "leak",
                "score": 1.0,
                "other_id": pictures[other].image_id,
                "note": pictures[other].split,
            }


def _suspects(pictures: list[Measured], vectors: NDArray[np.float32], groups: list[int]) -> Iterator[Found]:
    """Yield the pictures whose label all others doubt; the note is the label they would give."""
    named = [at for at, one in enumerate(pictures) if one.label]
    try:
        said = opinion(vectors[named], [pictures[at].label for at in named], [groups[at] for at in named])
    except Unteachable:
        return
    for at in said.suspects().tolist():
        score = round(float(said.mistakenness[at]), 4)
        one = pictures[named[at]]
        yield {"image_id": one.image_id, "kind": "suspect", "score": score, "note": said.labels[at]}
