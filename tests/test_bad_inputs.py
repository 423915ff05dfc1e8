"""All the broken, odd and hostile pictures of the reference data: what becomes of each."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.image import decode

# Width and height of what is shown, or words from the sentence with which it is refused.
EXPECTED: dict[str, tuple[int, int] | str] = {
    "avif-heic/clop_irot_imor.avif": (34, 12),
    "avif-heic/clusterfuzz-testcase-minimized-file-fuzzer-5671864958976000.heic": "damaged",
    "avif-heic/draw_points_idat.avif": (33, 11),
    "avif-heic/example.avif": (800, 533),
    "avif-heic/example.heic": (1280, 854),
    "avif-heic/github_15.heic": "no kind of picture",
    "avif-heic/hevc32-mini.heif": "unusual HEIF",
    "avif-heic/white_1x1.avif": (1, 1),
    "exif/Landscape_1.jpg": (1800, 1200),
    "exif/Landscape_2.jpg": (1800, 1200),
    "exif/Landscape_3.jpg": (1800, 1200),
    "exif/Landscape_4.jpg": (1800, 1200),
    "exif/Landscape_5.jpg": (1800, 1200),
    "exif/Landscape_6.jpg": (1800, 1200),
    "exif/Landscape_7.jpg": (1800, 1200),
    "exif/Landscape_8.jpg": (1800, 1200),
    "exif/Portrait_1.jpg": (1200, 1800),
    "exif/Portrait_2.jpg": (1200, 1800),
    "exif/Portrait_3.jpg": (1200, 1800),
    "exif/Portrait_4.jpg": (1200, 1800),
    "exif/Portrait_5.jpg": (1200, 1800),
    "exif/Portrait_6.jpg": (1200, 1800),
    "exif/Portrait_7.jpg": (1200, 1800),
    "exif/Portrait_8.jpg": (1200, 1800),
    "pillow/broken.png": "damaged",
    "pillow/broken_data_stream.png": "damaged",
    "pillow/broken_exif_dpi.jpg": (100, 100),
    "pillow/crash-74d2a78403a5a59db1fb0a2b8735ac068a75f6e3.tif": "damaged",
    "pillow/decompression_bomb.gif": "4365 megapixels",
    "pillow/decompression_bomb.ico": "Windows icon",
    "pillow/decompression_bomb_extents.gif": (100, 100),
    "pillow/exif-dpi-zerodivision.jpg": (200, 200),
    "pillow/exif_gps_typeerror.jpg": (800, 531),
    "pillow/exif_imagemagick_orientation.png": (512, 512),
    "pillow/hopper.gif": (128, 128),
    "pillow/hopper.webp": (128, 128),
    "pillow/hopper_16bit_qtables.jpg": (128, 128),
    "pillow/hopper_bad_exif.jpg": (500, 500),
    "pillow/hopper_zero_comment_subblocks.gif": (128, 128),
    "pillow/icc-after-SOF.jpg": (10, 10),
    "pillow/invalid-exif.jpg": (200, 200),
    "pillow/multiple_exif.jpg": (1, 1),
    "pillow/negative_size.ppm": "text",
    "pillow/p_16.png": (128, 128),
    "pillow/pil_sample_cmyk.jpg": (100, 100),
    "pillow/sugarshack_bad_mpo_header.jpg": (640, 480),
    "pillow/timeout-6646305047838720": "damaged",
    "pillow/truncated_app14.jpg": (100, 100),
    "pillow/truncated_end_chunk.png": (128, 128),
    "pillow/truncated_image.png": "breaks off",
    "pillow/truncated_jpeg.jpg": (100, 100),
    "pillow/xmp_tags_orientation_exiftool.png": (10, 10),
    "pillow/zero_width.gif": "0 x 66601",
    "pngsuite/PngSuite.png": (256, 256),
    "pngsuite/basi2c16.png": (32, 32),
    "pngsuite/basn0g16.png": (32, 32),
    "pngsuite/basn2c16.png": (32, 32),
    "pngsuite/basn3p01.png": (32, 32),
    "pngsuite/basn4a16.png": (32, 32),
    "pngsuite/basn6a08.png": (32, 32),
    "pngsuite/basn6a16.png": (32, 32),
    "pngsuite/oi9n2c16.png": (32, 32),
    "pngsuite/s01n3p01.png": (1, 1),
    "pngsuite/tbbn3p08.png": (32, 32),
    "pngsuite/xc1n0g08.png": "damaged",
    "pngsuite/xc9n2c08.png": "damaged",
    "pngsuite/xcrn0g04.png": "sent as text",
    "pngsuite/xcsn0g01.png": "damaged",
    "pngsuite/xd0n2c08.png": "damaged",
    "pngsuite/xd3n2c08.png": "damaged",
    "pngsuite/xd9n2c08.png": "damaged",
    "pngsuite/xdtn0g01.png": "damaged",
    "pngsuite/xhdn0g08.png": "damaged",
    "pngsuite/xlfn0g04.png": "sent as text",
    "pngsuite/xs1n0g01.png": "sent as text",
    "pngsuite/xs2n0g01.png": "no kind of picture",
    "pngsuite/xs4n0g01.png": "no kind of picture",
    "pngsuite/xs7n0g01.png": "sent as text",
    "pngsuite/z09n2c08.png": (32, 32),
    "sharp/16-bit-grey-alpha.png": (109, 96),
    "sharp/65536-uint32-limit.png": "4295 megapixels",
    "sharp/8bit_depth.tiff": (21, 21),
    "sharp/Channel_digital_image_CMYK_color_no_profile.jpg": (500, 333),
    "sharp/Flag_of_the_Netherlands-16bit.png": (900, 600),
    "sharp/Flag_of_the_Netherlands-alpha.png": (900, 600),
    "sharp/Landscape_9.jpg": (480, 369),
    "sharp/animated-loop-3.gif": (370, 285),
    "sharp/animated-loop-3.webp": (370, 285),
    "sharp/big-height.webp": (13, 169),
    "sharp/booleanTest.jpg": (320, 240),
    "sharp/check.svg": "SVG",
    "sharp/circle.svg": "SVG",
    "sharp/corrupt-header.jpg": "breaks off",
    "sharp/full-transparent.png": (300, 300),
    "sharp/giant-image.jpg": "280 megapixels",
    "sharp/grey-plus-alpha.gif": (2, 1),
    "sharp/pitm.avif": (4096, 800),
    "sharp/relax_tileparts.jp2": "JPEG 2000",
    "sharp/rotating-squares.gif": (80, 80),
    "sharp/rotating-squares.webp": (80, 80),
    "sharp/struct-image-04-t.svg": "SVG",
    "sharp/truncated.jpg": "breaks off",
    "sharp/truncated.png": "breaks off",
    "synthetic/empty.jpg": "empty",
    "synthetic/gif_with_html_comment.gif": (480, 480),
    "synthetic/html_named.jpg": "web page",
    "synthetic/jpeg_bitflips.jpg": (480, 480),
    "synthetic/jpeg_plus_zip.jpg": (480, 480),
    "synthetic/jpeg_truncated_half.jpg": "breaks off",
    "synthetic/only_soi.jpg": "breaks off",
    "synthetic/pdf_named.png": "PDF",
    "synthetic/png_20000x20000_1bit.png": "400 megapixels",
    "synthetic/png_named.jpg": (480, 480),
}
SHOWN = sorted(name for name, outcome in EXPECTED.items() if not isinstance(outcome, str))
# Pillow refuses these two, which lack only an end marker.
ONLY_HERE = {"pillow/truncated_end_chunk.png", "pillow/truncated_jpeg.jpg"}

# Run in a process of its own, so that a crash, a hang or a flood of memory is seen as what it is.
# VmHWM and not getrusage: the latter also counts the parent at the time of the fork.
CHILD = """
import json, pathlib, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
from core.image import decode
from core.errors import UnusableImage

