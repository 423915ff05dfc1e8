"""What every test may ask for: real files, a real store, a real server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

from core import image
from core.engine import Engine
from core.home import Home
from core.prepare import prepare
from core.shelf import Shelf
from db.store import Store

ROOT = Path(__file__).resolve().parent.parent

# Every server of the tests would load some hundred pictures first; the tests of the bakery want it.
os.environ["FAKERY_BAKERY"] = "0"

# A busy machine is slow, not wrong; in CI the same examples come every time.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real weights, photographs and hostile files that lies beside the project."""
    folder = Path(os.environ.get("FAKERY_SHARED", ROOT.parent / "shared")).absolute()
    if not (folder / "data").is_dir():
        message = f"{folder} holds no data/: set FAKERY_SHARED to the folder of reference data"
        if os.environ.get("FAKERY_REQUIRE_SHARED") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return folder


@pytest.fixture(scope="session")
def weights(shared: Path) -> Path:
    """A folder of real model files, as somebody would name it in FAKERY_MODELS."""
    return shared / "data" / "models"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home, offline."""
    folder = tmp_path / "home"
    return Home(folder, f"sqlite:///{folder / 'fakery.db'}", offline=True)


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    """A real store on a real file."""
    opened = Store(home)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def furnished(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose real models are prepared; its store is not to be written to."""
    folder = tmp_path_factory.mktemp("furnished")
    home = Home(folder, f"sqlite:///{folder / 'fakery.db'}", (weights,), offline=True)
    for entry in Shelf(home).models():
        if entry.source is not None and entry.known is not None:
            prepare(entry.source, entry.known, entry.labels, home.models, {"origin": "a test"})
    return home


@pytest.fixture(scope="session")
def engine(furnished: Home) -> Iterator[Engine]:
    """An engine with real models."""
    running = Engine(Shelf(furnished).ready)
    yield running
    running.close()


@pytest.fixture
def cleo() -> bytes:
    """Cleo, a JPEG that is no photograph: brown on green, with one white ear."""
    return image.encode(picture(), "jpeg", 90)


def picture(seed: int = 0, width: int = 64, height: int = 48) -> NDArray[np.uint8]:
    """Return a made-up picture; every seed gives another."""
    rng = np.random.default_rng(seed)
    rgb = np.full((height, width, 3), (80, 140, 70), np.uint8)
    rgb[height // 4 :, width // 4 : -width // 4] = rng.integers(60, 160, 3)
    rgb[: height // 6, : width // 6] = 255
    return rgb


@dataclass(frozen=True)
class Server:
    """A running Fakery."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def get(self, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Return status, body and headers of a GET."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=30) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read(), dict(error.headers)


@contextmanager
def serving(home: Path, log: Path, **environment: str) -> Iterator[Server]:
    """Run the app as a person would, on a free port, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
    command += ["--server.fileWatcherType", "none"]
    variables = {**os.environ, "FAKERY_HOME": str(home), "FAKERY_OFFLINE": "1", **environment}
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=variables, stdout=output, stderr=output)
    server = Server(f"http://127.0.0.1:{port}", process, log)
    try:
        _until_healthy(server)
        yield server
    finally:
        process.terminate()
        process.wait(20)


def _until_healthy(server: Server) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            if server.get("/_stcore/health")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not come up: {server.log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def server(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One Fakery with real models, for all tests that only visit."""
    folder = tmp_path_factory.mktemp("server")
    with serving(folder / "home", folder / "log", FAKERY_MODELS=str(weights)) as running:
        yield running
