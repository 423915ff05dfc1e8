"""How the tables came to be: a list of steps that only grows. A step once released is never edited.

Each step gets Alembic's `Operations`, which writes the same change for SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from db.models import Moment

Step = Callable[[Operations], object]


def first_tables(op: Operations) -> None:
    """Dataset, Image, Model, Run, Prediction."""
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(32), nullable=False, unique=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
    )
    op.create_table(
        "image",
        sa.Column("id", sa.Integer, primary_key=True),
        _parent("dataset_id", "dataset", index=True),
        sa.Column("sha256", sa.String(64), nullable=False, index=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("name", "label", "source", "split")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("width", "height", "bytes")),
        sa.Column("created_at", Moment, nullable=False),
        sa.UniqueConstraint("dataset_id", "sha256"),
    )
    op.create_table(
        "model",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("spec", sa.String, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.UniqueConstraint("name", "sha256"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer, primary_key=True),
        _parent("dataset_id", "dataset"),
        _parent("model_id", "model", index=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("message", sa.String, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("finished_at", Moment),
        sa.UniqueConstraint("dataset_id", "model_id"),
    )
    op.create_table(
        "prediction",
        _parent("run_id", "run", primary_key=True),
        _parent("image_id", "image", primary_key=True, index=True),
        sa.Column("scores", sa.JSON, nullable=False),
        sa.Column("boxes", sa.JSON, nullable=False),
        sa.Column("elapsed_ms", sa.Float, nullable=False),
        sa.Column("message", sa.String, nullable=False),
    )


STEPS: tuple[Step, ...] = (first_tables,)


def migrate(connection: sa.Connection) -> int:
    """Take the database to the newest tables and return how many steps that took.

    Raises ValueError where the database comes from a newer version than this one.
    """
    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS migration (step INTEGER NOT NULL)"))
    done = int(connection.execute(sa.text("SELECT count(*) FROM migration")).scalar_one())
    if done > len(STEPS):
        raise ValueError(f"it has {done} migrations and this version knows {len(STEPS)}")
    op = Operations(MigrationContext.configure(connection))
    for number, step in enumerate(STEPS[done:], start=done + 1):
        step(op)
        connection.execute(sa.text("INSERT INTO migration (step) VALUES (:n)"), {"n": number})
    return len(STEPS) - done


def _parent(name: str, table: str, *, primary_key: bool = False, index: bool = False) -> sa.Column[int]:
    key = sa.ForeignKey(f"{table}.id", ondelete="CASCADE")
    return sa.Column(name, sa.Integer, key, primary_key=primary_key, nullable=False, index=index)
