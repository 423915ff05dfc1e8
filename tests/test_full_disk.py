"""A disk that takes nothing more: what is there can still be looked at."""

from __future__ import annotations

import shutil

from core import image
from db import images
from db.pictures import LARGE, THUMB
from db.store import Store


def test_a_picture_is_shown_although_its_small_copy_cannot_be_kept(store: Store, cleo: bytes) -> None:
    sha256 = images.take_in(store.pictures, cleo, "cleo.jpg").sha256
    for side in (THUMB, LARGE):
        folder = store.pictures.folder / str(side)
        shutil.rmtree(folder, ignore_errors=True)
        folder.write_text("in the way")
        shown = image.decode(store.pictures.copy(sha256, side))
        assert shown.shape == (48, 64, 3)
        assert folder.is_file()
