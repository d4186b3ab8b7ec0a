"""Notebooks for tests."""

from __future__ import annotations

import uuid
from pathlib import Path

from patina_lab.document.format import Cell, TsnbDocument, write


def cell(source: str, name: str = "", *tags: str, kind: str = "code") -> Cell:
    metadata = {"tags": list(tags)} if tags else {}
    return Cell(name or uuid.uuid4().hex[:8], kind, source, metadata)  # type: ignore[arg-type]


def notebook(
    *cells: Cell | str, kernel: str = "patina-python", language: str = "python", name: str = ""
) -> TsnbDocument:
    made = tuple(cell(one) if isinstance(one, str) else one for one in cells)
    return TsnbDocument(name or str(uuid.uuid4()), kernel, language, made)


def put(folder: Path, document: TsnbDocument, name: str = "analysis.tsnb") -> Path:
    path = folder / name
    path.write_text(write(document), encoding="utf-8")
    return path
