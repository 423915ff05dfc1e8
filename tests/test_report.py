"""Answers for a spreadsheet and for a program."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given
from hypothesis import strategies as st

from core.answer import Score
from core.detect import Box
from core.report import COLUMNS, Row, safe_cell, to_csv, to_json_lines

ROW = Row(
    "cake.jpg", "ab" * 32, 640, 480, "coco_ssd",
    (Score("cake", 0.75), Score("=cmd|' /C calc'!A0", 0.2)), (Box("cake", 0.75, 1, 2, 3, 4),), 9.5,
)  # fmt: skip

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30)


def test_csv_has_one_line_per_answer_with_words_probabilities_and_boxes() -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([ROW])))
    assert list(row) == COLUMNS
    assert row["label_1"] == "cake" and row["probability_1"] == "0.75"
    assert json.loads(row["boxes"])[0]["width"] == 3


def test_no_cell_is_run_as_a_formula() -> None:
    (row,) = csv.DictReader(io.StringIO(to_csv([ROW])))
    assert row["label_2"].startswith("'=")


@given(text)
def test_names_survive_csv_and_json(name: str) -> None:
    row = Row(name, "", 1, 1, "toy", (), (), 1.0)
    (read,) = csv.DictReader(io.StringIO(to_csv([row])))
    assert read["file"] == safe_cell(name)
    assert json.loads(to_json_lines([row]))["file"] == name
