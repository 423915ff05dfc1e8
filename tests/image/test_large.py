"""Large pictures, many at once, smaller decodings."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.image import decode, encode, fit
from tests.image.made import child, four_fields, saved


def test_without_pillow_heif_a_heic_says_what_to_install(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(saved(four_fields(), "HEIF"))
    code = (
        "import sys, pathlib; sys.modules['pillow_heif'] = None\n"
        "from core.image import decode\n"
        "try: decode(pathlib.Path(sys.argv[1]).read_bytes())\n"
        "except ValueError as refusal: print(refusal)"
    )
    assert "pip install pillow-heif" in child(code, str(file))


def test_an_ordinary_photograph_needs_neither_pillow_nor_threads(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(saved(four_fields(), "JPEG"))
    code = (
        "import sys, pathlib, cv2\n"
        "from core.image import decode, fit\n"
        "fit(decode(pathlib.Path(sys.argv[1]).read_bytes()), 32)\n"
        "print(sorted({'PIL', 'pillow_heif'} & set(sys.modules)), cv2.getNumThreads())"
    )
    assert child(code, str(file)) == "[] 1"


def test_many_at_once_get_the_same_pictures() -> None:
    files = [saved(four_fields(), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")]
    alone = [decode(data).tobytes() for data in files]
    with ThreadPoolExecutor(8) as pool:
        together = [rgb.tobytes() for rgb in pool.map(decode, files * 20)]
    assert together == alone * 20


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_large_pictures_take_turns_and_not_all_the_memory(tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(encode(np.zeros((4000, 5000, 3), np.uint8), "jpeg"))
    code = (
        "import sys, pathlib\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from core.image import decode\n"
        "def peak():\n"
        "    status = pathlib.Path('/proc/self/status').read_text()\n"
        "    return int(status.split('VmHWM:')[1].split()[0]) // 1024\n"
        "data, before = pathlib.Path(sys.argv[1]).read_bytes(), peak()\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    for _ in pool.map(lambda _: decode(data).shape, range(8)): pass\n"
        "print(peak() - before)"
    )
    assert int(child(code, str(file))) < 200  # one takes 120 MB, four would take 480


@given(width=st.integers(8, 900), height=st.integers(8, 900), size=st.integers(1, 300))
@settings(max_examples=60, deadline=None)
def test_a_smaller_decoding_is_always_large_enough(width: int, height: int, size: int) -> None:
    rgb = np.zeros((height, width, 3), np.uint8)
    small = decode(encode(rgb, "jpeg"), enough_for=size)
    full_side, side = min(width, height), min(small.shape[:2])
    assert side >= min(2 * size, full_side)
    assert side == full_side or side < 4 * size + 1 or full_side > 16 * size
    assert abs(small.shape[0] * width - small.shape[1] * height) <= 8 * max(width, height)


def test_a_smaller_decoding_looks_the_same_to_a_model() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (60, 80, 3), np.uint8)
    photo = np.asarray(Image.fromarray(noise).resize((2000, 1500), Image.Resampling.BICUBIC))
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(Image.fromarray(photo), "JPEG", exif=exif)
    full, small = decode(data), decode(data, enough_for=224)
    assert full.shape == (2000, 1500, 3) and small.shape == (1000, 750, 3)
    assert np.abs(fit(full, 224).astype(int) - fit(small, 224)).mean() < 1
