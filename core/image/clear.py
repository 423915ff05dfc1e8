"""How much of a picture is transparent; `core.image.decode` lays it on white and forgets."""

from __future__ import annotations

import cv2
import numpy as np

from core.image.headers import Header, png, webp


def transparent_share(data: bytes, header: Header) -> float:
    """Return the share 0..1 of a PNG's or WebP's pixels that are more transparent than not.

    0 for every other kind, and where the pixels cannot be read: `core.image.decode` says why.
    """
    if isinstance(header, png.Png) and (header.alpha or header.clear_grey >= 0):
        data = png.only_pixels(data)
    elif isinstance(header, webp.Webp):
        data = webp.only_first_frame(data, header)[0] if header.frame else data
    else:
        return 0.0
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return 0.0
    if pixels is None:
        return 0.0
    if pixels.ndim == 2:
        return float((pixels == header.clear_grey).mean()) if isinstance(header, png.Png) else 0.0
    if pixels.shape[2] < 4:
        return 0.0
    return float((pixels[..., 3] <= np.iinfo(pixels.dtype).max // 2).mean())
