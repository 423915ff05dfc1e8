"""Whatever was mended can be taken back, in any order; what somebody changed again since is kept."""

from __future__ import annotations

import random
import tempfile
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlmodel import Session, col, select

from core.home import Home
from db import edits, log
from db.models import Dataset, Edit, Image
from db.store import Store
from tests.crowd import picture, plain
from tests.test_edits import ACTS, Act, deleted, relabelled, rows_of, state, tagged


@pytest.mark.parametrize("act", ACTS)
def test_an_act_taken_back_leaves_no_trace_but_in_the_log(store: Store, act: Act) -> None:
    dataset_id, ids = plain(store, 6)
    with store.writing() as session:
        before = state(session, dataset_id)
        edit = act(session, dataset_id, ids[:4])
        assert edit is not None
        assert log.undo(session=session, edit_id=edit.id or 0) == (4, 0)
        assert state(session, dataset_id) == before
    with store.reading() as session:
        assert [line.undone for line in log.entries(session=session, dataset_id=dataset_id)] == [True]


def test_taking_back_twice_or_nothing_does_nothing(store: Store) -> None:
    dataset_id, ids = plain(store, 3)
    with store.writing() as session:
        edit = relabelled(session, dataset_id, ids)
        assert edit is not None
        log.undo(session=session, edit_id=edit.id or 0)
        relabelled(session, dataset_id, ids)
        after = state(session, dataset_id)
        assert log.undo(session=session, edit_id=edit.id or 0) == (0, 0)
        assert log.undo(session=session, edit_id=10**6) == (0, 0)
        assert state(session, dataset_id) == after


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_different_acts_are_taken_back_in_any_order(store: Store, order: tuple[int, ...]) -> None:
    dataset_id, ids = plain(store, 6)
    with store.writing() as session:
        before = state(session, dataset_id)
        done = [act(session, dataset_id, ids[:3]) for act in ACTS]
        for number in order:
            edit = done[number]
            assert edit is not None and log.undo(session=session, edit_id=edit.id or 0) == (3, 0)
        assert state(session, dataset_id) == before


def test_what_was_changed_again_since_is_kept(store: Store) -> None:
    dataset_id, ids = plain(store, 4)
    with store.writing() as session:
        before = state(session, dataset_id)
        first = relabelled(session, dataset_id, ids)
        edits.relabel(session=session, dataset_id=dataset_id, image_ids=ids[:1], label="strudel")
        assert first is not None and log.undo(session=session, edit_id=first.id or 0) == (3, 1)
        after = state(session, dataset_id)
    assert after[ids[0]][0] == "strudel"
    assert all(after[id_] == before[id_] for id_ in ids[1:])


def test_a_tag_taken_off_by_hand_is_not_put_on_by_taking_back(store: Store) -> None:
    dataset_id, ids = plain(store, 3)
    about: dict[str, Any] = {"dataset_id": dataset_id, "text": "fluffy"}
    with store.writing() as session:
        put = tagged(session, dataset_id, ids)
        edits.tag(session=session, **about, image_ids=ids[:1], on=False)
        assert put is not None and log.undo(session=session, edit_id=put.id or 0) == (2, 1)
        assert edits.tagged(session, "fluffy", ids) == set()


def test_a_deleted_picture_that_was_brought_again_is_not_there_twice(store: Store) -> None:
    dataset_id, ids = plain(store, 3)
    with store.writing() as session:
        gone = deleted(session, dataset_id, ids)
        again = picture(1, dataset_id, random.Random(9))  # the second of the three
        session.add(again)
        session.flush()
        assert gone is not None and log.undo(session=session, edit_id=gone.id or 0) == (2, 1)
        assert set(state(session, dataset_id)) == {ids[0], ids[2], again.id}


def test_tags_and_labels_given_before_a_deletion_come_back_with_the_picture(store: Store) -> None:
    dataset_id, ids = plain(store, 2)
    with store.writing() as session:
        relabelled(session, dataset_id, ids)
        tagged(session, dataset_id, ids)
        before = state(session, dataset_id)
        gone = deleted(session, dataset_id, ids)
        assert state(session, dataset_id) == {}
        assert gone is not None
        log.undo(session=session, edit_id=gone.id or 0)
        assert state(session, dataset_id) == before


def test_pictures_of_a_merge_go_back_where_they_came_from(store: Store) -> None:
    source_id, _ = plain(store, 6)
    target_id, _ = plain(store, 2, "Target")
    with store.writing() as session:
        before = state(session, source_id, target_id)
        edits.merge(session=session, source_id=source_id, target_id=target_id)
        (line,) = log.entries(session=session, dataset_id=source_id)
        assert log.undo(session=session, edit_id=line.id) == (4, 0)
        assert state(session, source_id, target_id) == before


