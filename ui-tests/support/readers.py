"""An authorizer for the tests: browsers may read, and programs may do everything."""

from __future__ import annotations

from typing import Any

from jupyter_server.auth import Authorizer


class BrowsersRead(Authorizer):
    """Who comes with a browser is a reader."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        """Allow reading to everybody, and the rest to programs."""
        del user, resource
        return action == "read" or "Mozilla" not in handler.request.headers.get("User-Agent", "")
