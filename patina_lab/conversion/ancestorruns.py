"""Runs of Twinsong and Patina: `NAME.tsnb.runs/*.run`, TOML. Read into ours; pure.

Format: docs/reference/format.md, "Twinsong and Patina".
"""

from __future__ import annotations

import hashlib
import re
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from patina_lab import wire
from patina_lab.conversion.ancestorglobals import variables_of
from patina_lab.conversion.content import Keep, PastRun, Stamp
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.outputs import mime_value, stream
from patina_lab.document.ancestors import Code, Group, group
from patina_lab.document.errors import TsnbError
from patina_lab.model.outputs import storable
from patina_lab.text import gettext as _
from patina_lab.text import verbatim

_LEFT_OUT = _("The run is left out.")
_FINE = re.compile(r"\.\d+")
_ENAME = re.compile(r"([A-Za-z_][\w.]*)(?::\s*|$)")


@dataclass(frozen=True, slots=True)
class Kernel:
    """What the runs of a notebook ran on, by the name that its kernel has here."""

    name: str
    language: str


def read_run(text: str, kernel: Kernel, by: str, keep: Keep) -> PastRun:
    """Return a run. It gets an id of its own. Raises ConversionError."""
    try:
        top = tomllib.loads(text)
        return _run(top, kernel, by, keep)
    except (ConversionError, TsnbError) as error:
        raise ConversionError(error.message, hint=_LEFT_OUT) from error
    except RecursionError as error:
        raise ConversionError(_("Values are nested too deeply"), hint=_LEFT_OUT) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        what = _("This is no run of Twinsong or Patina (%1: %2)", type(error).__name__, error)
        raise ConversionError(what, hint=_LEFT_OUT) from error


def _run(top: dict[str, Any], kernel: Kernel, by: str, keep: Keep) -> PastRun:
    stamp = Stamp("", str(uuid.uuid4()), _moment(str(top["created"])), by)
    state = top.get("kernel_state", {"type": "Closed"})
    crashed = state["type"] == "Crashed"
    recorded = enumerate(top["output_cells"], start=1)
    return PastRun(
        id=stamp.run,
        title=storable(str(top["title"]))[: wire.MAX_TITLE].strip() or "Run",
        created=stamp.at,
        kernel=kernel.name,
        language=kernel.language,
        cells=tuple(_cell(cell, seq, stamp, keep) for seq, cell in recorded),
        variables=tuple(variables_of(top.get("globals") or {})),
        error=_crash(str(state.get("message", ""))) if crashed else None,
    )


def _moment(text: str) -> str:
    """Return a time as the wire has it. They write nanoseconds. Raises ValueError."""
    moment = datetime.fromisoformat(_FINE.sub(lambda match: match[0][:7], text))
    utc = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _crash(message: str) -> wire.RunError:
    return wire.RunError(
        message=_("The kernel ended unexpectedly"),
        reason=verbatim(storable(message)) or _("Twinsong and Patina say no more"),
        hint=_("Restart the run, or start a new one."),
    )


def _cell(table: Mapping[str, Any], seq: int, stamp: Stamp, keep: Keep) -> wire.OutputCell:
    called, flag = str(table["called_id"]), table["flag"]
    name, source = f"{stamp.run}-{seq}", storable(_source(table["editor_node"], called))
    outputs = _outputs(table["values"], name, finished=flag == "Success", keep=keep)
    return wire.OutputCell(
        seq=seq,
        id=name,
        cell=called,
        source=source,
        source_hash=hashlib.sha256(source.encode()).hexdigest(),
        # What still ran when the kernel crashed is left as running.
        status="succeeded" if flag == "Success" else "failed",
        requested_by=stamp.by,
        queued=stamp.at,
        session=1,
        outputs=outputs,
        ended=stamp.at,
    )


def _source(table: Any, called: str) -> str:
    """Return the code that ran: of a cell its own, of a group that of all its cells."""
    found = _find(group(table, "editor_node"), called)
    return "" if found is None else "\n\n".join(_codes(found))


def _find(node: Group | Code, name: str) -> Group | Code | None:
    if node.id == name:
        return node
    children = node.children if isinstance(node, Group) else ()
    return next((found for child in children if (found := _find(child, name))), None)


def _codes(node: Group | Code) -> Iterator[str]:
    if isinstance(node, Code):
        yield node.code
    else:
        for child in node.children:
            yield from _codes(child)


def _outputs(
    values: list[Mapping[str, Any]], name: str, *, finished: bool, keep: Keep
) -> list[wire.Manifest]:
    """Return the outputs; the last value of a cell that finished is its result, or none.

    Text that follows on text is one output: it came in pieces.
    """
    result = values[-1] if finished and values else None
    shown = values[:-1] if finished else values
    outputs: list[wire.Manifest] = []
    text = ""
    for value in (*shown, None):
        if value is not None and value["type"] == "Text":
            text += str(value["value"])
            continue
        if text:
            outputs.append(stream("stdout", storable(text), f"{name}-{len(outputs)}", keep))
            text = ""
        outputs += _shown(value, f"{name}-{len(outputs)}", "display_data", keep)
    return outputs + _shown(result, f"{name}-{len(outputs)}", "execute_result", keep)


def _shown(
    value: Mapping[str, Any] | None, name: str, kind: wire.OutputType, keep: Keep
) -> list[wire.Manifest]:
    match value["type"] if value else "None":
        case "None":
            return []
        case "Exception":
            assert value is not None
            return [_error(value["value"], name)]
        case "Text" | "Html" as named:
            assert value is not None
            mime = "text/plain" if named == "Text" else "text/html"
            data = {mime: mime_value(mime, storable(str(value["value"])), keep)}
            return [wire.Manifest(id=name, type=kind, data=data, metadata={})]
        case other:
            raise ConversionError(_("A value has the type %1", repr(other)), hint=_LEFT_OUT)


def _error(value: Mapping[str, Any], name: str) -> wire.Manifest:
    message = storable(str(value["message"]))
    found = _ENAME.match(message)
    return wire.Manifest(
        id=name,
        type="error",
        ename=found[1] if found else "Error",
        evalue=message[found.end() :] if found else message,
        traceback=storable(str(value.get("traceback", ""))).splitlines() or [message],
    )
