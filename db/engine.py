"""Connect to the store: SQLite by default, any database that SQLAlchemy names on request."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DatabaseError
from sqlmodel import create_engine

from core.errors import StoreError
from db.migrations import migrate

# WAL lets readers go on while one writes; FULL makes a commit outlive a power cut, too.
PRAGMAS = ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000")

WRITING = {"writing": True}


def connect(url: str) -> Engine:
    """Return an engine whose tables are up to date.

    Raises StoreError where the database cannot be opened or is newer than this version.
    """
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)
    try:
        with engine.execution_options(**WRITING).begin() as connection:
            migrate(connection)
    except ValueError as error:
        raise StoreError(f"The store is newer than this program: {error}. Update Fakery.") from error
    except DatabaseError as error:
        raise StoreError(f"The store cannot be opened ({error.orig}). Check FAKERY_HOME.") from error
    return engine


def _set_pragmas(connection: Any, _record: object) -> None:
    # The driver's own implicit transactions leave DDL outside them, so ours are explicit (below).
    # https://docs.sqlalchemy.org/en/20/dialects/sqlite.html#enabling-non-legacy-sqlite-transactional-modes-with-the-sqlite3-driver
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once and waits for it: a reader that turns writer midway cannot wait.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
