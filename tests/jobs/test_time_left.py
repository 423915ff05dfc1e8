"""The time left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.jobs.pace import Pace


@given(
    speed=st.floats(0.0001, 0.2),
    every=st.floats(0.05, 5.0),
    steps=st.integers(2, 200),
)
def test_the_time_left_of_steady_work_is_right(speed: float, every: float, steps: int) -> None:
    pace = Pace()
    took = 0.0
    for step in range(steps):
        took = step * every
        pace.seen(min(speed * took, 1.0), now=took)
        if speed * took >= 1:
            break
    left_s = pace.left_s(now=took)
    if took > 1.5 * Pace.LEAST_S:
        assert left_s == pytest.approx(max(1 - speed * took, 0) / speed, rel=1e-6, abs=1e-3)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 100)), max_size=30), st.floats(0, 50))
def test_the_time_left_is_never_negative(seen: list[tuple[float, float]], later: float) -> None:
    pace = Pace()
    now = 0.0
    for fraction, gap in seen:
        now += gap
        pace.seen(fraction, now)
    left_s = pace.left_s(now + later)
    assert left_s is None or left_s >= 0


def test_a_download_that_slows_down_is_noticed_and_one_that_stalls_is_not_guessed() -> None:
    pace = Pace()
    for second in range(30):
        pace.seen(second * 0.02, second)
    fast = pace.left_s(29)
    for second in range(30, 50):
        pace.seen(0.58 + (second - 29) * 0.002, second)
    slow = pace.left_s(49)
    assert fast is not None and slow is not None and slow > 2 * fast
    assert pace.left_s(49 + 2 * Pace.SILENCE_S) is None
