"""Train `compact` from a folder of unlabelled pictures and a folder of teachers; see README.md."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf

from tools.compact.make import make
from tools.compact.recipe import compact_recipe


def main() -> None:
    """Run every step that has not left its file in the work folder yet."""
    parser = argparse.ArgumentParser(prog="python -m tools.compact", description=__doc__)
    parser.add_argument("--pool", type=Path, required=True, help="folder of .tar files of JPEGs")
    parser.add_argument("--models", type=Path, required=True, help="folder of the teachers")
    parser.add_argument("--work", type=Path, required=True, help="where arrays and weights go")
    parser.add_argument("--out", type=Path, required=True, help="the .tflite file to write")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--until", default="export", help="stop after this step")
    given = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(given.threads)
    tf.config.threading.set_inter_op_parallelism_threads(given.threads)
    given.work.mkdir(parents=True, exist_ok=True)
    log = given.work / "log.txt"

    def say(line: str) -> None:
        stamped = f"{time.strftime('%H:%M:%S')} {line}"
        print(stamped, flush=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(stamped + "\n")

    make(compact_recipe(given.models), given.pool, given.work, given.out, say, given.until)


if __name__ == "__main__":
    main()
