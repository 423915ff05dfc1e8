"""Bytes to pixels and back: the one gate for foreign pictures, and the only importer of cv2.

`decode` takes whatever a stranger sends and returns upright RGB, or raises UnusableImage with a
sentence for a person. The kind is told from the content, the size is read and limited before
anything is decoded, and each decoder sees only the parts of a file it needs. OpenCV reads JPEG, PNG
and WebP (faster), Pillow the rest (more careful). Colour profiles are ignored: sRGB is assumed.

What is refused although a part of it could be shown: a picture that lacks more than its last row of
blocks (JPEG) or any pixels at all (every other kind). A JPEG damaged in its middle is shown as it
comes out: neither decoder tells its callers.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.errors import UnusableImage
from core.image import pillow
from core.image.headers import MAX_BYTES, MAX_PIXELS, Header, png, read_header, webp
from core.image.headers.header import cut_off, damaged
from core.image.headers.jpeg import Jpeg

os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(MAX_PIXELS)  # read once, when cv2 is imported

import cv2

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "RGB",
    "Header",
    "decode",
    "encode",
    "fit",
    "read_header",
    "size_of",
    "thumbnail",
]

RGB = NDArray[np.uint8]

# The engine keeps every core busy already; more threads would only take turns with it.
cv2.setNumThreads(1)
cv2.utils.logging.setLogLevel(0)  # what it would print on stderr, the sentences raised here say

_COLOUR = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
# cv2 knows these three only with its BGR flag (1), which cannot go together with RGB.
_REDUCED = {
    1: _COLOUR,
    2: _COLOUR | cv2.IMREAD_REDUCED_COLOR_2 & ~cv2.IMREAD_COLOR,
    4: _COLOUR | cv2.IMREAD_REDUCED_COLOR_4 & ~cv2.IMREAD_COLOR,
    8: _COLOUR | cv2.IMREAD_REDUCED_COLOR_8 & ~cv2.IMREAD_COLOR,
}
_TURNS: dict[int, Callable[[RGB], Any]] = {
    2: lambda rgb: cv2.flip(rgb, 1),
    3: lambda rgb: cv2.rotate(rgb, cv2.ROTATE_180),
    4: lambda rgb: cv2.flip(rgb, 0),
    5: cv2.transpose,
    6: lambda rgb: cv2.rotate(rgb, cv2.ROTATE_90_CLOCKWISE),
    7: lambda rgb: cv2.flip(cv2.transpose(rgb), -1),
    8: lambda rgb: cv2.rotate(rgb, cv2.ROTATE_90_COUNTERCLOCKWISE),
}
# On its way to 150 MB of RGB a picture of 50 megapixels takes 300 to 800: not two of them at once.
_MANY_PIXELS = 16_000_000
_ONE_LARGE = threading.Lock()
_CMYK = 4
_BAND = 256
_LONGEST = {"jpeg": 65_500, "webp": 16_383, "png": 1_000_000}


def decode(data: bytes, *, enough_for: int | None = None) -> RGB:
    """Return the picture upright as (h, w, 3) RGB.

    With `enough_for=n` a large JPEG may come out at a half, a quarter or an eighth of its size, as
    long as its shorter side keeps 2 * n pixels: several times faster, and as good for a model.
    Transparency is laid on white; of an animation comes the first frame. Raises UnusableImage.

    >>> decode(encode(np.full((2, 3, 3), 200, np.uint8), "png")).shape
    (2, 3, 3)
    """
    header = read_header(data)
    reduction = _reduction(header, enough_for)
    many = header.width * header.height > _MANY_PIXELS and reduction == 1
    with _ONE_LARGE if many else nullcontext():
        return _decode(data, header, reduction)


def _decode(data: bytes, header: Header, reduction: int) -> RGB:
    orientation = header.orientation
    if isinstance(header, Jpeg):
        rgb = _jpeg(data, header, reduction)
    elif isinstance(header, png.Png):
        rgb = _png(data, header)
    elif isinstance(header, webp.Webp):
        rgb = _webp(data, header)
    else:
        rgb, orientation = pillow.decode(data, header)
    return _upright(rgb, orientation)


def size_of(header: Header, rgb: RGB) -> tuple[int, int]:
    """Return the (width, height) of the whole upright picture, whose decoding may be smaller.

    >>> size_of(Header("jpeg", 300, 400), np.zeros((150, 200, 3), np.uint8))
    (400, 300)
    """
    long, short = max(header.width, header.height), min(header.width, header.height)
    return (long, short) if rgb.shape[1] >= rgb.shape[0] else (short, long)


def _opencv(data: bytes, flags: int) -> NDArray[Any] | None:
    """Return what cv2 makes of the bytes, or None: some failures it raises, most it hides."""
    try:
        pixels: NDArray[Any] | None = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        return None
    return pixels


def _reduction(header: Header, enough_for: int | None) -> int:
    if enough_for is None or header.kind != "jpeg":
        return 1
    spare = min(header.width, header.height) // (2 * enough_for)
    return next((scale for scale in (8, 4, 2) if scale <= spare), 1)


def _jpeg(data: bytes, header: Jpeg, reduction: int) -> RGB:
    rgb = _read_jpeg(data, header, reduction)
    if rgb is None or header.components == _CMYK or _ends_in_filling(rgb):
        ended = pillow.to_its_end(data, header)
        rgb = _read_jpeg(ended, header, reduction) if rgb is None else rgb
    if rgb is None:
        raise damaged("jpeg")
    return rgb


def _read_jpeg(data: bytes, header: Jpeg, reduction: int) -> RGB | None:
    if header.components != _CMYK:
        return _opencv(data, _REDUCED[reduction])
    try:
        return pillow.decode(data, header)[0]  # cv2 takes every CMYK picture for Adobe's
    except UnusableImage:
        return None


def _ends_in_filling(rgb: RGB) -> bool:
    """Return whether the last pixels are the middle grey that libjpeg puts where data lack."""
    return bool((rgb[-1, -8:] == 128).all())


def _png(data: bytes, header: png.Png) -> RGB:
    as_colour = not header.alpha and header.clear_grey < 0
    pixels = _opencv(png.only_pixels(data), _COLOUR if as_colour else cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise (damaged if b"IEND" in data[-16:] else cut_off)("png")
    if pixels.ndim == 2:  # cv2 overlooks that one grey is transparent
        pixels[pixels == header.clear_grey] = np.iinfo(pixels.dtype).max
        pixels = cv2.cvtColor(_eight_bits(pixels), cv2.COLOR_GRAY2BGR)
    return pixels if as_colour else _on_white(pixels)


def _webp(data: bytes, header: webp.Webp) -> RGB:
    complete = len(data) >= 8 + int.from_bytes(data[4:8], "little")
    left = top = 0
    if header.frame:
        data, left, top = webp.only_first_frame(data, header)
    pixels = _opencv(data, cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise (damaged if complete else cut_off)("webp")
    frame = _on_white(pixels)
    if frame.shape[:2] == (header.height, header.width):
        return frame
    rgb = np.full((header.height, header.width, 3), 255, np.uint8)
    rgb[top : top + len(frame), left : left + frame.shape[1]] = frame
    return rgb


def _eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    return (pixels >> 8).astype(np.uint8) if pixels.dtype == np.uint16 else pixels


def _on_white(stored: NDArray[Any]) -> RGB:
    """Return RGB of what cv2 gives as stored: BGR, or BGRA of 8 or 16 bits."""
    rgb = np.empty((*stored.shape[:2], 3), np.uint8)
    if stored.shape[2] == 3:
        cv2.cvtColor(stored, cv2.COLOR_BGR2RGB, dst=rgb)
        return rgb
    for top in range(0, len(stored), _BAND):  # in bands, for memory's sake
        band = _eight_bits(stored[top : top + _BAND])
        ink = cv2.bitwise_not(cv2.cvtColor(band, cv2.COLOR_BGRA2RGB))
        alpha = cv2.merge([band[..., 3]] * 3)
        rgb[top : top + _BAND] = cv2.bitwise_not(cv2.multiply(ink, alpha, scale=1 / 255))
    return rgb


def _upright(rgb: RGB, orientation: int) -> RGB:
    """Return the picture turned by EXIF's orientation, 1..8."""
    if orientation not in _TURNS:
        return rgb
    turned: RGB = _TURNS[orientation](rgb)
    return turned


