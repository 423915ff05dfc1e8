"""Random bytes never bring anything but a sentence."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from core.image import read_header
from core.image.headers.jpeg import Jpeg
from tests.image.made import SEEDS, four_fields, saved, shown_or_refused


@given(st.binary(max_size=400), st.sampled_from([b"", *(seed[:12] for seed in SEEDS)]))
@settings(max_examples=300, deadline=None)
def test_random_bytes_never_bring_anything_but_a_sentence(rest: bytes, beginning: bytes) -> None:
    shown_or_refused(beginning + rest)


@given(seed=st.sampled_from(SEEDS), cut=st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_cut_pictures_never_bring_anything_but_a_sentence(seed: bytes, cut: float) -> None:
    shown_or_refused(seed[: int(cut * len(seed))])


@given(seed=st.sampled_from(SEEDS), chance=st.randoms(use_true_random=False))
@settings(max_examples=500, deadline=None)
def test_changed_pictures_never_bring_anything_but_a_sentence(seed: bytes, chance: random.Random) -> None:
    data = bytearray(seed)
    for _ in range(chance.randint(1, 12)):
        near = min(len(data), 120) if chance.random() < 0.6 else len(data)
        at = chance.randrange(near)
        if chance.random() < 0.8:
            data[at] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        else:
            data[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    shown_or_refused(bytes(data))


def test_a_jpegs_inks_are_known_from_its_header() -> None:
    header = read_header(saved(four_fields().convert("CMYK"), "JPEG"))
    assert isinstance(header, Jpeg)
    assert (header.components, header.adobe) == (4, True)
