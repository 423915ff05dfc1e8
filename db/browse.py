"""Look at a dataset's pictures, page by page: one query for the pictures, one for their number.

Pages are turned by keyset, not by offset: page 1,500 costs what page 1 costs.
https://use-the-index-luke.com/no-offset
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from db.models import Finding, Image, Model, Place, Prediction, Quality, Run, Tag
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
    order = _order(view)
    down = order.down != (before is not None)
    said = (Prediction.label, Prediction.confidence) if view.model else (sa.literal(""), sa.literal(0.0))
    shown = (Image.id, Image.sha256, Image.name, Image.label, Image.split, Image.excluded)
    columns: list[Any] = [*shown, Image.width, Image.height, *said, order.value]
    asked: sa.Select[Any] = sa.select(*columns)
    asked = _asked(asked, session, dataset_id, view, order.needs)
    if (edge := after or before) is not None:
        here, there = sa.tuple_(order.value, col(Image.id)), sa.tuple_(*map(sa.literal, edge))
        asked = asked.where(here < there if down else here > there)
    by = [order.value, col(Image.id)]
    asked = asked.order_by(*((one.desc() if down else one.asc()) for one in by)).limit(most)
    found = [
        Tile(*(*row[:8], row[8] or "", row[9] or 0.0, (row[10], row[0]))) for row in session.execute(asked)
    ]
    return found[::-1] if before is not None else found


def count(*, session: Session, dataset_id: int, view: View) -> int:
    """Return how many pictures a view shows."""
    needs = _order(view).needs
    asked = _asked(sa.select(func.count(col(Image.id))), session, dataset_id, view, needs)
    return int(session.execute(asked).scalar_one())


def ids(*, session: Session, dataset_id: int, view: View) -> list[int]:
    """Return the ids of all pictures of a view, in the order they came."""
    asked = _asked(sa.select(col(Image.id)), session, dataset_id, view, _order(view).needs)
    return list(session.execute(asked.order_by(col(Image.id))).scalars())


def neighbours(
    *, session: Session, dataset_id: int, view: View, image_id: int
) -> tuple[int | None, int | None]:
    """Return the ids of the pictures before and after this one in a view, or None at its ends."""
    order = _order(view)
    asked = _asked(sa.select(order.value), session, dataset_id, view, order.needs)
    value = session.execute(asked.where(col(Image.id) == image_id)).first()
    if value is None:
        return None, None
    edge = (value[0], image_id)
    ahead = page(session=session, dataset_id=dataset_id, view=view, after=edge, most=1)
    back = page(session=session, dataset_id=dataset_id, view=view, before=edge, most=1)
    return (back[0].id if back else None), (ahead[0].id if ahead else None)


def _order(view: View) -> _Order:
    if view.sort in ("surest", "unsure") and view.model:
        return _Order(col(Prediction.confidence), view.sort == "surest", needs="said")
    if view.sort == "worst" and view.issue:
        worst = (
            select(func.max(Finding.score))
            .where(Finding.image_id == Image.id, col(Finding.kind).in_(view.issue))
            .scalar_subquery()
        )
        return _Order(func.coalesce(worst, 0.0), down=True)
    orders = {
        "newest": _Order(col(Image.id), down=True),
        "name": _Order(col(Image.name)),
        "label": _Order(col(Image.label)),
        "largest": _Order(col(Image.bytes), down=True),
        "smallest": _Order(col(Image.bytes)),
        "blurriest": _Order(col(Quality.sharpness), needs="quality"),
        "darkest": _Order(col(Quality.brightness), needs="quality"),
    }
    return orders.get(view.sort, _Order(col(Image.id)))


def _asked(
    asked: sa.Select[Any], session: Session, dataset_id: int, view: View, needs: str
) -> sa.Select[Any]:
    """Return the query narrowed to what the view asks for."""
    asked = asked.where(col(Image.dataset_id) == dataset_id)
    if view.kept != "all":
        asked = asked.where(col(Image.excluded).is_(view.kept == "excluded"))
    for name in ("label", "split", "source"):
        if values := getattr(view, name):
            asked = asked.where(getattr(Image, name).in_(values))
    if view.text:
        asked = asked.where(col(Image.name).icontains(view.text, autoescape=True))
    if view.tag:
        asked = asked.where(col(Image.id).in_(select(Tag.image_id).where(col(Tag.tag).in_(view.tag))))
    if view.issue:
        same = (Finding.dataset_id == dataset_id, col(Finding.kind).in_(view.issue))
        asked = asked.where(col(Image.id).in_(select(Finding.image_id).where(*same)))
    if view.lasso:
        asked = asked.where(col(Image.id).in_(_caught(session, dataset_id, view.lasso)))
    if needs == "quality":
        asked = asked.join(Quality, col(Quality.sha256) == col(Image.sha256))
    return _by_runs(_by_size_and_day(asked, view), dataset_id, view, needs == "said")


def _by_size_and_day(asked: sa.Select[Any], view: View) -> sa.Select[Any]:
    shorter = sa.case((col(Image.width) < col(Image.height), Image.width), else_=Image.height)
    if view.short:
        asked = asked.where(shorter >= view.short)
    if view.long:
        asked = asked.where(shorter <= view.long)
    if (first := _day(view.since)) is not None:
        asked = asked.where(col(Image.created_at) >= first)
    if (last := _day(view.until)) is not None and last.year < 9999:
        asked = asked.where(col(Image.created_at) < last + timedelta(days=1))
    return asked


def _by_runs(asked: sa.Select[Any], dataset_id: int, view: View, needs_said: bool) -> sa.Select[Any]:
    """Join what the view's model said, and ask for agreement with the label and the other models."""
    of_dataset = select(Run.id).where(Run.dataset_id == dataset_id)
    if view.model:
        # A model of a newer file has a newer run: that one speaks.
        newest = (
            select(func.max(Run.id))
            .join(Model, col(Model.id) == col(Run.model_id))
            .where(Run.dataset_id == dataset_id, Model.name == view.model)
            .scalar_subquery()
        )
        same = (col(Prediction.image_id) == col(Image.id)) & (col(Prediction.run_id) == newest)
        narrow = bool(needs_said or view.said or view.verdict or view.least > 0 or view.most < 1)
        asked = asked.join(Prediction, same, isouter=not narrow)
        if view.said:
            asked = asked.where(col(Prediction.label).in_(view.said))
        if view.verdict:
            right = func.lower(col(Prediction.label)) == func.lower(col(Image.label))
            asked = asked.where(right if view.verdict == "right" else ~right)
        if view.least > 0 or view.most < 1:
            asked = asked.where(col(Prediction.confidence).between(view.least, view.most))
    if view.disagree:
        split = (
            select(Prediction.image_id)
            .where(col(Prediction.run_id).in_(of_dataset), Prediction.label != "")
            .group_by(col(Prediction.image_id))
            .having(func.count(func.distinct(Prediction.label)) > 1)
        )
        asked = asked.where(col(Image.id).in_(split))
    return asked


