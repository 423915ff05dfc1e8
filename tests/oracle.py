"""What a view has to show, told by plain Python from what is known about every picture."""

from __future__ import annotations

from datetime import date
from typing import Any

from db.views import View
from tests.crowd import Known

WORDS = ("label", "split", "source")


def lower(text: str) -> str:
    """Return a text in small letters, as far as SQLite knows: without those of other alphabets."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def inside(place: tuple[float, float] | None, lasso: tuple[float, ...]) -> bool:
    """Return whether an odd number of the polygon's sides lies above a place."""
    corners = list(zip(lasso[::2], lasso[1::2], strict=False))
    if place is None or len(corners) < 3:
        return False
    x, y = place
    above = 0
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (x1 <= x) != (x2 <= x):
            above += y1 + (x - x1) * (y2 - y1) / (x2 - x1) > y
    return above % 2 == 1


def answered(view: View, known: Known) -> bool:
    """Return whether a picture fits what a view asks about its model."""
    if not view.model:
        return True
    said = known.said.get(view.model)
    asks = view.said or view.verdict or view.least > 0 or view.most < 1 or view.sort in ("surest", "unsure")
    if said is None:
        return not asks
    word, sure = said
    label = known.image.label
    right = lower(word) == lower(label)
    judged = bool(word and label) and right == (view.verdict == "right")
    return (
        (not view.said or word in view.said)
        and (not view.verdict or judged)
        and view.least <= sure <= view.most
    )


def shows(view: View, known: Known) -> bool:
    """Return whether a view shows a picture, by what `db/views.py` says in words."""
    image, day = known.image, known.image.created_at.date()
    shorter = min(image.width, image.height)
    return (
        (view.kept == "all" or image.excluded == (view.kept == "excluded"))
        and all(getattr(image, name) in (getattr(view, name) or [getattr(image, name)]) for name in WORDS)
        and lower(view.text) in lower(image.name)
        and (not view.tag or bool(known.tags & set(view.tag)))
        and (not view.issue or bool(known.issues.keys() & set(view.issue)))
        and (not view.lasso or inside(known.place, view.lasso))
        and view.short <= shorter <= (view.long or shorter)
        and (not view.since or day >= date.fromisoformat(view.since))
        and (not view.until or day <= date.fromisoformat(view.until))
        and (view.sort not in ("blurriest", "darkest") or known.quality is not None)
        and (not view.disagree or len(known.words) > 1)
        and answered(view, known)
    )  # fmt: skip


def rank(view: View, known: Known) -> Any:
    """Return what a view sorts a picture by."""
    image, quality = known.image, known.quality or (0.0, 0.0)
    if view.sort == "worst" and view.issue:
        return max((known.issues.get(kind, 0.0) for kind in view.issue), default=0.0)
    if view.sort in ("surest", "unsure") and view.model:
        return known.said[view.model][1]
    return {
        "name": image.name, "label": image.label, "largest": image.bytes, "smallest": image.bytes,
        "blurriest": quality[0], "darkest": quality[1],
    }.get(view.sort, 0)  # fmt: skip


def expected(view: View, crowd: list[Known]) -> list[int]:
    """Return the ids of the pictures that a view shows, in its order."""
    down = (
        view.sort in ("newest", "largest")
        or (view.sort == "surest" and bool(view.model))
        or (view.sort == "worst" and bool(view.issue))
    )
    shown = [known for known in crowd if shows(view, known)]
    shown.sort(key=lambda known: (rank(view, known), known.image.id), reverse=down)
    return [known.image.id or 0 for known in shown]
