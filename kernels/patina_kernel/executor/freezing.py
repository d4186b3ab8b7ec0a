"""A parked copy that writes an image of itself, and what is told when a process comes out of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patina_kernel import images
from patina_kernel.executor import descriptors
from patina_kernel.language import Imaged, ReportLine
from patina_kernel.text import gettext as _
from patina_kernel.text import kept, said, told
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op


@dataclass(frozen=True, slots=True)
class Arrival:
    """A process out of an image: what it was given by that which has thawed it (see `Op.GIVE`)."""

    given: dict[str, Any] = field(default_factory=dict)
    descriptors: tuple[int, ...] = ()


def order(
    path: Path, imaged: Imaged, where: Mapping[str, str], report: Iterable[ReportLine]
) -> dict[str, Any]:
    """Return what a copy is told that is to write an image; `report`: what it has not exactly."""
    lines = [line.told() for line in report]
    folders = [str(one) for one in imaged.folders]
    return {"path": str(path), "where": dict(where), "folders": folders, "lines": lines}


def have_written(copy: Channel, order: dict[str, Any]) -> None:
    """Have a parked copy write an image, and end. Raises ImageError or OSError."""
    try:
        copy.send_json(Op.FREEZE, order)
        answer = copy.receive()
        content = parse(answer) if answer else {"evalue": _("its process ended")}
        if "evalue" in content:
            raise images.ImageError(kept(content, "evalue"))
    finally:
        copy.close()  # so that it ends


def written(
    order: Mapping[str, Any], channel: int, positions: dict[int, int]
) -> tuple[dict[str, Any], bool]:
    """In the copy: write the image; return what is to be told, and whether it was just thawed."""
    files, folder = descriptors.names(positions), _folder()
    try:
        if not images.write(Path(order["path"]), channel, order["where"], order["folders"]):
            return {}, False
    except images.ImageError as error:
        return told(evalue=said(error)), False
    threading.main_thread()._set_native_id()  # type: ignore[attr-defined]
    lost = [*map(_gone, descriptors.gone(files)), *_moved(folder)]
    return {"lost": [*order["lines"], *(line.told() for line in lost)]}, True


def _gone(path: str) -> ReportLine:
    what = _("it is not there any more, or cannot be opened")
    return ReportLine("file", path, what, _("Open another in its place."))


def _folder() -> str | None:
    """Return the folder that this process is in; None when it was deleted."""
    try:
        return os.getcwd()  # noqa: PTH109 - as text
    except OSError:
        return None


def _moved(before: str | None) -> list[ReportLine]:
    """Tell of a folder that this process was in, and is not any more."""
    if before is not None and before == _folder():
        return []
    what = _("the process is in another folder: this one is gone")
    return [ReportLine("folder", before or "?", what, _("Go to another one."))]
