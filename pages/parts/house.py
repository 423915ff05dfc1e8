"""What a server has one of: the store, the shelf of models, the engine, the workers."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.engine import Engine
from core.errors import FakeryError
from core.home import Home
from core.jobs import Jobs
from core.shelf import Shelf
from db import bakery, imports
from db import log as edit_log
from db.runner import Runner
from db.store import Store

log = logging.getLogger(__name__)
FETCHERS = 8
PACKAGED = ("compact", "cake_or_not")


@dataclass(frozen=True)
class House:
    """The rooms below the pages, opened once and shared by every session."""

    home: Home
    store: Store
    shelf: Shelf
    engine: Engine
    runner: Runner
    jobs: Jobs
    hands: ThreadPoolExecutor  # take pictures in: one a core, however many people bring some
    fetchers: ThreadPoolExecutor  # the same from addresses, which may be slow
    settled: threading.Event  # what is done once at every start is done


def house() -> House:
    """Return the house that the environment describes; raises StoreError if it cannot be opened."""
    return _opened(Home.from_environment())


@cache
def _opened(home: Home) -> House:
    store = Store(home)
    shelf = Shelf(home)
    engine = Engine(shelf.ready)
    hands = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="intake")
    fetchers = ThreadPoolExecutor(FETCHERS, thread_name_prefix="fetch")
    opened = House(
        home, store, shelf, engine, Runner(store, engine), Jobs(), hands, fetchers, threading.Event()
    )
    threading.Thread(target=_settle_in, args=(opened,), name="settle in", daemon=True).start()
    return opened


def _settle_in(opened: House) -> None:
    """Load the bakery on first start and let the packaged model look at it; forget what is forgotten."""
    try:
        if opened.home.bakery and (dataset_id := bakery.load(opened.store)) is not None:
            opened.runner.start(dataset_id, PACKAGED)
        opened.settled.set()
        with opened.store.writing() as session:
            edit_log.empty_trash(session=session)
            imports.clear_left(session=session, home=opened.home)
        opened.store.sweep()
    except (FakeryError, OSError):
        log.exception("What is done once at every start could not be done")
    finally:
        opened.settled.set()


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """End the workers with the server; the store is opened by whoever needs it first."""
    yield
    if _opened.cache_info().currsize:
        house().jobs.stop_all()