def _caught(session: Session, dataset_id: int, lasso: Sequence[float]) -> sa.BindParameter[Any]:
    """Return the ids of the pictures whose place on the map lies within a polygon."""
    corners = np.asarray(lasso[: len(lasso) // 2 * 2], dtype=float).reshape(-1, 2)
    caught: list[int] = []
    if len(corners) > 2:
        (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
        near = select(Place.image_id, Place.x, Place.y).where(
            Place.dataset_id == dataset_id,
            col(Place.x).between(float(left), float(right)),
            col(Place.y).between(float(low), float(high)),
        )
        places = np.array([tuple(row) for row in session.execute(near)], dtype=float).reshape(-1, 3)
        caught = places[inside(places[:, 1:], corners), 0].astype(int).tolist()
    # Written into the query as numbers: a database takes some thousand parameters only.
    return sa.bindparam("caught", caught, expanding=True, literal_execute=True, type_=sa.Integer)


def inside(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Return which points (n, 2) lie within the polygon (m, 2), by the even-odd rule: bool (n,).

    >>> square = np.array([(0, 0), (2, 0), (2, 2), (0, 2)])
    >>> inside(np.array([(1, 1), (3, 1)]), square).tolist()
    [True, False]
    """
    within = np.zeros(len(points), dtype=bool)
    x, y = points[:, 0], points[:, 1]
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            crosses = (y1 > y) != (y2 > y)
            within ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return within


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        return None
