"""The arrows of the house: who may import whom."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("core", "db", "pages", "commands")
MAY = {
    "core": {"core"},
    "db": {"core", "db"},
    "pages": {"core", "db", "pages"},
    "commands": {"core", "db", "commands"},
}
TENSORFLOW = {"tensorflow", "tensorflow_hub", "keras", "tf_keras"}
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Return the modules a file names in its imports, wherever they stand."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def tops(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_stays_within_its_arrows(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    assert tops(path) & set(ROOMS) <= MAY[room]
    if room != "pages":
        assert "streamlit" not in tops(path)
    in_worker = path.is_relative_to(ROOT / "core" / "tf")
    assert in_worker or not tops(path) & TENSORFLOW


def test_only_the_image_gate_imports_cv2() -> None:
    importers = {path.relative_to(ROOT).as_posix() for path in FILES if "cv2" in tops(path)}
    assert importers and all(path.startswith("core/image/") for path in importers)


def test_the_server_never_imports_what_runs_in_a_worker() -> None:
    for path in FILES:
        if not path.is_relative_to(ROOT / "core" / "tf"):
            assert not {name for name in imports(path) if name.startswith("core.tf.")}, path


def test_a_part_imports_no_page() -> None:
    for path in (ROOT / "pages" / "parts").glob("*.py"):
        pages = {name for name in imports(path) if name.startswith("pages.")}
        assert all(name.startswith("pages.parts") for name in pages), path


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_has_outgrown_its_name(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= (150 if path.parent == ROOT / "pages" else 280)
