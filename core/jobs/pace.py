"""How fast a job goes."""

from __future__ import annotations

import math


class Pace:
    """How long a job will still take, told from how far it was when.

    The speed is the progress over the time it took, where both fade as they grow old: smooth, yet
    it follows a network that slows down.
    """

    FADE_S = 15.0  # what lies this far back counts a third (1/e)
    LEAST_S = 1.0  # no guess before this much was seen
    SILENCE_S = 20.0  # after this much silence nobody knows

    def __init__(self) -> None:
        self._gained = self._took = 0.0
        self._last: tuple[float, float] | None = None

    def seen(self, fraction: float, now: float) -> None:
        """Note that at `now` (seconds, any origin) the job was this far."""
        if self._last is not None:
            gained, took = fraction - self._last[0], now - self._last[1]
            fade = math.exp(-took / self.FADE_S)
            self._gained = self._gained * fade + max(gained, 0.0)
            self._took = self._took * fade + took
        self._last = (fraction, now)

    def left_s(self, now: float) -> float | None:
        """Return the seconds still to go, or None where there is no telling.

        >>> pace = Pace()
        >>> for second in range(5): pace.seen(second / 10, now=second)
        >>> round(pace.left_s(now=5))
        5
        """
        if self._last is None or self._took < self.LEAST_S or self._gained <= 0:
            return None
        fraction, at = self._last
        if now - at > self.SILENCE_S:
            return None
        return max((1 - fraction) * self._took / self._gained - (now - at), 0.0)
