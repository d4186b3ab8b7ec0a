"""What is asked for below `api/patina` and is not there: an answer in JSON, as from every door."""

from __future__ import annotations

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from patina_lab.http.operation import RESOURCE, PatinaHandler
from patina_lab.problem import not_found
from patina_lab.text import gettext as _


class NowhereHandler(PatinaHandler):
    """Any other path: 404 for who may come in, 403 for who may not."""

    @authenticated
    @authorized("read", resource=RESOURCE)  # type: ignore[untyped-decorator]
    async def get(self, path: str) -> None:
        """Say that there is nothing."""
        reason = _("This version has no %1 api/patina/%2", self.request.method, path[:120])
        hint = _("GET api/patina/openapi.json lists what there is.")
        self.refuse(not_found(_("There is no such interface"), reason, hint))

    post = put = patch = delete = get
