"""The packaged opponent: cake or not, offline, on the bakery's own test split."""

from __future__ import annotations

import pytest

from core import image
from core.engine import Engine
from core.home import Home
from core.shelf import Shelf
from db import bakery


@pytest.fixture
def alone(home: Home) -> Engine:
    """An engine with nothing but what is packaged."""
    return Engine(Shelf(home).ready)


def test_it_is_on_the_shelf_with_no_network_and_no_folder(home: Home) -> None:
    entry = next(each for each in Shelf(home).models() if each.name == "cake_or_not")
    assert entry.state == "ready" and entry.title == "Cake or not"
    assert entry.spec is not None and entry.spec.labels == ("cake", "not cake")


def test_it_does_better_than_a_coin_on_renderings_it_never_saw(alone: Engine) -> None:
    unseen = [line for line in bakery.divided(bakery.manifest()) if line["split"] == "test"]
    singles = [line for line in unseen if "objects" not in line]
    recall = {}
    for is_cake, word in ((True, "cake"), (False, "not cake")):
        asked = [line for line in singles if line["cake"] is is_cake]
        said = [
            alone.classify(image.decode((bakery.FOLDER / line["file"]).read_bytes()), "cake_or_not").top(1)[0]
            for line in asked
        ]
        recall[word] = sum(score.label == word for score in said) / len(asked)
    assert len(singles) >= 30
    assert sum(recall.values()) / 2 > 0.55  # the card says 0.63
