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


def a_dataset_to_work_on(op: Operations) -> None:
    """Tags, quality, embeddings, findings, map, tasks, arrivals, edits; more facts of a picture."""
    text, whole, real = sa.String, sa.Integer, sa.Float
    op.add_column("dataset", sa.Column("origin", text, nullable=False, server_default=""))
    op.add_column("dataset", sa.Column("about", text, nullable=False, server_default=""))
    op.add_column("dataset", sa.Column("deleted_at", Moment))
    op.add_column("image", sa.Column("scene", text, nullable=False, server_default=""))
    op.add_column("image", sa.Column("excluded", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("image", sa.Column("facts", sa.JSON, nullable=False, server_default="{}"))
    for name in ("label", "split", "source", "name", "bytes", "scene"):
        op.create_index(f"ix_image_by_{name}", "image", ["dataset_id", "excluded", name, "id"])
    op.create_index("ix_image_in_order", "image", ["dataset_id", "excluded", "id"])
    op.create_table(
        "tag",
        _parent("image_id", "image", primary_key=True),
        sa.Column("tag", sa.String(60), primary_key=True, index=True),
    )
    op.create_table(
        "quality",
        sa.Column("sha256", sa.String(64), primary_key=True),
        *(sa.Column(name, real, nullable=False, index=True) for name in ("sharpness", "brightness")),
        sa.Column("contrast", real, nullable=False),
        sa.Column("colours", whole, nullable=False),
        sa.Column("transparent", real, nullable=False),
        sa.Column("phash", sa.String(16), nullable=False),
    )
    op.create_table(
        "embedding",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("model_sha256", sa.String(64), primary_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "finding",
        _parent("image_id", "image", primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        _parent("dataset_id", "dataset"),
        sa.Column("score", real, nullable=False),
        sa.Column("other_id", whole),
        sa.Column("note", text, nullable=False),
    )
    op.create_index("ix_finding_by_kind", "finding", ["dataset_id", "kind", "image_id"])
    op.create_table(
        "place",
        _parent("image_id", "image", primary_key=True),
        _parent("dataset_id", "dataset", index=True),
        *(sa.Column(name, real, nullable=False) for name in "xy"),
    )
    _tasks(op)
    op.create_table(
        "edit",
        sa.Column("id", whole, primary_key=True),
        _parent("dataset_id", "dataset", index=True),
        sa.Column("at", Moment, nullable=False),
        *(sa.Column(name, text, nullable=False) for name in ("who", "what", "note")),
        sa.Column("undone_at", Moment),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "change",
        _parent("edit_id", "edit", primary_key=True),
        _parent("image_id", "image", primary_key=True, index=True),
        sa.Column("field", sa.String(20), primary_key=True),
        sa.Column("before", sa.JSON),
        sa.Column("after", sa.JSON),
    )


def _tasks(op: Operations) -> None:
    op.create_table(
        "task",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(32), nullable=False, unique=True),
        _parent("dataset_id", "dataset", index=True),
        sa.Column("kind", sa.String(20), nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in ("state", "title", "note", "message")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("done", "total")),
        *(sa.Column(name, sa.JSON, nullable=False) for name in ("payload", "result")),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("finished_at", Moment),
        sqlite_autoincrement=True,
    )
    words = ("name", "address", "label", "split", "source", "state", "reason", "sha256")
    op.create_table(
        "arrival",
        _parent("task_id", "task", primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.String, nullable=False) for name in words),
        sa.Column("facts", sa.JSON, nullable=False),
    )
    op.create_index("ix_arrival_by_state", "arrival", ["task_id", "state", "number"])


def best_words(op: Operations) -> None:
    """The best word of a prediction and its probability as columns of their own, to filter by."""
    op.add_column("prediction", sa.Column("label", sa.String, nullable=False, server_default=""))
    op.add_column("prediction", sa.Column("confidence", sa.Float, nullable=False, server_default="0"))
    said = sa.table(
        "prediction",
        *(sa.column(name) for name in ("run_id", "image_id", "label", "confidence")),
        *(sa.column(name, sa.JSON) for name in ("scores", "boxes")),
    )
    here = op.get_bind()
    for row in here.execute(sa.select(said)).all():
        best = max([*row.scores, *row.boxes], key=lambda one: one[1], default=("", 0.0))
        same = sa.and_(said.c.run_id == row.run_id, said.c.image_id == row.image_id)
        here.execute(said.update().where(same).values(label=best[0], confidence=best[1]))
    for name in ("label", "confidence"):
        op.create_index(f"ix_prediction_by_{name}", "prediction", ["run_id", name, "image_id"])
    op.drop_index("ix_prediction_image_id", "prediction")
    op.create_index("ix_prediction_of_image", "prediction", ["image_id", "run_id", "label"])


STEPS: tuple[Step, ...] = (first_tables, a_dataset_to_work_on, best_words)


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
