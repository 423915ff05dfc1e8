"""Lay the pictures of a folder out on one contact sheet, written as PNG."""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image


def laid_out(files: list[Path], columns: int, cell: int) -> Image.Image:
    """Return the pictures side by side in rows, each fitted into a square cell of `cell` pixels."""
    rows = -(-len(files) // columns)
    paper = Image.new("RGB", (columns * cell, rows * cell), "#f4efe6")
    for i, file in enumerate(files):
        with Image.open(file) as picture:
            small = picture.convert("RGB")
        small.thumbnail((cell, cell), Image.Resampling.LANCZOS)
        at = (
            i % columns * cell + (cell - small.width) // 2,
            i // columns * cell + (cell - small.height) // 2,
        )
        paper.paste(small, at)
    return paper


def main() -> None:
    """Write the sheet the command line asks for."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("sheet", type=Path, help="the PNG to write")
    ask.add_argument("pictures", type=Path, nargs="+", help="folders or single pictures")
    ask.add_argument("--columns", type=int, default=8)
    ask.add_argument("--cell", type=int, default=160, help="pixels a picture")
    given = ask.parse_args()
    files = [
        file for path in given.pictures for file in (sorted(path.glob("*.webp")) if path.is_dir() else [path])
    ]
    laid_out(files, given.columns, given.cell).save(given.sheet)


if __name__ == "__main__":
    main()
