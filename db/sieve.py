"""Which pictures a view asks for, as conditions of a query; `db/browse.py` puts them in order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlmodel import col, func, select

from db.models import Finding, Image, Model, Place, Prediction, Quality, Run, Tag
from db.views import View

WIDE = 0.05
Asked = sa.Select[Any]


class _InItsOrder(sa.Join):
    """A join that walks its left table in the order asked for, until the page is full.

    SQLite, which does not know how many rows there are, would sort all of them: 340 ms for 100,000.
    https://www.sqlite.org/optoverview.html#manual_control_of_query_plans_using_cross_join
    """

    inherit_cache = True


@compiles(_InItsOrder, "sqlite")
def _crossed(join: _InItsOrder, compiler: Any, **how: Any) -> str:
    return str(compiler.visit_join(join, **how)).replace(" JOIN ", " CROSS JOIN ", 1)


def hears(view: View, needs: str) -> bool:
    """Return whether a view shows only pictures of which its model said something."""
    asks = view.said or view.verdict or view.least > 0 or view.most < 1
    return bool(view.model and (needs == "said" or asks))


def sifted(asked: Asked, dataset_id: int, view: View, needs: str, *, in_order: bool = False) -> Asked:
    """Return a query of pictures, narrowed to what a view asks for and to what has what it `needs`.

    `in_order` promises that only the first few in the order of what it needs are wanted.
    """
    if needs == "quality":
        asked = _measured(asked, in_order and not (view.tag or view.issue or view.lasso))
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
        asked = asked.where(_caught(dataset_id, view.lasso))
    asked = _by_size_and_day(asked, view)
    return _by_models(asked, dataset_id, view, needs, in_order and needs != "said")


def _measured(asked: Asked, in_order: bool) -> Asked:
    same = col(Quality.sha256) == col(Image.sha256)
    if not in_order:
        return asked.join(Quality, same)
    quality, image = sa.inspect(Quality).local_table, sa.inspect(Image).local_table
    return asked.select_from(_InItsOrder(quality, image, same))


def _by_size_and_day(asked: Asked, view: View) -> Asked:
    shorter = sa.case((col(Image.width) < col(Image.height), Image.width), else_=Image.height)
    if view.short:
        asked = asked.where(shorter >= view.short)
    if view.long:
        asked = asked.where(shorter <= view.long)
    if view.since:
        asked = asked.where(col(Image.created_at) >= _day(view.since))
    if view.until and (last := _day(view.until)).year < 9999:
        asked = asked.where(col(Image.created_at) < last + timedelta(days=1))
    return asked


def _by_models(asked: Asked, dataset_id: int, view: View, needs: str, in_order: bool) -> Asked:
    """Join what the view's model said, and ask for agreement with the label and the other models."""
    if view.model:
        # A model of a newer file has a newer run: that one speaks.
        newest = (
            select(func.max(Run.id))
            .join(Model, col(Model.id) == col(Run.model_id))
            .where(Run.dataset_id == dataset_id, Model.name == view.model)
            .scalar_subquery()
        )
        same = (col(Prediction.image_id) == col(Image.id)) & (col(Prediction.run_id) == newest)
        asked = asked.join(Prediction, same, isouter=not hears(view, needs))
        asked = _by_answer(asked, view, in_order)
    if view.disagree:
        here = (col(Prediction.image_id) == col(Image.id), col(Prediction.label) != "")
        runs = select(Run.id).where(Run.dataset_id == dataset_id)
        differ = func.min(col(Prediction.label)) < func.max(col(Prediction.label))
        words = sa.select(differ).where(*here, col(Prediction.run_id).in_(runs))
        asked = asked.where(words.correlate(Image).scalar_subquery())
    return asked


def _by_answer(asked: Asked, view: View, in_order: bool) -> Asked:
    if view.said:
        asked = asked.where(col(Prediction.label).in_(view.said))
    if view.verdict:
        right = func.lower(col(Prediction.label)) == func.lower(col(Image.label))
        asked = asked.where(col(Prediction.label) != "", col(Image.label) != "")
        asked = asked.where(right if view.verdict == "right" else ~right)
    if view.least > 0 or view.most < 1:
        sure: Any = col(Prediction.confidence)
        if in_order and view.most - view.least > WIDE:
            sure = sure + 0.0  # else too many are found in the index, only to be sorted again
        asked = asked.where(sure.between(view.least, view.most))
    return asked


def _caught(dataset_id: int, lasso: Sequence[float]) -> sa.ColumnElement[bool]:
    """Return whether a picture's place on the map lies within a polygon, by the even-odd rule."""
    corners = list(zip(lasso[::2], lasso[1::2], strict=False))
    if len(corners) < 3:
        return sa.false()
    x, y = col(Place.x), col(Place.y)
    crossed: list[sa.ColumnElement[int]] = []
    for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1], strict=True):
        if y1 != y2:
            edge = x1 + (x2 - x1) / (y2 - y1) * (y - y1)
            crossed.append(sa.case((sa.and_(y >= min(y1, y2), y < max(y1, y2), x < edge), 1), else_=0))
    if not crossed:
        return sa.false()
    xs, ys = zip(*corners, strict=True)
    near = (x.between(min(xs), max(xs)), y.between(min(ys), max(ys)))
    total = crossed[0]
    for one in crossed[1:]:
        total = total + one
    here = (col(Place.image_id) == col(Image.id), col(Place.dataset_id) == dataset_id)
    return sa.exists().where(*here, *near, total % 2 == 1).correlate(Image)


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
