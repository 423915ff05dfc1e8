"""What the folders around pictures say: which wrap, which are splits, which are labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.collection.table import ENDINGS, SPLITS, plain


@dataclass(frozen=True)
class Layout:
    """How a folder is laid out: `root` is the prefix that only wraps, `splits` whether splits follow."""

    root: str = ""
    splits: bool = False

    @classmethod
    def of(cls, names: Iterable[str]) -> Layout:
        """Return the layout of these paths.

        >>> Layout.of(["photos/train/cake/1.jpg", "photos/test/cake/2.jpg"])
        Layout(root='photos/', splits=True)
        """
        parts = [name.split("/") for name in names]
        root = ""
        while (inner := _wrapper(parts)) is not None:
            root += f"{inner}/"
            parts = [part[1:] for part in parts]
        firsts = {part[0].lower() for part in parts if len(part) > 1}
        return cls(root, bool(firsts) and firsts <= SPLITS.keys())

    def split_and_label(self, name: str) -> tuple[str, str]:
        """Return what the folders of a path say.

        >>> Layout(splits=True).split_and_label("Valid/tart/2.jpg")
        ('val', 'tart')
        """
        folders = name[len(self.root) :].split("/")[:-1]
        split = SPLITS[folders.pop(0).lower()] if self.splits and folders else ""
        return split, plain(folders[0]) if folders else ""

    def may_be_table(self, name: str) -> bool:
        """Return whether a path is called as tables are, and lies at the root or in a folder there."""
        return name.lower().endswith(ENDINGS) and name[len(self.root) :].count("/") <= 1


def _wrapper(parts: list[list[str]]) -> str | None:
    """Return the one folder in which everything lies, where it is neither a label nor a split."""
    firsts = {part[0] for part in parts}
    if len(firsts) != 1 or any(len(part) < 2 for part in parts):
        return None
    (first,) = firsts
    wraps = any(len(part) > 2 or part[1].lower().endswith(ENDINGS) for part in parts)
    return first if wraps and first.lower() not in SPLITS else None


class Named:
    """Paths, found by what a table calls them."""

    def __init__(self, paths: Iterable[str], root: str) -> None:
        self._paths = set(paths)
        self._root = root
        self._names = _only_ones(self._paths, lambda path: path.name)
        self._stems = _only_ones(self._paths, lambda path: path.stem)

    def find(self, called: str, table: str) -> str | None:
        """Return the path that a table calls so, or None.

        It is looked for beside the table, from the root and from the very top; then by its mere
        name, with or without ending, where only one is called so: tables often come from elsewhere.

        >>> Named(["set/images/1.jpg"], "set/").find(r"C:\\\\data\\\\1.jpg", "set/labels.csv")
        'set/images/1.jpg'
        """
        file = called.replace("\\", "/").removeprefix("./")
        beside = table.rpartition("/")[0]
        for path in (f"{beside}/{file}" if beside else file, self._root + file, file):
            if path in self._paths:
                return path
        name = file.rpartition("/")[2]
        return self._names.get(name) or self._stems.get(name)


def _only_ones(paths: Iterable[str], called: Callable[[PurePosixPath], str]) -> dict[str, str]:
    names = [(called(PurePosixPath(path)), path) for path in paths]
    often = Counter(name for name, _ in names)
    return {name: path for name, path in names if often[name] == 1}
