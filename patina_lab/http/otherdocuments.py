"""What stands before jupyter-collaboration's forks, timelines and their undo: no notebook is there.

The stock handlers merge a fork into its document whatever was done to it, past all that stands
before the rooms of sources; and each timeline that is asked for is another copy of the document,
kept for ever. Notebooks have runs and forks of their own.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from patina_lab.http.sourcesession import TYPE
from patina_lab.http.sourcesocket import OURS


class OtherDocuments(APIHandler):
    """Before a stock handler, which is the next class."""

    async def prepare(self, **options: Any) -> None:
        """Refuse what is of a notebook; strangers are refused by the stock handler."""
        await super().prepare(**options)
        if self.current_user is not None and self._is_of_notebook():
            raise HTTPError(HTTPStatus.NOT_FOUND, "Notebooks of Patina Lab have nothing here")

    def _is_of_notebook(self) -> bool:
        # The room's name, or the file's and the type: of several the stock handler takes the first.
        (name,) = self.path_args
        return OURS in name or name.endswith(f".{TYPE}") or TYPE in self.get_arguments("type")
