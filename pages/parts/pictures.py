"""Pictures over HTTP: small ones with long caching, so that no session's memory holds any.

A picture's address is its SHA-256: whoever knows it has seen the picture or was given the link.
"""

from __future__ import annotations

import re

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from core.errors import StoreError, UnusableImage
from core.home import ASSETS
from db.pictures import LARGE, SIDES, THUMB
from pages.parts.house import house

_KEY = re.compile(r"[\w-]{8,32}")
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def routes() -> list[BaseRoute]:
    """Return `/pictures/<sha256>/<side>.jpg`, `/exports/<key>/<file>` and `/examples/<file>`, below
    the server's base path."""
    return [
        Route(f"{base()}/exports/{{key}}/{{file}}", _export, methods=["GET"]),
        Route(f"{base()}/pictures/{{sha256}}/{{side}}.jpg", _picture, methods=["GET"]),
        Mount(f"{base()}/examples", StaticFiles(directory=ASSETS / "examples", check_dir=False)),
    ]


def address(sha256: str, side: int = THUMB) -> str:
    """Return the address of a picture that fits within `side` pixels: THUMB or LARGE."""
    return f"{base()}/pictures/{sha256}/{side}.jpg"


def large(sha256: str) -> str:
    """Return the address of the picture as the stage shows it."""
    return address(sha256, LARGE)


def base() -> str:
    """Return the path under which the server stands, "" or "/name"."""
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{path}" if path else ""


def _export(request: Request) -> Response:
    """Answer with a file that was written for somebody who holds its key."""
    key, file = request.path_params["key"], request.path_params["file"]
    path = house().home.folder / "exports" / key / file
    strange = not _KEY.fullmatch(key) or file.startswith(".") or "\\" in file or len(file) > 200
    if strange or not path.is_file():
        sentence = "There is no such file: write it anew on the page Dataset."
        return PlainTextResponse(sentence, status_code=404)
    return FileResponse(path, filename=file, headers={"X-Content-Type-Options": "nosniff"})


def _picture(request: Request) -> Response:
    """Answer with a JPEG; Starlette runs this in a thread, so that decoding holds nobody up."""
    side = next((side for side in SIDES if str(side) == request.path_params["side"]), 0)
    try:
        data = house().store.pictures.copy(request.path_params["sha256"], side)
    except (StoreError, UnusableImage):
        return PlainTextResponse("There is no such picture.", status_code=404)
    return Response(data, media_type="image/jpeg", headers=HEADERS)
