"""The file that `classify` writes: mended where it broke off, and never anybody else's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from commands.paths import Offer
from commands.table import Form, Kind, Table
from core import report
from core.answer import Score
from core.detect import Box
from core.errors import StoreError

NAMES = ["album/dog.png", 'a "b", c.png', "=1+1.png", "naïve ☕.png"]


def said_of(name: str) -> list[report.Row]:
    """Return the rows of two models about one picture; of the last it could not be read."""
    if name == NAMES[-1]:
        return [report.Row(name, "", 0, 0, model, (), (), 0, "No, a cup.") for model in "ab"]
    words = [Score("cake, or not", 0.75), Score("dog", 0.25)]
    boxes = [Box("cake", 0.75, 1, 2, 3, 4)]
    return [
        report.Row(name, "ab" * 32, 4, 3, "a", words, (), 1.0),
        report.Row(name, "ab" * 32, 4, 3, "b", (), boxes, 1.0),
    ]


def on_offer(names: Sequence[str]) -> Iterator[Offer]:
    return iter([Offer(name, lambda: b"") for name in names])


def written(path: Path, kind: Kind, names: Sequence[str] = NAMES, models: str = "ab") -> bytes:
    """Return a file after a run over these pictures, taken up where it was."""
    with Table(path, Form(kind, tuple(models))) as rows:
        for offer in rows.take_up(on_offer(names)):
            rows.write([row for row in said_of(offer.name) if row.model in models])
    return path.read_bytes()


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_wherever_a_file_breaks_off_it_is_mended(tmp_path: Path, kind: Kind) -> None:
    whole = written(tmp_path / "whole", kind)
    for size in range(len(whole) + 1):
        (tmp_path / "cut").write_bytes(whole[:size])
        assert written(tmp_path / "cut", kind) == whole


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@given(junk=st.one_of(st.binary(min_size=1, max_size=60), st.text(min_size=1).map(str.encode)))
def test_a_file_of_somebody_elses_is_never_touched(
    tmp_path_factory: pytest.TempPathFactory, kind: Kind, junk: bytes
) -> None:
    folder = tmp_path_factory.mktemp("junk")
    assume(not written(folder / "whole", kind).startswith(junk))
    path = folder / "thesis"
    path.write_bytes(junk)
    with pytest.raises(StoreError, match="something else than this command"):
        written(path, kind)
    assert path.read_bytes() == junk


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize(
    ("names", "models"),
    [
        (NAMES[:2], "ab"),
        (NAMES[1:], "ab"),
        (["another.png", *NAMES], "ab"),
        ([NAMES[0], "another.png", *NAMES[1:]], "ab"),
        (NAMES, "a"),
        (NAMES, "ba"),
        (NAMES, "abc"),
    ],
)
def test_rows_of_other_pictures_or_models_are_never_touched(
    tmp_path: Path, kind: Kind, names: list[str], models: str
) -> None:
    before = written(tmp_path / "rows", kind)
    with pytest.raises(StoreError, match="something else than this command"):
        written(tmp_path / "rows", kind, names, models)
    assert (tmp_path / "rows").read_bytes() == before


def test_more_pictures_of_the_same_kind_are_added(tmp_path: Path) -> None:
    written(tmp_path / "rows", "csv", NAMES[:2])
    assert written(tmp_path / "rows", "csv") == written(tmp_path / "whole", "csv")
