"""What works on first start with no network and no model folder: words, neighbours, the rule, the map."""

from __future__ import annotations

import numpy as np
import pytest

from core import image
from core.engine import Engine
from core.fewshot import Ridge
from core.home import Home
from core.knn import NearestNeighbours
from core.projection import project
from core.shelf import Shelf
from db import bakery

KINDS = ("rubber duck", "pineapple", "burger", "book")


@pytest.fixture
def seen(home: Home) -> tuple[np.ndarray, list[str], list[str]]:
    """Embeddings of four kinds of the bakery by the packaged model, their kinds and their scenes."""
    lines = [line for line in bakery.manifest() if line.get("kind") in KINDS]
    engine = Engine(Shelf(home).ready)
    pictures = [image.decode((bakery.FOLDER / line["file"]).read_bytes()) for line in lines]
    rows = np.array([engine.embed(rgb, "compact").embedding for rgb in pictures])
    assert engine.classify(pictures[0], "compact").top(1)
    engine.close()
    return rows, [line["kind"] for line in lines], [line["group"] for line in lines]


def test_kinds_are_taught_by_a_few_renderings_and_told_apart(
    seen: tuple[np.ndarray, list[str], list[str]],
) -> None:
    rows, kinds, scenes = seen
    taught = [at for at, scene in enumerate(scenes) if scene.endswith(("-1", "-2"))]
    asked = [at for at in range(len(rows)) if at not in taught]
    assert len(asked) >= 8
    known, words = rows[taught], [kinds[at] for at in taught]
    by_neighbours = NearestNeighbours().fit(known, words).predict(rows[asked])
    by_rule = Ridge().fit(known, words).predict(rows[asked])
    truth = [kinds[at] for at in asked]
    for said in (by_neighbours, by_rule):
        assert np.mean([one == other for one, other in zip(said, truth, strict=True)]) >= 0.8


def test_the_map_puts_kinds_side_by_side(seen: tuple[np.ndarray, list[str], list[str]]) -> None:
    rows, kinds, _ = seen
    places = project(rows)
    nearest = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    np.fill_diagonal(nearest, np.inf)
    same = [kinds[at] == kinds[int(row.argmin())] for at, row in enumerate(nearest)]
    assert np.mean(same) >= 0.7
