"""The store: a database and a folder of pictures that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlmodel import Session

from core.errors import StoreError
from core.home import Home
from db import images
from db.engine import WRITING, connect
from db.pictures import Pictures


class Store:
    """Everything that is remembered. Open one per process; sessions are short."""

    def __init__(self, home: Home) -> None:
        """Open the store of a home; raises StoreError where that cannot be."""
        try:
            home.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{home.folder} cannot be made ({error.strerror}).") from error
        self.home = home
        self.pictures = Pictures(home.images)
        self.engine = connect(home.db_url)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Lend a session that sees one consistent state; raises StoreError where that cannot be."""
        try:
            with Session(self.engine) as session:
                yield session
        except DatabaseError as error:
            raise StoreError(f"The store could not be read ({error.orig}).") from error

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Lend a session whose changes are kept together when the block ends well, else none of them.

        Raises StoreError where the database is locked for too long, full or read-only.
        """
        try:
            with Session(self.engine.execution_options(**WRITING), expire_on_commit=False) as session:
                yield session
                session.commit()
        except IntegrityError:
            raise
        except DatabaseError as error:
            raise StoreError(f"The store could not be written ({error.orig}).") from error

    def sweep(self) -> int:
        """Delete the pictures on disk that no dataset holds any more, and return how many."""
        with self.reading() as session:
            wanted = images.hashes(session=session)
        return self.pictures.sweep(wanted)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()
