"""The verbs of `cli.py`: one module each, with `arguments(parser)` and `run(args)`."""
