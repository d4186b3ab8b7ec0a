"""Who comes in through a socket: asked before anything is done for them."""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado.web import HTTPError


class Entrance(JupyterHandler):
    """Asks who comes and from where, before a notebook is opened or a room made for them."""

    async def prepare(self, **options: Any) -> None:
        """Refuse strangers, and pages of other origins."""
        await super().prepare(**{**options, "_redirect_to_login": False})
        if self.current_user is None or not JupyterHandler.check_origin(self):
            raise HTTPError(403)

    def skip_check_origin(self) -> bool:
        """Refuse a page of another origin also when it has a token."""
        return False
