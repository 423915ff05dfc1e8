"""Where things are kept, read once from the environment.

`FAKERY_HOME` holds `fakery.db`, `images/`, `models/` and `exports/`; `FAKERY_DB_URL` names another
database; `FAKERY_MODELS` names extra read-only model folders; `FAKERY_OFFLINE=1` forbids every
outgoing connection; `FAKERY_BAKERY=0` starts without the pictures that come with Fakery.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"


@dataclass(frozen=True)
class Home:
    """The folders and switches of one installation."""

    folder: Path
    db_url: str
    model_folders: tuple[Path, ...] = ()
    offline: bool = False
    bakery: bool = True

    @property
    def images(self) -> Path:
        """The folder of pictures, named by their SHA-256."""
        return self.folder / "images"

    @property
    def models(self) -> Path:
        """The folder of models: one `.tflite` and one `.json` each."""
        return self.folder / "models"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Home:
        """Return the home that the environment names; folders are not made here.

        >>> Home.from_environment({"FAKERY_HOME": "/srv/fakery"}).db_url
        'sqlite:////srv/fakery/fakery.db'
        """
        folder = Path(environment.get("FAKERY_HOME") or ROOT / "data").expanduser().absolute()
        named = environment.get("FAKERY_MODELS", "")
        return cls(
            folder=folder,
            db_url=environment.get("FAKERY_DB_URL") or f"sqlite:///{folder / 'fakery.db'}",
            model_folders=tuple(
                Path(part).expanduser().absolute() for part in named.split(os.pathsep) if part
            ),
            offline=environment.get("FAKERY_OFFLINE") == "1",
            bakery=environment.get("FAKERY_BAKERY") != "0",
        )
