"""Find a Chromium for the browser tests, or get one: `python -m tests.browser.chromium`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
REMEDY = (
    "The browser tests need a Chromium: install one (Debian: apt install chromium), name one in "
    "FAKERY_CHROMIUM, or run `.venv/bin/playwright install --with-deps chromium`."
)


def find() -> str | None:
    """Return the path of a Chromium that starts, or None."""
    return next((path for path in _candidates() if path and _starts(path)), None)


def _candidates() -> Iterator[str | None]:
    if named := os.environ.get("FAKERY_CHROMIUM"):
        yield named
        return
    yield from (shutil.which(name) for name in NAMES)
    yield str(MAC)
    yield _bundled()


def _bundled() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


def _as_root(*command: str) -> bool:
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which(command[0]) or (sudo and not shutil.which("sudo")):
        return False
    return subprocess.run([*sudo, *command]).returncode == 0


def install() -> None:
    """Try the system's package manager, then Playwright's own download."""
    environment = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if shutil.which("apt-get"):
        _as_root("apt-get", "update", "-qq")
        _as_root(*environment, "apt-get", "install", "-y", "-qq", "chromium")
    elif shutil.which("dnf"):
        _as_root("dnf", "install", "-y", "-q", "chromium")
    elif shutil.which("apk"):
        _as_root("apk", "add", "--quiet", "chromium")
    if find() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"])


if __name__ == "__main__":
    if find() is None:
        print("No Chromium found; installing one for the browser tests.", flush=True)
        install()
    print(find() or REMEDY)
