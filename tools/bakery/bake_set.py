"""Bake the set of real things and cakes, with reveals and rounds; stopped, it goes on where it was."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rounds
import singles
import studio
from plain import PLAIN
from plan import Single, Trio, planned


@contextmanager
def quiet() -> Iterator[None]:
    """Send what the renderer prints to nowhere."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


class Manifest:
    """The set's manifest: a line of JSON a scene, written anew and swapped in after each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        self.lines: dict[str, dict[str, Any]] = {line["file"]: line for line in map(json.loads, lines)}

    def holds(self, scene: Single | Trio) -> bool:
        """Return whether the scene is baked: its line stands and its files exist."""
        files = [self.path.parent / name for name in (scene.file, scene.reveal) if name]
        return scene.file in self.lines and all(file.exists() for file in files)

    def note(self, line: dict[str, Any]) -> None:
        """Write the line of a scene in place of what stood there before."""
        self.lines[line["file"]] = line
        text = "".join(json.dumps(self.lines[name]) + "\n" for name in sorted(self.lines))
        fresh = self.path.with_suffix(".part")
        fresh.write_text(text, "utf-8")
        os.replace(fresh, self.path)


def bake_single(single: Single, out: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Return the manifest's line of a single picture, its files written under `out`."""
    with quiet():
        ready = singles.set_up(single, given.seed, given.size)
        size = (given.size, given.size)
        look = {"exposure": ready.room.exposure, "threads": given.threads}
        studio.snap(out / single.file, size, given.samples, single.number, **look)
        if single.cake:
            singles.cut(ready)
            studio.snap(out / single.reveal, size, given.samples, single.number, **look)
    return {
        "file": single.file,
        "reveal": single.reveal,
        "kind": single.kind,
        "cake": single.cake,
        "level": single.level,
        "seed": given.seed,
        "group": single.group,
        "room": ready.room.name,
        "board": ready.room.board,
        "camera": ready.camera,
        "split": "",
    }


def bake_round(trio: Trio, out: Path, given: argparse.Namespace) -> dict[str, Any]:
    """Return the manifest's line of a round, its files written under `out`."""
    with quiet():
        ready = rounds.set_up(trio, given.seed)
        size = (round(given.size * 4 / 3), given.size)
        look = {"exposure": ready.room.exposure, "threads": given.threads}
        studio.snap(out / trio.file, size, given.samples, trio.number, **look)
        rounds.cut(ready)
        studio.snap(out / trio.reveal, size, given.samples, trio.number, **look)
    objects = [
        {"kind": kind, "cake": i == trio.answer, "level": trio.level if i == trio.answer else ""}
        for i, kind in enumerate(trio.kinds)
    ]
    return {
        "file": trio.file,
        "reveal": trio.reveal,
        "objects": objects,
        "seed": given.seed,
        "group": trio.group,
        "room": "stage",
        "camera": ready.camera,
        "split": "",
    }


def asked(scene: Single | Trio, only: list[str]) -> bool:
    """Return whether the command line asked for a scene: by kind, group, number or "rounds"."""
    words = ["rounds", *scene.kinds] if isinstance(scene, Trio) else [scene.kind, scene.level]
    return not only or any(word in only for word in (*words, scene.group, scene.file))


def main() -> None:
    """Bake what the command line asks for."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("out", type=Path, help="folder of the set")
    ask.add_argument("--limit", type=int, default=10_000, help="stop after so many scenes")
    ask.add_argument("--only", nargs="+", default=[], help="kinds, levels, groups, files or rounds")
    ask.add_argument("--size", type=int, default=480, help="pixels; rounds are a third wider")
    ask.add_argument("--samples", type=int, default=8, help="light paths a pixel")
    ask.add_argument("--threads", type=int, default=2)
    ask.add_argument("--seed", type=int, default=11)
    given = ask.parse_args()
    for folder in ("pictures", "reveals", "rounds"):
        (given.out / folder).mkdir(parents=True, exist_ok=True)
    manifest = Manifest(given.out / "manifest.jsonl")
    scenes = [s for s in planned(list(PLAIN), given.seed) if asked(s, given.only)]
    left = [scene for scene in scenes if not manifest.holds(scene)][: given.limit]
    print(f"{len(scenes)} scenes, {len(left)} to bake", flush=True)
    for scene in left:
        began = time.monotonic()
        bake = bake_round if isinstance(scene, Trio) else bake_single
        try:
            manifest.note(bake(scene, given.out, given))  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 - one broken kind must not end a night's baking
            print(f"{scene.file} {scene.name} failed\n{traceback.format_exc()}", flush=True)
            continue
        print(f"{scene.file} {scene.name}: {time.monotonic() - began:.1f} s", flush=True)


if __name__ == "__main__":
    main()
