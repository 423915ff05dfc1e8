"""The tables. A change here needs a new migration at the end of `db/migrations.py`."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, ForeignKey, Integer, UniqueConstraint
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
    """A named collection of pictures; a "visit" is what somebody brought to Classify."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default_factory=new_key, unique=True, max_length=32)
    name: str
    kind: str = "collection"
    created_at: datetime = Field(default_factory=now, sa_column=Column(Moment, nullable=False))


class Image(Row, table=True):
    """One picture of a dataset; its bytes lie once on disk under their SHA-256."""

    __table_args__ = (UniqueConstraint("dataset_id", "sha256"),)

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(sa_column=_child_of("dataset", index=True))
    sha256: str = Field(max_length=64, index=True)
    name: str
    label: str = ""
    source: str = ""
    split: str = ""
    width: int
    height: int
    bytes: int
    created_at: datetime = Field(default_factory=now, sa_column=Column(Moment, nullable=False))


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
    """

    run_id: int = Field(sa_column=_child_of("run", key=True))
    image_id: int = Field(sa_column=_child_of("image", key=True, index=True))
    scores: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    boxes: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    elapsed_ms: float
    message: str = ""
