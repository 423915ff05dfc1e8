"""The tables. A change here needs a new migration at the end of `db/migrations.py`."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlalchemy.orm import registry
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC and aware of it; SQLite alone would forget the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC)


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def new_key() -> str:
    """Return a name for a link, 72 random bits: who does not hold the link cannot guess it."""
    return secrets.token_urlsafe(9)


def _child_of(table: str, *, key: bool = False, index: bool = False) -> Column[int]:
    """A foreign key whose row goes when its parent goes."""
    parent = ForeignKey(f"{table}.id", ondelete="CASCADE")
    return Column(Integer, parent, primary_key=key, nullable=False, index=index)


class Row(SQLModel, registry=registry()):
    """The base of our tables, with a registry of their own: hot reload defines them again."""


class Dataset(Row, table=True):
    """A named collection of pictures.

    Of its kinds only "collection" is listed. A "visit" is what somebody brought to Classify, an
    "arriving" one is an import that has not ended, "trash" is what one deletion took away, "gone" was
    packaged and is wanted no more.
    `origin` names what was packaged with the program ("bakery"), `about` is written by people.
    """

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default_factory=new_key, unique=True, max_length=32)
    name: str
    kind: str = "collection"
    origin: str = ""
    about: str = ""
    created_at: datetime = Field(default_factory=now, sa_column=Column(Moment, nullable=False))
    deleted_at: datetime | None = Field(default=None, sa_column=Column(Moment))


class Image(Row, table=True):
    """One picture of a dataset; its bytes lie once on disk under their SHA-256.

    Pictures of one `scene` (a capture burst, variants, near duplicates) never fall on both sides of a
    split. `facts` is a small dict of what else is known: author, licence, link, level, reveal.
    """

    __table_args__ = (
        UniqueConstraint("dataset_id", "sha256"),
        *(
            Index(f"ix_image_by_{name}", "dataset_id", "excluded", name, "id")
            for name in ("label", "split", "source", "name", "bytes", "scene")
        ),
        Index("ix_image_in_order", "dataset_id", "excluded", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(sa_column=_child_of("dataset", index=True))
    sha256: str = Field(max_length=64, index=True)
    name: str
    label: str = ""
    source: str = ""
    split: str = ""
    scene: str = ""
    excluded: bool = False
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    width: int
    height: int
    bytes: int
    created_at: datetime = Field(default_factory=now, sa_column=Column(Moment, nullable=False))


class Tag(Row, table=True):
    """A word somebody put on a picture."""

    image_id: int = Field(sa_column=_child_of("image", key=True))
    tag: str = Field(primary_key=True, index=True, max_length=60)


class Quality(Row, table=True):
    """What was measured of a picture's content, whatever datasets hold it; see `core/quality.py`."""

    sha256: str = Field(primary_key=True, max_length=64)
    sharpness: float = Field(index=True)
    brightness: float = Field(index=True)
    contrast: float
    colours: int
    transparent: float
    phash: str = Field(max_length=16)


class Embedding(Row, table=True):
    """A picture's embedding by one model's file: float16, little-endian."""

    sha256: str = Field(primary_key=True, max_length=64)
    model_sha256: str = Field(primary_key=True, max_length=64)
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class Finding(Row, table=True):
    """What the last health check found about a picture, and of how many it is the worst (`score`)."""

    __table_args__ = (Index("ix_finding_by_kind", "dataset_id", "kind", "image_id"),)

    image_id: int = Field(sa_column=_child_of("image", key=True))
    kind: str = Field(primary_key=True, max_length=20)
    dataset_id: int = Field(sa_column=_child_of("dataset"))
    score: float
    other_id: int | None = None
    note: str = ""


class Place(Row, table=True):
    """Where a picture lies on its dataset's map."""

    image_id: int = Field(sa_column=_child_of("image", key=True))
    dataset_id: int = Field(sa_column=_child_of("dataset", index=True))
    x: float
    y: float


class Task(Row, table=True):
    """Long work on a dataset, in a process of its own: an "import", a "health" check, a "map".

    Its state is "running", "stopped" by somebody or by a killed server, "done" or "failed".
    """

    # A number is never given twice, so that whoever holds the one of a task that is gone finds nothing.
    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default_factory=new_key, unique=True, max_length=32)
    dataset_id: int = Field(sa_column=_child_of("dataset", index=True))
    kind: str = Field(max_length=20)
    state: str = "running"
    title: str
    done: int = 0
    total: int = 0
    note: str = ""
    message: str = ""
    payload: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    result: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    created_at: datetime = Field(default_factory=now, sa_column=Column(Moment, nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=Column(Moment))


class Arrival(Row, table=True):
    """One thing an import was offered: "waiting", "taken", "known" (there already) or "refused"."""

    __table_args__ = (Index("ix_arrival_by_state", "task_id", "state", "number"),)

    task_id: int = Field(sa_column=_child_of("task", key=True))
    number: int = Field(primary_key=True)
    name: str
    address: str
    label: str = ""
    split: str = ""
    source: str = ""
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    state: str = "waiting"
    reason: str = ""
    sha256: str = ""


class Edit(Row, table=True):
    """One act of mending: who did what to a dataset when, and when it was taken back."""

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(sa_column=_child_of("dataset", index=True))
    at: datetime = Field(default_factory=now, sa_column=Column(Moment, nullable=False))
    who: str = ""
    what: str
    note: str = ""
    undone_at: datetime | None = Field(default=None, sa_column=Column(Moment))


class Change(Row, table=True):
    """One field of one picture, before and after an edit."""

    edit_id: int = Field(sa_column=_child_of("edit", key=True))
    image_id: int = Field(sa_column=_child_of("image", key=True, index=True))
    field: str = Field(primary_key=True, max_length=20)
    before: Any = Field(default=None, sa_column=Column(JSON))
    after: Any = Field(default=None, sa_column=Column(JSON))


class Model(Row, table=True):
    """A spec and the hash of its file, as they were when first used."""

    __table_args__ = (UniqueConstraint("name", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    name: str
    sha256: str = Field(max_length=64)
    title: str
    spec: str
    created_at: datetime = Field(default_factory=now, sa_column=Column(Moment, nullable=False))


class Run(Row, table=True):
    """One model over a dataset: "running", "stopped" by somebody, "done" or "failed"."""

    __table_args__ = (UniqueConstraint("dataset_id", "model_id"),)

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(sa_column=_child_of("dataset"))
    model_id: int = Field(sa_column=_child_of("model", index=True))
    state: str = "running"
    message: str = ""
    created_at: datetime = Field(default_factory=now, sa_column=Column(Moment, nullable=False))
    finished_at: datetime | None = Field(default=None, sa_column=Column(Moment))


class Prediction(Row, table=True):
    """What a run said of an image.

    `scores` lists [word, probability], best first; `boxes` lists [word, probability, x, y, width,
    height] in pixels, unsuppressed; a picture that could not be read carries a `message` instead.
    `label` and `confidence` repeat the best of both, to filter by.
    """

    __table_args__ = (
        Index("ix_prediction_by_label", "run_id", "label", "image_id"),
        Index("ix_prediction_by_confidence", "run_id", "confidence", "image_id"),
        Index("ix_prediction_of_image", "image_id", "run_id", "label"),
    )

    run_id: int = Field(sa_column=_child_of("run", key=True))
    image_id: int = Field(sa_column=_child_of("image", key=True))
    scores: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    boxes: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    elapsed_ms: float
    message: str = ""
    label: str = ""
    confidence: float = 0.0
