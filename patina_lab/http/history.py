"""Front doors that look back: two runs compared, and words looked for in all of them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import get_args

from patina_lab import wire
from patina_lab.http.operation import PatinaHandler, operation
from patina_lab.http.states import number
from patina_lab.model.searching import PLACES, Place
from patina_lab.problem import bad_request
from patina_lab.text import gettext as _
from patina_lab.usecases.comparison import MOST_PAGE as MOST_COMPARED
from patina_lab.usecases.comparison import PAGE as COMPARED
from patina_lab.usecases.comparison import Part
from patina_lab.usecases.historysearch import MOST_PAGE, PAGE, Wanted

MOST_WORDS = 1_000
"""A query has no more characters than this."""


class CompareHandler(PatinaHandler):
    """`api/patina/runs/{a}/compare/{b}`."""

    @operation("read", reply=wire.Comparison, query=("offset", "limit"))
    def get(self, left: str, right: str) -> Awaitable[wire.Comparison]:
        """Compare two runs of a notebook: cells aligned, what differs first."""
        offset = number(self.get_query_argument("offset", "0"))
        limit = number(self.get_query_argument("limit", str(COMPARED)))
        part = Part(offset, max(1, min(limit, MOST_COMPARED)))
        return self.service.comparisons.compare(left, right, part)


class CompareReportHandler(PatinaHandler):
    """`api/patina/runs/{a}/compare/{b}/report.html`."""

    @operation("read", reply=bytes)
    async def get(self, left: str, right: str) -> bytes:
        """Return what differs in two runs as one HTML file to keep."""
        page = await self.service.comparisons.page(left, right)
        # What strangers' cells showed is in it: it is downloaded, never opened as a page of ours.
        self.set_header("Content-Disposition", 'attachment; filename="comparison.html"')
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Content-Security-Policy", "sandbox; default-src 'none'")
        return page


class SearchHandler(PatinaHandler):
    """`api/patina/notebooks/{id}/search`."""

    @operation(
        "read",
        reply=wire.SearchPage,
        query=("q", "in", "run", "cell", "status", "pictures", "pinned", "after", "limit"),
    )
    def get(self, notebook: str) -> Awaitable[wire.SearchPage]:
        """Look for words in the history of a notebook, the latest first."""
        return self.service.search.search(notebook, self._wanted())

    def _wanted(self) -> Wanted:
        words = self.get_query_argument("q", "")
        if len(words) > MOST_WORDS:
            raise bad_request(
                _("The query is too long"),
                _("More than %1 characters", MOST_WORDS),
                _("Look for fewer words."),
            )
        limit = number(self.get_query_argument("limit", str(PAGE)))
        return Wanted(
            words=words,
            places=self._places(),
            run=self.get_query_argument("run", None),
            cell=self.get_query_argument("cell", None),
            statuses=self._statuses(),
            with_pictures=self._flag("pictures"),
            only_pinned=self._flag("pinned"),
            after=self.get_query_argument("after", None),
            limit=max(1, min(limit, MOST_PAGE)),
        )

    def _places(self) -> tuple[Place, ...]:
        asked = self.get_query_arguments("in")
        self._refuse_unknown(asked, PLACES)
        return tuple(place for place in PLACES if place in asked) or PLACES

    def _statuses(self) -> tuple[str, ...]:
        asked = self.get_query_arguments("status")
        self._refuse_unknown(asked, get_args(wire.CellStatus))
        return tuple(asked)

    def _flag(self, name: str) -> bool:
        asked = self.get_query_arguments(name)
        self._refuse_unknown(asked, ("true", "false"))
        return "true" in asked

    @staticmethod
    def _refuse_unknown(asked: list[str], known: tuple[str, ...]) -> None:
        for word in asked:
            if word not in known:
                raise bad_request(
                    _("The search could not be understood"),
                    _("%1 is none of %2", repr(word[:40]), ", ".join(known)),
                    _("Choose one of these."),
                )
