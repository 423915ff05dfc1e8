"""What a server has one of: the store, the shelf of models, the engine, the workers."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.engine import Engine
from core.home import Home
from core.jobs import Jobs
from core.shelf import Shelf
from db.runner import Runner
from db.store import Store


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


def house() -> House:
    """Return the house that the environment describes; raises StoreError if it cannot be opened."""
    return _opened(Home.from_environment())


@cache
def _opened(home: Home) -> House:
    store = Store(home)
    threading.Thread(target=store.sweep, name="sweep", daemon=True).start()
    shelf = Shelf(home)
    engine = Engine(shelf.ready)
    hands = ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="intake")
    return House(home, store, shelf, engine, Runner(store, engine), Jobs(), hands)


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """End the workers with the server; the store is opened by whoever needs it first."""
    yield
    if _opened.cache_info().currsize:
        house().jobs.stop_all()
