"""From nbformat 4.5 to a source and, where there are outputs, a run that has ended."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from patina_lab import wire
from patina_lab.conversion.content import Content, Keep, PastRun, Stamp
from patina_lab.conversion.kernelchoice import Choice
from patina_lab.conversion.outputs import manifest
from patina_lab.document.format import Cell, TsnbDocument
from patina_lab.document.values import JSON_KEY
from patina_lab.model.outputs import storable

Choose = Callable[[str, str], Choice]
"""Returns the kernel for a kernelspec's name and a language, as a notebook names them."""

_EXACT = 2**53
_KNOWN = {
    "id",
    "cell_type",
    "source",
    "metadata",
    "attachments",
    "outputs",
    "execution_count",
    "type",
}
IMPORTED = "imported"
"""The table of a `.tsnb` that says what it was made of; export looks there."""


def content_of(
    notebook: dict[str, Any], stamp: Stamp, choose: Choose, keep: Keep, form: str = "ipynb"
) -> Content:
    """Return what a notebook that `read_ipynb` gave is as one of ours."""
    metadata = documented(dict(notebook["metadata"]))
    choice = choose(*named_kernel(metadata))
    document = TsnbDocument(
        id=stamp.notebook,
        kernel=choice.kernel,
        language=choice.language,
        cells=tuple(map(_cell, notebook["cells"])),
        metadata=metadata,
        extra={IMPORTED: {"format": form, "kernel": choice.kernel}},
    )
    run = _run(notebook["cells"], stamp, choice, keep)
    return Content(document, (run,) if run else (), choice.notes)


def named_kernel(metadata: dict[str, Any]) -> tuple[str, str]:
    """Return the kernelspec and the language that a notebook's metadata name; "" where none."""
    spec, info = metadata.get("kernelspec"), metadata.get("language_info")
    spec = spec if isinstance(spec, dict) else {}
    info = info if isinstance(info, dict) else {}
    # Jupytext and old versions of IPython have the language elsewhere.
    language = info.get("name") or spec.get("language") or metadata.get("language") or ""
    return str(spec.get("name") or ""), str(language)


def documented(value: Any) -> Any:
    """Return a JSON value as the source document has it; see document/values.py."""
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(name): documented(item) for name, item in value.items()}
        case list():
            return [documented(item) for item in value]
        case int() if not isinstance(value, bool) and abs(value) >= _EXACT:
            return {JSON_KEY: str(value)}
        case _:
            return value


def _cell(cell: dict[str, Any]) -> Cell:
    return Cell(
        id=cell["id"],
        type=cell["cell_type"],
        source=storable(cell["source"]),
        metadata=documented(dict(cell["metadata"])),
        attachments=documented(dict(cell.get("attachments") or {})),
        extra=documented({name: cell[name] for name in sorted(cell.keys() - _KNOWN)}),
    )


def _run(
    cells: Iterable[dict[str, Any]], stamp: Stamp, choice: Choice, keep: Keep
) -> PastRun | None:
    executed = [cell for cell in cells if cell["cell_type"] == "code" and _was_executed(cell)]
    if not executed:
        return None
    return PastRun(
        id=stamp.run,
        title=stamp.title,
        created=stamp.at,
        kernel=choice.kernel,
        language=choice.language,
        cells=tuple(
            _output_cell(cell, seq, stamp, keep) for seq, cell in enumerate(executed, start=1)
        ),
    )


def _was_executed(cell: dict[str, Any]) -> bool:
    return bool(cell["outputs"]) or cell["execution_count"] is not None


def _output_cell(cell: dict[str, Any], seq: int, stamp: Stamp, keep: Keep) -> wire.OutputCell:
    name = f"{stamp.run}-{seq}"
    source = storable(cell["source"])
    outputs = [
        manifest(output, f"{name}-{index}", keep) for index, output in enumerate(cell["outputs"])
    ]
    failed = any(output.type == "error" for output in outputs)
    return wire.OutputCell(
        seq=seq,
        id=name,
        cell=cell["id"],
        source=source,
        source_hash=hashlib.sha256(source.encode()).hexdigest(),
        status="failed" if failed else "succeeded",
        requested_by=stamp.by,
        queued=stamp.at,
        session=1,
        outputs=outputs,
        execution_count=cell["execution_count"],
        ended=stamp.at,
    )