def test_no_picture_moves_back_into_a_dataset_that_is_gone(store: Store) -> None:
    source_id, ids = plain(store, 3)
    target_id, _ = plain(store, 0, "Target")
    with store.writing() as session:
        edits.merge(session=session, source_id=source_id, target_id=target_id)
        (line,) = log.entries(session=session, dataset_id=source_id)
    with store.writing() as session:
        session.delete(session.get_one(Dataset, source_id))
    with store.writing() as session:
        assert log.undo(session=session, edit_id=line.id) == (0, 0)
        assert set(state(session, target_id)) == set(ids)


SOME = st.lists(st.integers(0, 15), min_size=1, max_size=8)
LABELS = st.sampled_from(("cake", "torte", ""))
WORDS = st.sampled_from(("fluffy", "Cleo"))
HOMES = st.integers(0, 1)


class Afternoon(RuleBasedStateMachine):
    """Somebody edits two datasets that share pictures, and at the end takes everything back."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        self.store = Store(Home(path, f"sqlite:///{path / 'fakery.db'}"))
        pairs = [plain(self.store, 8), plain(self.store, 5, "Other")]
        self.homes = [pair[0] for pair in pairs]
        self.ids = [id_ for pair in pairs for id_ in pair[1]]
        with self.store.reading() as session:
            self.first = state(session, *self.homes)

    def about(self, home: int, some: list[int]) -> dict[str, Any]:
        return {"dataset_id": self.homes[home], "image_ids": [self.ids[n % len(self.ids)] for n in some]}

    @rule(home=HOMES, some=SOME, label=LABELS)
    def relabel(self, home: int, some: list[int], label: str) -> None:
        with self.store.writing() as session:
            edits.relabel(session=session, **self.about(home, some), label=label)

    @rule(home=HOMES, some=SOME, excluded=st.booleans())
    def exclude(self, home: int, some: list[int], excluded: bool) -> None:
        with self.store.writing() as session:
            edits.exclude(session=session, **self.about(home, some), excluded=excluded)

    @rule(home=HOMES, some=SOME, text=WORDS, on=st.booleans())
    def tag(self, home: int, some: list[int], text: str, on: bool) -> None:
        with self.store.writing() as session:
            edits.tag(session=session, **self.about(home, some), text=text, on=on)

    @rule(home=HOMES, some=SOME, seed=st.integers(0, 9))
    def split(self, home: int, some: list[int], seed: int) -> None:
        rng = random.Random(seed)
        about = self.about(home, some)
        values = {id_: rng.choice(edits.SPLITS) for id_ in about.pop("image_ids")}
        with self.store.writing() as session:
            edits.assign(session=session, **about, field="split", values=values, what="Split")

    @rule(home=HOMES, some=SOME)
    def delete(self, home: int, some: list[int]) -> None:
        with self.store.writing() as session:
            edits.delete(session=session, **self.about(home, some))

    @rule(source=HOMES)
    def merge(self, source: int) -> None:
        with self.store.writing() as session:
            source_id, target_id = self.homes[source], self.homes[1 - source]
            edits.merge(session=session, source_id=source_id, target_id=target_id)

    @rule()
    def take_back_the_last(self) -> None:
        with self.store.writing() as session:
            for edit in self.standing(session)[:1]:
                assert log.undo(session=session, edit_id=edit.id or 0)[1] == 0

    @rule(at=st.integers(0, 20))
    def think_twice(self, at: int) -> None:
        """Take any edit back, but not for good: that others stand in its way must break nothing."""
        with self.store.reading() as session:
            for edit in self.standing(session)[at : at + 1]:
                wanted = {
                    entry.id: entry.pictures for home in self.homes for entry in self.lines(session, home)
                }
                assert sum(log.undo(session=session, edit_id=edit.id or 0)) == wanted[edit.id or 0]

    @invariant()
    def no_picture_is_lost(self) -> None:
        with self.store.reading() as session:
            assert rows_of(session, Image) == len(self.ids)

    def standing(self, session: Session) -> list[Edit]:
        """Return the edits that are not taken back, the latest first."""
        stands = select(Edit).where(col(Edit.undone_at).is_(None)).order_by(col(Edit.id).desc())
        return list(session.exec(stands))

    def lines(self, session: Session, home: int) -> list[log.Logged]:
        return log.entries(session=session, dataset_id=home, most=1000)

    def teardown(self) -> None:
        with self.store.writing() as session:
            for edit in self.standing(session):
                assert log.undo(session=session, edit_id=edit.id or 0)[1] == 0
            assert state(session, *self.homes) == self.first
        self.store.close()
        self.folder.cleanup()


TestAnAfternoonTakenBack = Afternoon.TestCase
TestAnAfternoonTakenBack.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
