"""A grid of pictures to open, to choose from with mouse, touch or keys, and to act on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from db.browse import Tile
from pages.parts.pictures import address

_HERE = Path(__file__)
_tiles = st.components.v2.component(
    "fakery_tiles",
    html='<div class="tiles" role="listbox" aria-multiselectable="true" aria-label="Pictures"></div>',
    css=_HERE.with_suffix(".css").read_text(encoding="utf-8"),
    js=_HERE.with_suffix(".js").read_text(encoding="utf-8"),
)
KEYS = "Arrow keys walk, Enter opens, Space chooses, A chooses all, Esc none"


@dataclass(frozen=True)
class Asked:
    """What a person did in the grid: which pictures are chosen, which was opened, which key acted.

    `act` is "exclude", "delete" or "label <n>" for the nth label, on the chosen pictures or, where
    none is, on the one under the cursor; `on` are their ids.
    """

    chosen: tuple[int, ...]
    opened: int | None
    act: str
    on: tuple[int, ...]


def tiles(
    shown: Sequence[Tile],
    *,
    key: str,
    notes: Mapping[int, str] | None = None,
    known: Collection[str] = (),
) -> Asked:
    """Draw pictures in a grid and return what was done with them.

    `notes` stand below pictures, by id; an answer is marked as wrong where its model could have said
    the label, that is, where the label is among the `known` words.
    """
    notes = notes or {}
    data = {
        "tiles": [
            {
                "id": tile.id,
                "src": address(tile.sha256),
                "title": tile.name,
                "label": tile.label or "no label",
                "said": notes.get(tile.id) or (f"{tile.said} {tile.confidence:.0%}" if tile.said else ""),
                "wrong": bool(tile.said)
                and tile.label.lower() in known
                and tile.said.lower() != tile.label.lower(),
                "excluded": tile.excluded,
            }
            for tile in shown
        ]
    }
    answer = _tiles(
        key=key,
        data=data,
        default={"chosen": []},
        on_chosen_change=lambda: None,
        on_opened_change=lambda: None,
        on_act_change=lambda: None,
    )
    here = {tile.id for tile in shown}
    act = answer.act or {}
    return Asked(
        chosen=tuple(int(id_) for id_ in answer.chosen or () if int(id_) in here),
        opened=int(answer.opened) if answer.opened in here else None,
        act=str(act.get("what", "")),
        on=tuple(int(id_) for id_ in act.get("on", ()) if int(id_) in here),
    )
