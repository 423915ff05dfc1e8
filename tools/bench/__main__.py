"""Print one JSON object a line for every measurement; name some to run only those.

make bench                       all
make bench ARGS="latency rest"   two of them
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator

from core.errors import FakeryError
from tools.bench import answers, browse, dataset, door, intake

Measure = Callable[[], Iterator[dict[str, object]]]
MEASURES: dict[str, Measure] = {
    "latency": answers.latency,
    "predict": answers.against_keras,
    "throughput": answers.throughput,
    "browse": browse.turning,
    "start": door.start,
    "rest": door.rest,
    "intake": intake.rate,
    "near": dataset.near,
    "map": dataset.laid_out,
}


def main(names: list[str]) -> int:
    """Run the named measurements, or all, and return the exit code."""
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        print(f"There is no measurement {unknown[0]!r}: {', '.join(MEASURES)}.", file=sys.stderr)
        return 2
    for name in names or MEASURES:
        try:
            for row in MEASURES[name]():
                print(json.dumps({"measure": name, **row}, ensure_ascii=False), flush=True)
        except FakeryError as error:
            print(json.dumps({"measure": name, "skipped": str(error)}), flush=True)
    return 0


sys.exit(main(sys.argv[1:]))
