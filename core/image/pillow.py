"""The kinds of picture that Pillow reads better than OpenCV: GIF, BMP, TIFF, AVIF, HEIC, CMYK.

Its plugins are imported when the first such picture comes, one by one: the sniffed kind alone
decides which decoder sees the bytes.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from core.errors import UnusableImage
from core.image.headers import MAX_PIXELS, Header, gif, iso_media, tiff
from core.image.headers.header import cut_off, damaged
from core.image.headers.jpeg import Jpeg, end_of_scans

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFile import ImageFile

_BAND = 256
_END_OF_JPEG = b"\xff\xd9"
_FILLER = bytes(range(1, 251)) * 4
_BLOCK = 16


def decode(data: bytes, header: Header) -> tuple[NDArray[np.uint8], int]:
    """Return (h, w, 3) RGB, flattened on white, and the orientation that is left to apply.

    Raises UnusableImage where the picture cannot be decoded to its end.
    """
    try:
        with _opened(data, header) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise damaged(header.kind)
            orientation = header.orientation
            if header.kind == "avif":  # its own rotation and mirror, which Pillow gives as EXIF
                orientation = picture.getexif().get(0x0112, 1)
            picture.load()
            return _rgb(picture), orientation
    except UnusableImage:
        raise
    except Exception as error:  # on hostile bytes Pillow raises nearly every kind there is
        raise (cut_off if "truncated" in str(error) else damaged)(header.kind) from error


def to_its_end(data: bytes, header: Jpeg) -> bytes:
    """Return a doubtful JPEG with an end; raises UnusableImage if it lacks over a row of blocks.

    Bytes put behind the picture's own change nothing where it is whole. Where it breaks off the
    decoder takes them for pixels: the first row that changes is the first that is missing.
    """
    body = data[: end_of_scans(data, header.scan)]
    as_is, longer = (_coarse(body + more + _END_OF_JPEG) for more in (b"", _FILLER))
    changed = (as_is != longer).reshape(len(as_is), -1).any(axis=1)
    rows = len(changed)
    missing = rows - int(changed.argmax()) if changed.any() else 0
    if missing == rows or missing * header.height > _BLOCK * rows:
        raise cut_off("jpeg")
    return body + _END_OF_JPEG


def _coarse(jpeg: bytes) -> NDArray[np.uint8]:
    """Return a JPEG at an eighth of its size, or at most of one that small."""
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        with JpegImageFile(io.BytesIO(jpeg)) as picture:
            picture.draft(None, (max(1, picture.width // 8), max(1, picture.height // 8)))
            return np.asarray(picture)
    except Exception as error:  # as above
        raise damaged("jpeg") from error


def _opened(data: bytes, header: Header) -> ImageFile:
    match header.kind:
        case "gif":
            from PIL.GifImagePlugin import GifImageFile

            return GifImageFile(io.BytesIO(gif.only_first_frame(data)))
        case "bmp":
            from PIL.BmpImagePlugin import BmpImageFile

            return BmpImageFile(io.BytesIO(data))
        case "tiff":
            from PIL.TiffImagePlugin import TiffImageFile

            assert isinstance(header, tiff.Tiff)
            return TiffImageFile(io.BytesIO(tiff.only_first_picture(data, header)))
        case "avif":
            return _avif(iso_media.only_first_picture("avif", data))
        case "heic":
            return _heic(iso_media.only_first_picture("heic", data))
        case _:
            return _jpeg(data, header)


def _avif(data: bytes) -> ImageFile:
    from PIL import AvifImagePlugin

    if not AvifImagePlugin.SUPPORTED:
        raise UnusableImage(
            "This is an AVIF picture, which this installation's Pillow cannot read: "
            "`pip install --upgrade pillow`, or save the picture as PNG or JPEG first."
        )
    return AvifImagePlugin.AvifImageFile(io.BytesIO(data))


def _heic(data: bytes) -> ImageFile:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise UnusableImage(
            "This is a HEIC photograph, for which the package pillow-heif is needed: "
            "`pip install pillow-heif`, or save the photograph as JPEG first."
        ) from error
    picture: ImageFile = HeifImageFile(io.BytesIO(data))
    return picture


def _jpeg(data: bytes, header: Header) -> ImageFile:
    from PIL.JpegImagePlugin import JpegImageFile

    picture = JpegImageFile(io.BytesIO(data))
    if isinstance(header, Jpeg) and header.components == 4 and not header.adobe:
        # Pillow takes every CMYK JPEG for Adobe's, which says how much ink is missing.
        picture.tile = [tile._replace(args=("CMYK", "")) for tile in picture.tile]
    return picture


def _rgb(picture: Image.Image) -> NDArray[np.uint8]:
    """Return the pixels, converted in bands: a whole copy of 50 megapixels would be 200 MB more."""
    width, height = picture.size
    rgb = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _BAND):
        bottom = min(top + _BAND, height)
        rgb[top:bottom] = _band(picture.crop((0, top, width, bottom)))
    return rgb


def _band(band: Image.Image) -> NDArray[np.uint8]:
    if band.mode.startswith("I;16"):
        return (np.asarray(band) >> 8).astype(np.uint8)[..., np.newaxis]
    if band.mode in ("I", "F"):
        raise UnusableImage("This picture holds measurements of 32 bits, not colours: save it as PNG first.")
    if not band.has_transparency_data:
        return np.asarray(band.convert("RGB"))
    from PIL import Image

    white = Image.new("RGBA", band.size, "white")
    return np.asarray(Image.alpha_composite(white, band.convert("RGBA")).convert("RGB"))
