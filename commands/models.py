"""List the models: what each can do, whether it is here, and where it comes from.

ready      it can answer
found      its file lies in a folder of FAKERY_MODELS; it is prepared when first needed
fetchable  it is not here, but TF Hub has it
missing    it cannot be had here; the reason and the remedy stand below the table
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from commands.progress import Progress, duration, size
from core.errors import JobFailed, JobStopped, ModelMissing
from core.home import Home
from core.jobs import Job, Jobs
from core.shelf import Shelf, Shelved

COLUMNS = ("name", "tasks", "state", "size", "from")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Name what this verb understands."""
    parser.add_argument("--json", action="store_true", help="print one JSON list instead of a table")
    parser.add_argument(
        "--get", metavar="NAME", help="fetch or prepare this model first; Ctrl-C stops that cleanly"
    )


def run(args: argparse.Namespace) -> int:
    """Print all models, after getting one if that was asked for."""
    shelf = Shelf(Home.from_environment())
    if args.get:
        _get_by_name(shelf, args.get, args.parser)
    models = shelf.models()
    if args.json:
        print(json.dumps([_values(model) for model in models], indent=1, ensure_ascii=False))
    else:
        print("\n".join(_table(models)))
    return 0


def get(shelf: Shelf, model: Shelved) -> None:
    """Fetch or prepare a model in a worker process and return when it is ready.

    Raises JobFailed where that does not come to a good end, ModelMissing where it cannot begin.
    """
    module, payload = shelf.errand(model)
    job = Jobs().start(f"model:{model.name}", module, payload, model.title)
    with Progress() as progress:
        try:
            while not job.wait(0.1):
                progress(lambda: _how_far(job))
        finally:
            job.stop()
            job.wait()
    if job.state != "done":
        raise (JobStopped if job.state == "stopped" else JobFailed)(job.message)


def _get_by_name(shelf: Shelf, name: str, parser: argparse.ArgumentParser) -> None:
    try:
        model = shelf.get(name)
    except ModelMissing as error:
        parser.error(f"{error} {error.remedy}")
    if model.state == "ready":
        print(f"{model.title} is here already.", file=sys.stderr)
    else:
        get(shelf, model)
        print(f"{model.title} is ready.", file=sys.stderr)


def _how_far(job: Job) -> str:
    now = job.snapshot()
    share = f" {now.fraction:.0%}" if now.fraction is not None else ""
    left = f", {duration(now.left_s)} left" if now.left_s is not None else ""
    return f"{now.note or now.title}{share}{left}"


def _values(model: Shelved) -> dict[str, Any]:
    return {
        "name": model.name,
        "title": model.title,
        "tasks": list(model.tasks),
        "state": model.state,
        "bytes": _bytes(model),
        "from": _origin(model),
        "licence": model.spec.licence if model.spec else model.known.licence if model.known else "",
        "about": model.about,
        "reason": model.reason,
        "remedy": model.remedy,
    }


def _bytes(model: Shelved) -> int | None:
    if model.spec is not None:
        return model.spec.bytes
    return model.source.stat().st_size if model.source is not None else None


def _origin(model: Shelved) -> str:
    """Return where a model is from, or would come from."""
    if model.spec is not None:
        return model.spec.origin or str(model.path)
    if model.source is not None:
        return str(model.source)
    return model.known.hub if model.state == "fetchable" and model.known else ""


def _table(models: list[Shelved]) -> list[str]:
    rows = [COLUMNS, *(_row(model) for model in models)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(COLUMNS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    absent = [model for model in models if model.state in ("fetchable", "missing")]
    notes = [f"{model.name}: {model.reason} {_remedy(model)}" for model in absent]
    return lines + (["", *notes] if notes else [])


def _row(model: Shelved) -> tuple[str, ...]:
    bytes_ = _bytes(model)
    return (
        model.name,
        " ".join(model.tasks) or "-",
        model.state,
        size(bytes_) if bytes_ is not None else "-",
        _origin(model) or "-",
    )


def _remedy(model: Shelved) -> str:
    if model.state == "fetchable":
        return f"{model.remedy} Here: python cli.py models --get {model.name}"
    return model.remedy
