"""Look at a dataset's pictures, page by page: one query for the pictures, one for their number.

Pages are turned by keyset, not by offset: page 1,500 costs what page 1 costs.
https://use-the-index-luke.com/no-offset
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from db.models import Finding, Image, Prediction, Quality
from db.sieve import Asked, hears, sifted
from db.views import View

PAGE = 60
Cursor = tuple[Any, int]


@dataclass(frozen=True)
class Tile:
    """A picture in the grid, and what the view's model said of it."""

    id: int
    sha256: str
    name: str
    label: str
    split: str
    excluded: bool
    width: int
    height: int
    said: str
    confidence: float
    cursor: Cursor


@dataclass(frozen=True)
class _Order:
    """How a view sorts: by this value, then by id; a picture without what it `needs` is not shown."""

    value: Any
    down: bool = False
    needs: str = ""


def page(
    *,
    session: Session,
    dataset_id: int,
    view: View,
    after: Cursor | None = None,
    before: Cursor | None = None,
    most: int = PAGE,
) -> list[Tile]:
    """Return the view's next pictures after a tile's cursor, or the last ones before it."""
    down = _order(view, dataset_id).down != (before is not None)
    edge = after or before
    if view.kept == "all":
        # Kept and excluded lie each in order in an index, but not both together.
        both = sa.union_all(
            *(
                _some(dataset_id, view.of(kept=kept), edge, down, most).subquery().select()
                for kept in ("", "excluded")
            )
        )
        by = (both.selected_columns["value"], both.selected_columns["id"])
        rows = session.execute(both.order_by(*_turned(by, down)).limit(most))
    else:
        rows = session.execute(_some(dataset_id, view, edge, down, most))
    found = [Tile(*(*row[:8], row[8] or "", row[9] or 0.0, (row[10], row[0]))) for row in rows]
    return found[::-1] if before is not None else found


def count(*, session: Session, dataset_id: int, view: View) -> int:
    """Return how many pictures a view shows."""
    needs = _order(view, dataset_id).needs
    asked = sifted(sa.select(func.count(col(Image.id))), dataset_id, view, needs)
    return int(session.execute(asked).scalar_one())


def notes(
    *, session: Session, dataset_id: int, issues: Sequence[str], image_ids: Sequence[int]
) -> dict[int, str]:
    """Return what the health check noted of some pictures: which other one is meant, which label."""
    other = aliased(Image)
    found = (
        sa.select(col(Finding.image_id), col(Finding.kind), col(Finding.note), col(other.name))
        .join(other, col(other.id) == col(Finding.other_id), isouter=True)
        .where(col(Finding.dataset_id) == dataset_id, col(Finding.image_id).in_(image_ids))
        .where(col(Finding.kind).in_(issues))
    )
    return {
        image_id: f"rather {note}?" if kind == "suspect" else f"like {name}" if name else note
        for image_id, kind, note, name in session.execute(found)
    }


def ids(*, session: Session, dataset_id: int, view: View) -> list[int]:
    """Return the ids of all pictures of a view, in the order they came."""
    asked = sifted(sa.select(col(Image.id)), dataset_id, view, _order(view, dataset_id).needs)
    return list(session.execute(asked.order_by(col(Image.id))).scalars())


def neighbours(
    *, session: Session, dataset_id: int, view: View, image_id: int
) -> tuple[int | None, int | None]:
    """Return the ids of the pictures before and after this one in a view, or None at its ends."""
    order = _order(view, dataset_id)
    asked = sifted(sa.select(order.value).select_from(Image), dataset_id, view, order.needs)
    value = session.execute(asked.where(col(Image.id) == image_id)).first()
    if value is None:
        return None, None
    edge = (value[0], image_id)
    ahead = page(session=session, dataset_id=dataset_id, view=view, after=edge, most=1)
    back = page(session=session, dataset_id=dataset_id, view=view, before=edge, most=1)
    return (back[0].id if back else None), (ahead[0].id if ahead else None)


def _some(dataset_id: int, view: View, edge: Cursor | None, down: bool, most: int) -> Asked:
    """Return the query of the first pictures beyond an edge."""
    order = _order(view, dataset_id)
    said = (Prediction.label, Prediction.confidence) if view.model else (sa.literal(""), sa.literal(0.0))
    shown = (Image.id, Image.sha256, Image.name, Image.label, Image.split, Image.excluded)
    columns: list[Any] = [*shown, Image.width, Image.height, said[0], said[1], order.value.label("value")]
    asked = sifted(sa.select(*columns), dataset_id, view, order.needs, in_order=True)
    # Where the model's answers are joined, their index has the pictures in order, too.
    id_ = col(Prediction.image_id) if hears(view, order.needs) else col(Image.id)
    by = (order.value, id_)
    if edge is not None:
        here, there = sa.tuple_(*by), sa.tuple_(*map(sa.literal, edge))
        asked = asked.where(here < there if down else here > there)
    return asked.order_by(*_turned(by, down)).limit(most)


def _turned(by: tuple[Any, Any], down: bool) -> list[Any]:
    return [one.desc() if down else one.asc() for one in by]


def _order(view: View, dataset_id: int) -> _Order:
    if view.sort in ("surest", "unsure") and view.model:
        return _Order(col(Prediction.confidence), view.sort == "surest", needs="said")
    if view.sort == "worst" and view.issue:
        here = (Finding.image_id == Image.id, Finding.dataset_id == dataset_id)
        scores = select(func.max(Finding.score)).where(*here, col(Finding.kind).in_(view.issue))
        return _Order(func.coalesce(scores.scalar_subquery(), 0.0), down=True)
    came = col(Prediction.image_id) if hears(view, "") else col(Image.id)
    orders = {
        "newest": _Order(came, down=True),
        "name": _Order(col(Image.name)),
        "label": _Order(col(Image.label)),
        "largest": _Order(col(Image.bytes), down=True),
        "smallest": _Order(col(Image.bytes)),
        "blurriest": _Order(col(Quality.sharpness), needs="quality"),
        "darkest": _Order(col(Quality.brightness), needs="quality"),
    }
    return orders.get(view.sort, _Order(came))
