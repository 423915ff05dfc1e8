"""Take the README's pictures of the pages: `python -m tools.portraits`, with models in FAKERY_MODELS.

Only renderings of our own are shown.
"""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from core import image
from tests.browser.chromium import find
from tests.conftest import ROOT, Server, serving

DOCS = ROOT / "docs"
EXAMPLES = sorted((ROOT / "assets" / "examples").glob("*.webp"))
SIZES = {"laptop": (1280, 860), "phone": (390, 844)}


def main() -> None:
    """Write one picture for each page, size and scheme into `docs/`."""
    DOCS.mkdir(exist_ok=True)
    models = os.environ.get("FAKERY_MODELS", "")
    chromium = find()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        log = Path(folder) / "log"
        with serving(Path(folder) / "home", log, FAKERY_MODELS=models, FAKERY_BAKERY="1") as server:
            for size, (width, height) in SIZES.items():
                for scheme in ("light", "dark"):
                    _portray(browser, server, f"{size}-{scheme}", width, height, scheme)
        browser.close()


def _portray(browser: Browser, server: Server, name: str, width: int, height: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{server.url}/dataset")
    page.locator(".tile").first.wait_for(timeout=120_000)
    _keep(page, f"dataset-{name}")
    page.goto(server.url)
    page.get_by_role("heading", level=1).wait_for()
    _keep(page, f"home-{name}")
    page.goto(f"{server.url}/dataset?label=cake&sort=newest")
    page.locator(".tile").first.click()
    page.get_by_text("Cut it open").click()
    page.locator(".fk-stage img").wait_for()
    _keep(page, f"picture-{name}")
    page.goto(f"{server.url}/classify")
    page.locator("input[type=file]").set_input_files([str(path) for path in EXAMPLES])
    page.locator(".strip button[title='mug-cake.webp']").click()
    page.locator(".fk-stage img[alt^='mug-cake']").wait_for()
    page.locator(".fk-head").first.wait_for()
    _keep(page, f"classify-{name}")
    page.context.close()


def _keep(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1500)
    page.locator(".stMain").evaluate("main => main.scrollTo(0, 0)")
    shot = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
    (DOCS / f"{name}.webp").write_bytes(image.encode(shot, "webp", 80))


if __name__ == "__main__":
    main()
