"""Questions and tasks of the protocol that only the executor can answer."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from patina_kernel.language import Delta, Global, Language, NoSuchGlobalError, SnapshotError
from patina_kernel.text import gettext as _
from patina_kernel.text import said, told

# The time a delta may take after a cell, and how many children a page has when nothing is said.
DELTA_SECONDS = 0.01
PAGE = 100
MOST = 10_000


class Answers:
    """Answers for a language. An answer never raises: what went wrong is in it."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self.tells = False
        """Whether the latest answer has more of the globals than the latest delta."""

    def answer(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Return the content of the reply."""
        started, self.tells = time.perf_counter(), False
        try:
            match kind:
                case "patina_globals_request":
                    return {"status": "ok", **self._children(content)}
                case "patina_save_request":
                    reply = self._save(_path(content))
                case "patina_load_request":
                    reply = self._load(_path(content))
                case "patina_lock_request":
                    self._language.need(dict(content.get("dependencies", {})))
                    self._language.lock(dict(content["lock"]))
                    reply = {}
                case _:
                    return _error("UnknownRequest", _("there is no %1", kind), "")
        except SnapshotError as error:
            return _error("SnapshotError", said(error), error.hint)
        except NoSuchGlobalError as error:
            return _error("NoSuchGlobal", said(error), _("look at the list again"))
        except Exception as error:  # noqa: BLE001 - values of users' making may raise anything
            return _error(
                type(error).__name__, str(error), _("check what was asked, then ask again")
            )
        return {"status": "ok", "ms": round((time.perf_counter() - started) * 1e3, 3), **reply}

    def _children(self, content: dict[str, Any]) -> dict[str, Any]:
        limit = min(int(content.get("limit") or PAGE), MOST)
        page = self._language.inspector.children(
            str(content["name"]),
            [str(step) for step in content.get("path") or ()],
            max(0, int(content.get("offset") or 0)),
            limit,
        )
        self.tells = page.tells
        children = [as_row(child) for child in page.children]
        stale = bool(content.get("stale", False))
        picture = {"picture": asdict(page.picture)} if page.picture else {}
        return {
            "global": as_row(page.of),
            "children": children,
            "total": page.total,
            "stale": stale,
            **picture,
        }

    def _save(self, path: Path) -> dict[str, Any]:
        size, report = self._language.snapshots.save(path)
        return {"bytes": size, "report": [line.told() for line in report]}

    def _load(self, path: Path) -> dict[str, Any]:
        return {"report": [line.told() for line in self._language.snapshots.load(path)]}


def as_row(value: Global) -> dict[str, Any]:
    """Return a global as the protocol has it: what is not known is left out."""
    row = asdict(value)
    return {
        key: field for key, field in row.items() if field is not None and field is not False
    } | {
        "changed": value.changed,
        "has_children": value.has_children,
    }


def as_message(delta: Delta, seconds: float) -> dict[str, Any]:
    """Return a delta as the protocol has it."""
    rows = [as_row(change) for change in delta.changes]
    return {"delta": rows, "total": delta.total, "ms": round(seconds * 1e3, 3)}


def _path(content: dict[str, Any]) -> Path:
    path = content.get("path")
    if not isinstance(path, str) or not path:
        raise SnapshotError(_("no path was given"), _("name a file"))
    return Path(path)


def _error(name: str, message: str, hint: str) -> dict[str, Any]:
    said = told(evalue=message, hint=hint)
    return {"status": "error", "ename": name, **said, "traceback": []}
