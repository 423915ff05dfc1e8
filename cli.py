"""The same verbs without a browser: `python cli.py VERB ...`, and `--help` behind each.

Errors go to stderr in one sentence; the exit code is 2 where the command cannot be understood, 1
where it failed, 130 where it was interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

# Only the module of the verb that is asked for is imported: a help text should not wait for NumPy.
VERBS = {
    "models": "list the models, and fetch or prepare one",
    "classify": "say what pictures show, as CSV or JSON lines",
    "import": "bring pictures into a dataset",
    "export": "write a dataset as a ZIP, a table, JSON lines or a card",
    "backup": "write everything that is remembered into one file",
    "restore": "bring back what a backup holds",
}


def parser(asked: str | None) -> argparse.ArgumentParser:
    """Return the parser of the command line, complete for the verb that is asked for."""
    whole = argparse.ArgumentParser(prog="cli.py", description="Fakery without a browser.")
    verbs = whole.add_subparsers(metavar="VERB", dest="verb", required=True)
    for verb, summary in VERBS.items():
        part = verbs.add_parser(verb, help=summary, formatter_class=argparse.RawDescriptionHelpFormatter)
        if verb == asked:
            module = import_module(f"commands.{verb}")
            part.description = module.__doc__
            module.arguments(part)
            part.set_defaults(run=module.run, parser=part)
    return whole


def main(words: Sequence[str]) -> int:
    """Carry out one command line and return its exit code; whatever goes wrong is one sentence."""
    verb = next((word for word in words if word in VERBS), None)
    try:
        args = parser(verb).parse_args(words)
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # `... | head` has seen enough
        return 1
    except KeyboardInterrupt:
        return _fail(verb, "interrupted.", 130)
    except ModuleNotFoundError as error:
        remedy = "run `make app` once, or pip install -r requirements.txt"
        return _fail(verb, f"the package {error.name} is missing here: {remedy}.")
    except Exception as error:  # noqa: BLE001 - the last door before a traceback
        return _fail(verb, _sentence(error))


def _let_go_of_stdout() -> None:
    """Forget what stdout would not take, so that Python does not complain of it at the very end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(verb: str | None, sentence: str, code: int = 1) -> int:
    print(f"cli.py {verb}: error: {sentence}", file=sys.stderr)
    return code


def _sentence(error: Exception) -> str:
    from core.errors import FakeryError

    if isinstance(error, FakeryError):
        return f"{error} {getattr(error, 'remedy', '')}".strip()
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror}."
    at = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__}: {error}"
    return f"something went wrong inside ({what}, {at.filename}:{at.lineno}); please report it."


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    # Ended from outside, whatever is half made is tidied up as on Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(sys.argv[1:]))
    finally:
        _let_go_of_stdout()
