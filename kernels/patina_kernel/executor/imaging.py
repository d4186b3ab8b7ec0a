"""Saved states that begin with an image of the process, for languages that want that."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from patina_kernel import images
from patina_kernel.executor.parking import Parking, Woken
from patina_kernel.forking import ForkRefusedError
from patina_kernel.images import ImageError, Thawed
from patina_kernel.language import Language, ReportLine
from patina_kernel.text import gettext as _
from patina_kernel.text import said

NAME = "image"
SAVED = _("the process itself is kept, exactly: loading it here runs nothing again")
ELSEWHERE = _("Elsewhere, or when what it needs has changed, the next lines hold.")
LOADED = _("the process itself came back, exactly; nothing was run again")
NOTHING = _("Nothing is to be done.")
INSTEAD = _("The next lines say how it is done instead.")


class Imaging:
    """Writes an image before a language saves, and thaws it instead of what the language loads."""

    def __init__(self, parking: Parking, language: Callable[[], Language]) -> None:
        self._parking, self._language = parking, language

    def save(self, content: dict[str, Any]) -> Woken | list[ReportLine]:
        """Write an image where the state will be; return what is to be told of that.

        In the process that comes out of the image it returns when that is woken.
        """
        imaged, path = self._language().imaged(), _path(content)
        if imaged is None or path is None:
            return []
        try:
            woken = self._parking.freeze(path, imaged)
        except (ImageError, ForkRefusedError) as error:
            with suppress(OSError):
                path.unlink()  # half an image is none
            what = _("the process itself is not kept: %1", said(error))
            return [ReportLine("saved", NAME, what, INSTEAD)]
        return woken or [ReportLine("saved", NAME, SAVED, ELSEWHERE)]

    def sealed(self, content: dict[str, Any], lines: list[ReportLine]) -> None:
        """All of a state is written."""
        path = _path(content)
        if path is not None and any(line.what == SAVED for line in lines):
            images.seal(path)

    def load(self, content: dict[str, Any]) -> Thawed | list[ReportLine]:
        """Return the process of the image, or what is to be told of why there is none."""
        imaged, path = self._language().imaged(), _path(content)
        if imaged is None or path is None or not _has_image(path):
            return []
        try:
            return images.thaw(path, images.where(imaged.key))
        except ImageError as error:
            what = _("the process itself did not come back: %1", said(error))
            return [ReportLine("loaded", NAME, what, INSTEAD)]


def answer(thawed: Thawed, started: float) -> dict[str, Any]:
    """Return the reply to who has asked for the state that is now in that process."""
    line = ReportLine("loaded", NAME, LOADED, NOTHING)
    ms = round((time.perf_counter() - started) * 1e3, 3)
    return {"status": "ok", "ms": ms, "report": [line.told()], "pid": thawed.pid}


def _path(content: dict[str, Any]) -> Path | None:
    path = content.get("path")
    return Path(path) if isinstance(path, str) and path else None


def _has_image(path: Path) -> bool:
    with suppress(OSError):
        return images.begins(path)
    return False
