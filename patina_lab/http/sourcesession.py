"""What stands before jupyter-collaboration's session of a document: readers get one, too.

A page asks for it before it opens the socket. It is a PUT, which Jupyter takes for a right to
write; but it only says by which name the document's room goes.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, ClassVar

from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import APIHandler
from tornado.web import HTTPError

from patina_lab.http.operation import RESOURCE
from patina_lab.problem import PatinaProblem
from patina_lab.sources.collaboration import SESSION, SUFFIX
from patina_lab.sources.sourcedocuments import SourceDocuments

TYPE = "tsnb"


class SourceSession(APIHandler):
    """Before the stock handler of `api/collaboration/session/{path}`, which is the next class."""

    documents: ClassVar[SourceDocuments]

    async def put(self, path: str) -> None:
        """Answer for a notebook of ours who may read; of other documents, who may write."""
        wanted = self.get_json_body()
        if not path.endswith(SUFFIX) or not isinstance(wanted, dict) or wanted.get("type") != TYPE:
            await self._as_other_document(path)
            return
        if self.current_user is None or not await self._may_read():
            raise HTTPError(HTTPStatus.FORBIDDEN)
        files: Any = self.settings["file_id_manager"]
        contents: Any = self.contents_manager
        if files.get_id(path) is None and not await ensure_async(contents.file_exists(path)):
            raise HTTPError(HTTPStatus.NOT_FOUND, f"File {path!r} does not exist")
        try:
            self.documents.refuse_outside(path)
            self.documents.refuse_other_name(path)
        except PatinaProblem as problem:
            raise HTTPError(problem.status, problem.message) from problem
        await self.documents.follow(path)
        known = files.get_id(path)
        file_id = known or files.index(path)
        self.set_status(HTTPStatus.OK if known else HTTPStatus.CREATED)
        room = {"format": "text", "type": TYPE, "fileId": file_id, "sessionId": SESSION}
        self.finish(json.dumps(room))

    async def _as_other_document(self, path: str) -> None:
        """Leave it to the stock handler, which asks for the right to write."""
        is_ours = path.endswith(SUFFIX) and self.documents.is_open(path)
        if is_ours and self.current_user is not None and await self._may("write", "contents"):
            raise HTTPError(HTTPStatus.CONFLICT, f"{path} is open as a notebook: close it first")
        stock: Any = super()
        await stock.put(path)

    async def _may_read(self) -> bool:
        return await self._may("read", "contents") and await self._may("read", RESOURCE)

    async def _may(self, action: str, resource: str) -> bool:
        asked = self.authorizer.is_authorized(self, self.current_user, action, resource)
        return bool(await ensure_async(asked))
