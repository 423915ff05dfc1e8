"""The dataset card: what a dataset holds, on one page, for people and for programs."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from core.errors import StoreError
from db import imports
from db.models import Dataset, Image, now

UNNAMED = "(none)"


@dataclass(frozen=True)
class Card:
    """What a dataset holds, excluded pictures counted in.

    `table` counts label -> split -> pictures; `widths` and `heights` are the least, the median and
    the most in pixels; `content_hash` is that of `imports.content_hash`.
    """

    name: str
    about: str
    created_at: str
    written_at: str
    pictures: int
    excluded: int
    bytes: int
    widths: tuple[int, ...]
    heights: tuple[int, ...]
    labels: Mapping[str, int]
    splits: Mapping[str, int]
    sources: Mapping[str, int]
    licences: Mapping[str, int]
    authors: int
    table: Mapping[str, Mapping[str, int]]
    content_hash: str

    def to_dict(self) -> dict[str, Any]:
        """Return the card as JSON takes it."""
        return asdict(self)

    def markdown(self) -> str:
        """Return the card as a page."""
        of = " × ".join(str(each[1]) for each in (self.widths, self.heights) if each)
        least, most = (
            " × ".join(str(each[at]) for each in (self.widths, self.heights) if each) for at in (0, -1)
        )
        size = f", {of} pixels in the median ({least} to {most})" if self.pictures else ""
        excluded = f", {self.excluded:,} of them excluded" if self.excluded else ""
        parts = [
            f"# {_line(self.name)}",
            *([self.about] if self.about else []),
            f"{self.pictures:,} pictures{excluded}, {self.bytes / 1e6:,.1f} MB{size}.",
            self._labels(),
            _counted("Sources", self.sources),
            _counted("Licences", self.licences),
            f"Authors named: {self.authors:,}.",
            f"Made {self.created_at}, written {self.written_at}. The content hash is the SHA-256 over the "
            f"sorted lines of SHA-256, label and split of every picture:\n\n`{self.content_hash}`",
        ]
        return "\n\n".join(parts) + "\n"

    def _labels(self) -> str:
        splits = list(self.splits)
        head = ["Label", *(_cell(split) for split in splits), "All"] if len(splits) > 1 else ["Label", "All"]
        lines = [head, ["---", *["--:"] * (len(head) - 1)]]
        for label, count in self.labels.items():
            parts = [self.table[label].get(split, 0) for split in splits] if len(splits) > 1 else []
            lines.append([_cell(label), *(f"{part:,}" for part in (*parts, count))])
        return "## Labels\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def card(*, session: Session, dataset_id: int, at: datetime | None = None) -> Card:
    """Return the card of a dataset; raises StoreError where there is none."""
    dataset = session.get(Dataset, dataset_id)
    if dataset is None:
        raise StoreError("This dataset is not there any more: choose another.")
    asked = (Image.label, Image.split, Image.source, Image.width, Image.height, Image.bytes)
    rows = session.execute(
        select(*asked, Image.excluded, Image.facts).where(Image.dataset_id == dataset_id)  # type: ignore[call-overload]
    ).all()
    table: dict[str, Counter[str]] = {}
    for row in rows:
        table.setdefault(row.label, Counter())[row.split] += 1
    return Card(
        name=dataset.name,
        about=dataset.about,
        created_at=f"{dataset.created_at:%Y-%m-%d}",
        written_at=f"{at or now():%Y-%m-%d %H:%M} UTC",
        pictures=len(rows),
        excluded=sum(row.excluded for row in rows),
        bytes=sum(row.bytes for row in rows),
        widths=_spread([row.width for row in rows]),
        heights=_spread([row.height for row in rows]),
        labels=_most([row.label for row in rows]),
        splits=_most([row.split for row in rows]),
        sources=_most([row.source for row in rows]),
        licences=_most([str(row.facts.get("licence", "")) for row in rows]),
        authors=len({author for row in rows if (author := row.facts.get("author"))}),
        table={label: dict(splits) for label, splits in table.items()},
        content_hash=imports.content_hash(session=session, dataset_id=dataset_id),
    )


def _spread(numbers: list[int]) -> tuple[int, ...]:
    return (min(numbers), round(statistics.median(numbers)), max(numbers)) if numbers else ()


def _most(words: list[str]) -> dict[str, int]:
    """Return how often each word comes, most frequent first."""
    return dict(sorted(Counter(words).items(), key=lambda each: (-each[1], each[0])))


def _counted(title: str, counts: Mapping[str, int]) -> str:
    lines = "\n".join(f"- {_line(word) or UNNAMED}: {count:,}" for word, count in counts.items())
    return f"## {title}\n\n{lines or '- ' + UNNAMED}"


def _cell(word: str) -> str:
    return _line(word).replace("|", "\\|") or UNNAMED


def _line(text: str) -> str:
    """Return words that cannot break out of their line of Markdown."""
    plain = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#" else letter for letter in plain)
