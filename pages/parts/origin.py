"""Foreign pages are turned away from our WebSockets before Streamlit sees them.

Streamlit refuses them as well, but on the way it asks a server on the internet for this machine's
address, in the event loop: each attempt would hold everybody up for seconds.
"""

from __future__ import annotations

from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send


class SameOrigin:
    """An ASGI middleware: a WebSocket comes from our own host, or from `server.corsAllowedOrigins`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what may pass; close a foreign WebSocket before it opens (the browser sees 403)."""
        if scope["type"] == "websocket" and not _ours(Headers(scope=scope)):
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)


def _ours(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is None or not st.get_option("server.enableCORS"):
        return True
    allowed = st.get_option("server.corsAllowedOrigins") or []
    try:
        return origin in allowed or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
    except ValueError:
        return False
