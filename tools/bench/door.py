"""How long the door takes to open, and what the house weighs at rest."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from core.home import Home
from tests.browser.chromium import REMEDY, find
from tests.conftest import Server, serving


def start() -> Iterator[dict[str, object]]:
    """From the command to a healthy server, and to the first page drawn in a browser."""
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        yield {"skipped": REMEDY}
        return
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for attempt in range(3):
            page = browser.new_page()
            began = time.perf_counter()
            with serving(Path(folder) / f"home{attempt}", Path(folder) / "log") as server:
                healthy = time.perf_counter() - began
                page.goto(f"{server.url}/classify")
                page.get_by_role("heading", level=1).wait_for()
                drawn = time.perf_counter() - began
            page.close()
            yield {
                "what": "from `streamlit run`, a new home", "attempt": attempt + 1,
                "healthy_s": round(healthy, 2), "first_page_s": round(drawn, 2),
            }  # fmt: skip
        browser.close()


def rest() -> Iterator[dict[str, object]]:
    """Resident memory of the server after a page was visited, and again with models in memory."""
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        yield {"skipped": REMEDY}
        return
    folders = ":".join(map(str, Home.from_environment().model_folders))
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        with serving(Path(folder) / "home", Path(folder) / "log", FAKERY_MODELS=folders) as server:
            page = browser.new_page()
            page.goto(server.url)
            page.get_by_role("heading", level=1).wait_for()
            yield {"what": "after Home was visited", "rss_mb": _rss_mb(server), "aim": "< 300"}
            page.goto(f"{server.url}/classify")
            page.get_by_role("heading", level=1).wait_for()
            page.locator(".strip button").first.click()
            page.locator(".fk-stage img").wait_for()
            yield {"what": "after an example was classified", "rss_mb": _rss_mb(server), "aim": "< 300"}
        browser.close()


def _rss_mb(server: Server) -> float:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024, 1)