def peak():
    try:
        status = pathlib.Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

folder, names = pathlib.Path(sys.argv[1]), json.load(sys.stdin)
before = peak()
for name in names:
    try:
        rgb = decode((folder / name).read_bytes())
        outcome = [rgb.shape[1], rgb.shape[0]]
        assert rgb.shape[2] == 3 and rgb.dtype == "uint8" and rgb.flags.c_contiguous
    except UnusableImage as refusal:
        outcome = str(refusal)
    print(json.dumps([name, outcome, peak() - before]), flush=True)
"""


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    return shared / "data" / "bad_inputs"


@pytest.fixture(scope="module")
def outcomes(folder: Path) -> dict[str, tuple[object, float]]:
    """What became of each file, and how many MB the process had grown to by then."""
    child = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", CHILD, str(folder)],
        input=json.dumps(sorted(EXPECTED)),
        capture_output=True,
        text=True,
        timeout=300,
        cwd=Path(__file__).resolve().parent.parent,
        check=False,
    )
    lines = [json.loads(line) for line in child.stdout.splitlines()]
    assert child.returncode == 0, f"after {lines[-1:]}: {child.stderr[-2000:]}"
    return {name: (outcome, growth) for name, outcome, growth in lines}


def test_the_table_knows_every_file(folder: Path) -> None:
    found = {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("LICENSE")
    }
    assert found == set(EXPECTED)
    assert len(found) == 113


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_bad_input_is_shown_or_refused_with_a_sentence(
    name: str, outcomes: dict[str, tuple[object, float]]
) -> None:
    outcome, _ = outcomes[name]
    expected = EXPECTED[name]
    if isinstance(expected, str):
        assert isinstance(outcome, str), f"shown as {outcome}"
        assert expected in outcome
        assert outcome.startswith("This ") and outcome.endswith(".") and ": " in outcome
    else:
        assert outcome == list(expected)


def test_all_of_them_together_take_less_than_300_mb(
    outcomes: dict[str, tuple[object, float]],
) -> None:
    assert max(growth for _, growth in outcomes.values()) < 300


@pytest.mark.parametrize("name", sorted(set(SHOWN) - ONLY_HERE))
def test_the_colours_are_those_another_reader_sees(name: str, folder: Path) -> None:
    data = (folder / name).read_bytes()
    if name.endswith((".heic", ".heif")):
        pytest.importorskip("pillow_heif").register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if other.mode == "I;16":
        expected = np.repeat((np.asarray(other) >> 8)[..., np.newaxis], 3, axis=2)
    else:
        layer = other.convert("RGBA")
        white = Image.new("RGBA", layer.size, "white")
        expected = np.asarray(Image.alpha_composite(white, layer).convert("RGB"))
    assert np.abs(decode(data).astype(int) - expected).max() <= 2


@pytest.mark.parametrize("subject", ["Landscape", "Portrait"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photograph_is_upright_however_the_camera_was_held(
    subject: str, orientation: int, folder: Path
) -> None:
    upright = decode((folder / f"exif/{subject}_1.jpg").read_bytes()).astype(int)
    turned = decode((folder / f"exif/{subject}_{orientation}.jpg").read_bytes())
    assert turned.shape == upright.shape
    # Each was compressed anew with its own digit in the middle; wrongly turned they differ by over 40.
    assert np.abs(turned - upright).mean() < 5