def encode(rgb: RGB, kind: Literal["jpeg", "webp", "png"] = "webp", quality: int = 80) -> bytes:
    """Return the picture as a file; `quality` is 1..100 and means nothing to PNG.

    Raises UnusableImage where a side is longer than the format allows.

    >>> header = read_header(encode(np.zeros((20, 30, 3), np.uint8)))
    >>> header.kind, header.width, header.height
    ('webp', 30, 20)
    """
    longest = _LONGEST[kind]
    if max(rgb.shape[:2]) > longest:
        raise UnusableImage(
            f"A side of {max(rgb.shape[:2])} pixels is too long for {kind.upper()}, "
            f"which ends at {longest}: make the picture smaller first."
        )
    settings = {
        "jpeg": [cv2.IMWRITE_JPEG_QUALITY, quality],
        "webp": [cv2.IMWRITE_WEBP_QUALITY, quality],
        "png": [],
    }[kind]
    _, data = cv2.imencode(f".{kind}", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), settings)
    return data.tobytes()


def thumbnail(rgb: RGB, side: int) -> RGB:
    """Return the picture made to fit within side x side pixels, never enlarged.

    >>> thumbnail(np.zeros((300, 400, 3), np.uint8), 100).shape
    (75, 100, 3)
    """
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    smaller: RGB = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    return smaller


def fit(
    rgb: RGB,
    size: int,
    *,
    crop: bool = True,
    interpolation: Literal["area", "linear"] = "area",
    mirror: bool = False,
) -> RGB:
    """Return the picture as (size, size, 3): the square at its centre, or all of it squashed.

    "area" averages what falls into a pixel; where that would enlarge it is "linear" too, since
    areas smaller than a pixel show as blocks. `mirror` swaps left and right.

    >>> fit(np.zeros((300, 400, 3), np.uint8), 224).shape
    (224, 224, 3)
    """
    height, width = rgb.shape[:2]
    if crop and height != width:
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        rgb = rgb[top : top + side, left : left + side]
    smaller = size <= min(rgb.shape[:2])
    method = cv2.INTER_AREA if interpolation == "area" and smaller else cv2.INTER_LINEAR
    fitted: RGB = cv2.resize(rgb, (size, size), interpolation=method)
    return _upright(fitted, 2 if mirror else 1)
