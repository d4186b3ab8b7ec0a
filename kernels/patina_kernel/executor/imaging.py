"""Saved states that begin with an image of the process, for languages that want that."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from patina_kernel import images
from patina_kernel.executor.parking import Parking, Woken
from patina_kernel.images import Thawed
from patina_kernel.language import Language, ReportLine
from patina_kernel.text import gettext as _
from patina_kernel.text import said
from patina_kernel.wire.ops import Op

NAME = "image"
SAVED = _("the process itself is kept, exactly: loading it here runs nothing again")
ELSEWHERE = _("Elsewhere, or when what it needs has changed, the next lines hold.")
LOADED = _("the process itself came back, exactly; nothing was run again")
BUT = _("the process itself came back, but for what follows; nothing was run again")
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
        try:
            imaged, path = self._language().imaged(), _path(content)
            if imaged is None or path is None:
                return []
            made = self._parking.freeze(path, imaged)
        except Exception as error:  # noqa: BLE001 - whatever it is, there is another way to save
            with suppress(OSError, TypeError):
                Path(content["path"]).unlink()  # half an image is none
            what = _("the process itself is not kept: %1", said(error))
            return [ReportLine("saved", NAME, what, INSTEAD)]
        if isinstance(made, Woken):
            return made
        return [ReportLine("saved", NAME, SAVED, ELSEWHERE), *made]

    def sealed(self, content: dict[str, Any], lines: list[ReportLine]) -> None:
        """All of a state is written."""
        path = _path(content)
        if path is not None and any(line.what == SAVED for line in lines):
            images.seal(path)

    def load(self, content: dict[str, Any], **more: object) -> Thawed | list[ReportLine]:
        """Return the process of the image, or what is to be told of why there is none.

        It is given what the language gives it, and `more`.
        """
        try:
            imaged, path = self._language().imaged(), _path(content)
            if imaged is None or path is None or not _has_image(path):
                return []
            given, descriptors = self._language().to_thawed()
            thawed = images.thaw(path, images.where(imaged.key))
        except Exception as error:  # noqa: BLE001 - whatever it is, there is another way to load
            return [_not_loaded(said(error))]
        given |= {"state": str(path.absolute()), **more}
        try:
            thawed.channel.send_json(Op.GIVE, given, descriptors)
        except OSError:
            thawed.end()
            return [_not_loaded(_("its process ended at once"))]
        return thawed


def _not_loaded(why: str) -> ReportLine:
    what = _("the process itself did not come back: %1", why)
    return ReportLine("loaded", NAME, what, INSTEAD)


def answer(thawed: Thawed, started: float) -> dict[str, Any]:
    """Return the reply to who has asked for the state that is now in that process."""
    line = ReportLine("loaded", NAME, LOADED, NOTHING)
    if thawed.lost:
        line = ReportLine("loaded", NAME, BUT, NOTHING)
    ms = round((time.perf_counter() - started) * 1e3, 3)
    return {"status": "ok", "ms": ms, "report": [line.told(), *thawed.lost], "pid": thawed.pid}


def _path(content: dict[str, Any]) -> Path | None:
    path = content.get("path")
    return Path(path) if isinstance(path, str) and path else None


def _has_image(path: Path) -> bool:
    with suppress(OSError):
        return images.begins(path)
    return False
