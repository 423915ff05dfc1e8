"""Boxes: overlap and suppression."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.detect import Box, iou, suppress

sides = st.floats(0, 100, allow_nan=False)
boxes = st.builds(
    Box,
    label=st.sampled_from(["cake", "cup"]),
    probability=st.floats(0, 1),
    x=sides,
    y=sides,
    width=st.floats(0.1, 100),
    height=st.floats(0.1, 100),
)


@given(boxes, boxes)
def test_iou_is_a_symmetric_share(a: Box, b: Box) -> None:
    assert 0 <= iou(a, b) <= 1 + 1e-9
    assert iou(a, b) == iou(b, a)
    assert abs(iou(a, a) - 1) < 1e-6


@given(st.lists(boxes, max_size=30), st.floats(0, 1), st.floats(0, 1))
def test_what_is_kept_is_sure_enough_and_apart(found: list[Box], score: float, overlap: float) -> None:
    kept = suppress(found, score=score, overlap=overlap)
    assert all(box.probability >= score for box in kept)
    assert list(kept) == sorted(kept, key=lambda box: -box.probability)
    assert all(iou(a, b) <= overlap for a in kept for b in kept if a is not b)
    for dropped in set(found) - set(kept):
        covered = any(iou(dropped, box) > overlap and box.probability >= dropped.probability for box in kept)
        assert dropped.probability < score or covered or len(kept) == 20


def test_two_boxes_on_one_cake_become_one() -> None:
    cake = Box("cake", 0.9, 10, 10, 100, 100)
    again = Box("cake", 0.7, 12, 11, 100, 100)
    cup = Box("cup", 0.6, 300, 10, 50, 50)
    assert suppress([again, cup, cake]) == (cake, cup)
    assert suppress([again, cup, cake], overlap=1.0) == (cake, again, cup)


def test_no_more_than_twenty_boxes_are_shown() -> None:
    row = [Box("cup", 0.9, 20.0 * at, 0, 10, 10) for at in range(50)]
    assert len(suppress(row)) == 20
