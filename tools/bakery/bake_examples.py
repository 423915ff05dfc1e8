"""Bake the example pictures and the home page's wide picture; --help tells how."""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path

import stage
import studio
from scenes import EXAMPLES
from studio import Shot


def bake(name: str, seed: int, path: Path, scale: float, samples: int, threads: int) -> Shot:
    """Return the shot of scene `name`, written to `path`; the same seed gives the same scene."""
    began = time.monotonic()
    shot = stage.hero(dice(name, seed)) if name == "hero" else EXAMPLES[name](dice(name, seed))
    width, height = (round(side * scale) for side in shot.size)
    studio.render(path, width, height, samples, seed, shot.exposure, threads)
    print(f"{name}: {time.monotonic() - began:.0f} s, {path.stat().st_size // 1024} kB", flush=True)
    return shot


def dice(name: str, seed: int) -> random.Random:
    """Return the scene's own source of chance, so that no scene depends on those baked before it."""
    return random.Random(f"{name} {seed}")


def note(card: Path, file: str, shot: Shot, seed: int) -> None:
    """Write what a picture shows into the card, in place of what it said of that file before."""
    known = json.loads(card.read_text("utf-8")) if card.exists() else []
    entries = {entry["file"]: entry for entry in known}
    entries[file] = {
        "file": file,
        "title": shot.title,
        "truth": shot.truth,
        "is_cake": shot.is_cake,
        "seed": seed,
        "made_by": "tools/bakery",
    }
    order = [f"{name}.webp" for name in EXAMPLES]
    listed = sorted(entries.values(), key=lambda entry: order.index(entry["file"]))
    card.write_text(json.dumps(listed, indent=2, ensure_ascii=False) + "\n", "utf-8")


def main() -> None:
    """Bake what the command line asks for."""
    names = [*EXAMPLES, "hero"]
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("out", type=Path, help="folder for the pictures; hero.webp goes beside it")
    ask.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    ask.add_argument("--seed", type=int, default=7, help="another seed, another scene (default 7)")
    ask.add_argument("--scale", type=float, default=1.0, help="0.5 for a quick look")
    ask.add_argument("--samples", type=int, default=20, help="light paths a pixel; more is cleaner")
    ask.add_argument("--threads", type=int, default=2)
    given = ask.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    for name in given.only:
        folder = given.out.parent if name == "hero" else given.out
        path = folder / f"{name}.webp"
        shot = bake(name, given.seed, path, given.scale, given.samples, given.threads)
        if name != "hero":
            note(given.out / "card.json", path.name, shot, given.seed)


if __name__ == "__main__":
    main()
