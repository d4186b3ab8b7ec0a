"""The shapes that cross the network: requests, replies and what the runs document holds.

`src/wire.ts` is made from this module by the set-up (`make wire`), the OpenAPI document when it is
asked for. The contract itself is `docs/reference/api.md`.

Times are UTC, RFC 3339 with milliseconds. Fields whose value is their default are omitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, ClassVar, Literal, cast

from msgspec import Meta, Struct, ValidationError, convert, field, to_builtins
from msgspec.structs import force_setattr

from patina_lab.text import Text, Value, worded

PROTOCOL = "1"
MAX_TITLE = 200

RunStatus = Literal["starting", "idle", "busy", "forking", "failed", "stopped", "lost"]
CellType = Literal["code", "markdown", "raw"]
CellStatus = Literal["queued", "running", "succeeded", "failed", "interrupted", "not run"]
OutputType = Literal["stream", "display_data", "execute_result", "error"]
GlobalKind = Literal["data", "function", "class", "module", "other"]
GlobalChange = Literal["new", "rebound", "maybe", "gone"]
Capability = Literal["fork", "undo", "globals", "save"]
OnCrash = Literal["ask", "continue"]
Format = Literal[
    "patina-lab",
    "ipynb",
    "html",
    "markdown",
    "myst",
    "rmarkdown",
    "quarto",
    "percent",
    "light",
    "twinsong",
    "patina",
]
OnServerStop = Literal["keep", "stop"]
LineKind = Literal["same", "left", "right", "gap"]
Difference = Literal["only left", "only right", "code", "outputs", "status"]
Verdict = Literal["same", "alike", "different"]
Place = Literal["code", "output", "error", "name"]
SourceNoticeKind = Literal[
    "conflict",
    "backup",
    "read-only",
    "not saved",
    "history",
    "unreadable",
    "gone",
    "other notebook",
    "other server",
]


class Wire(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every shape: immutable, named fields, defaults left out."""


class Wording(Wire, frozen=True):
    """How translators know a text: `msgid`, and what stands in its places, `%1` and so on.

    `plural`: it has a number, the first of the values, and this is its form for many. A value that
    has a wording is said in the reader's language, too.
    """

    msgid: str
    plural: str | None = None
    values: list[str | int | Wording] = []

    @classmethod
    def of(cls, text: Text) -> Wording:
        """Return that of a text."""
        return cls(msgid=text.msgid, plural=text.plural, values=[*map(_sent, text.values)])

    def text(self) -> Text:
        """Return the text itself."""
        values = [one.text() if isinstance(one, Wording) else one for one in self.values]
        return worded(self.msgid, self.plural, values)


_ANY_WORDING = {"additionalProperties": {"$ref": "#/components/schemas/Wording"}}
Wordings = Annotated[dict[str, Any], Meta(extra_json_schema=_ANY_WORDING)]
"""Wordings by the names of fields. One that is none harms nothing else: `Worded` drops it."""


def _sent(value: Value) -> str | int | Wording:
    if not isinstance(value, Text):
        return value
    return Wording.of(value) if value.msgid else str(value)


def telling(texts: Mapping[str, Text]) -> dict[str, Any]:
    """Return texts as JSON objects have them: as strings, with their `wording`."""
    wording = {name: Wording.of(text) for name, text in texts.items() if text.has_wording}
    said: dict[str, Any] = {name: str(text) for name, text in texts.items()}
    return {**said, "wording": to_builtins(wording)} if wording else said


_UNFIT = (LookupError, TypeError, ValidationError, RecursionError)


def told(said: Mapping[str, Any], name: str) -> Text:
    """Return a text of a JSON object of a kernel's or a document's, as `telling` made it."""
    with suppress(*_UNFIT):
        return convert(said["wording"][name], Wording).text()
    text = str(said.get(name) or "")
    return Text(text, "" if "%" in text else text)


def _taken(name: str, value: Text | list[Any]) -> tuple[Any, dict[str, Wording]]:
    """Return a field as it crosses the network, and its wordings; in a list, of `name.0` on."""
    if isinstance(value, Text):
        return str(value), {name: Wording.of(value)} if value.has_wording else {}
    texts = [(f"{name}.{index}", one) for index, one in enumerate(value) if isinstance(one, Text)]
    said = [str(one) if isinstance(one, Text) else one for one in value]
    return said, {each: Wording.of(text) for each, text in texts if text.has_wording}


class Worded:
    """A shape with texts that people read, of which `wording` says how translators know them.

    One that has no values needs none: a page looks up the text itself.
    """

    __slots__ = ()
    __struct_fields__: ClassVar[tuple[str, ...]]

    def __post_init__(self) -> None:
        """Take the wordings from the texts, which cross the network as plain strings.

        Those that came with them stay where they still say the same.
        """
        made = cast("Struct", self)
        came: dict[str, Any] | None = getattr(self, "wording", None)
        wording: dict[str, Wording] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Text | list):
                said, found = _taken(name, value)
                force_setattr(made, name, said)
                wording |= found
        if came:
            wording = self._fitting(came) | wording
        if came or wording:
            force_setattr(made, "wording", wording or None)

    def _fitting(self, wording: dict[str, Any]) -> dict[str, Wording]:
        """Return those wordings from elsewhere that are some, and of what is said here."""
        fitting: dict[str, Wording] = {}
        for name, one in wording.items():
            with suppress(ValueError, *_UNFIT):
                known = convert(one, Wording)
                field_name, _dot, place = name.partition(".")
                said = getattr(self, field_name, None)
                if known.text() == (said[int(place)] if place and said else said):
                    fitting[name] = known
        return fitting

    def text(self, name: str) -> Text:
        """Return the text of a field, as it was given."""
        return told(to_builtins(self), name)


def plainly(value: object) -> str:
    """Return a text as a string where it stands in a shape without wording. A hook of msgspec's."""
    if isinstance(value, Text):
        return str(value)
    raise NotImplementedError(f"{type(value)} has no shape on the wire")


class MimeValue(Wire, frozen=True):
    """One representation of an output: inline, or the blob that holds its bytes.

    `inline` is the MIME bundle's value as Jupyter sends it (a string, or JSON for JSON types).
    A blob holds the same value: UTF-8 text, decoded bytes for base64 image types, or JSON text.
    `base64`: of an import, how its text was broken into lines in the file, at 76 characters or
    only at its end, so that an export has it again; `none`: it was no base64, and is text.
    """

    inline: Any = None
    blob: str | None = None
    bytes: int | None = None
    base64: Literal["wrapped", "ended", "none"] | None = None


class SealedChunk(Wire, frozen=True):
    """A finished part of a stream, kept as a blob of UTF-8 text."""

    blob: str
    bytes: int
    lines: int


class Manifest(Wire, frozen=True):
    """One output of an output cell. Which fields are present depends on `type`."""

    id: str
    type: OutputType
    display_id: str | None = None
    execution_count: int | None = None
    name: str | None = None
    data: dict[str, MimeValue] | None = None
    metadata: dict[str, Any] | None = None
    ename: str | None = None
    evalue: str | None = None
    traceback: list[str] | None = None
    sealed: list[SealedChunk] | None = None
    tail: str | None = None


class OutputCell(Wire, frozen=True):
    """One execution: the source as it ran, and what came of it."""

    seq: int
    id: str
    cell: str
    source: str
    source_hash: str
    status: CellStatus
    requested_by: str
    queued: str
    session: int
    outputs: list[Manifest]
    execution_count: int | None = None
    started: str | None = None
    ended: str | None = None
    input_request: InputRequest | None = None
    globals_changed: list[str] | None = None
    globals_new: list[str] | None = None
    globals_gone: list[str] | None = None
    globals_maybe: list[str] | None = None
    undone: bool = False
    pinned: bool = False


class InputRequest(Wire, frozen=True):
    """The kernel waits for a line of input; any client may answer it, once."""

    prompt: str
    password: bool = False


class Phase(Worded, Wire, frozen=True):
    """What a starting run is doing, since when, and how long it took last time."""

    name: str
    since: str
    previous_ms: int | None = None
    wording: Wordings | None = None


class ForkPoint(Wire, frozen=True):
    """Where a run was forked: its parent, and the last output cell it shares with it."""

    run: str
    seq: int


class ReportLine(Worded, Wire, frozen=True):
    """One thing a fork or a load could not carry exactly."""

    kind: str
    name: str
    what: str
    advice: str
    wording: Wordings | None = None


class RunError(Worded, Wire, frozen=True):
    """Why a run failed: what happened, and what a person can do."""

    message: str
    reason: str
    hint: str
    wording: Wordings | None = None


class Crash(Worded, Wire, frozen=True):
    """The kernel's process ended, and a state of before was kept: undo goes on from it.

    `seq` is the output cell that ran then, before which it goes on; absent when none ran.
    """

    reason: str
    seq: int | None = None
    wording: Wordings | None = None


class SavedState(Wire, frozen=True):
    """A state of the run on disk: when it was saved, and the last output cell it has."""

    at: str
    seq: int
    bytes: int


class Run(Wire, frozen=True):
    """One kernel and its timeline (the timeline itself is not part of this shape).

    `checkpoints` are the output cells before which a state is kept, as far as is known.
    `loaded_seq`: the session began with a saved state, the one after this output cell.
    """

    id: str
    notebook: str
    title: str
    created: str
    kernel_name: str
    language: str
    status: RunStatus
    queue: list[int]
    last_seq: int
    session: int
    kernel_id: str | None = None
    phase: Phase | None = None
    parent: ForkPoint | None = None
    memory_bytes: int | None = None
    report: list[ReportLine] | None = None
    error: RunError | None = None
    capabilities: list[Capability] | None = None
    checkpoints: list[int] | None = None
    crash: Crash | None = None
    saved: SavedState | None = None
    globals_total: int | None = None
    loaded_seq: int | None = None


class Global(Wire, frozen=True):
    """One variable, as the kernel summarised it. `summary` is at most 200 characters.

    `unreadable`: of its value nothing but the type could be told.
    """

    name: str
    type: str
    kind: GlobalKind
    summary: str
    has_children: bool
    bytes: int | None = None
    length: int | None = None
    shape: list[int] | None = None
    dtype: str | None = None
    changed: GlobalChange | None = None
    by: int | None = None
    approximate: bool = False
    unreadable: bool = False


class SourceNotice(Worded, Wire, frozen=True):
    """What people have to know about a notebook's file: what happened, why, what to do.

    `cells`: of which both versions are kept. `file`: where something was kept, below the root.
    """

    kind: SourceNoticeKind
    message: str
    reason: str
    hint: str
    cells: list[str] | None = None
    file: str | None = None
    wording: Wordings | None = None


class Notebook(Wire, frozen=True):
    """An open notebook."""

    id: str
    path: str
    kernel: str
    language: str
    runs: list[Run]


class KernelChoice(Wire, frozen=True):
    """A kernelspec a notebook can be written for.

    `missing`: programs that its kernels need, and that this server has not.
    """

    name: str
    display_name: str
    language: str
    missing: list[str] | None = None


class Info(Wire, frozen=True):
    """Reply of `GET api/patina`."""

    version: str
    protocol: str
    notebooks_root: str
    kernels: list[KernelChoice]


class CreateNotebook(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/notebooks`. `path` is relative to the server's root."""

    path: str
    kernel: str


class SourceCell(Wire, frozen=True):
    """A cell of the source, as the server's copy of the document has it now."""

    id: str
    type: CellType
    source: str
    source_hash: str
    tags: list[str] = []


class Flushed(Wire, frozen=True):
    """Reply of `POST api/patina/notebooks/{id}/flush`: all of it is on disk."""

    path: str
    runs: int


class Cleared(Wire, frozen=True):
    """Reply of `DELETE api/patina/runs/{run}/timeline`: output cells that are gone, and others."""

    deleted: int
    kept: int


class Convert(Wire, frozen=True, forbid_unknown_fields=True, rename={"source": "from"}):
    """Body of `POST api/patina/convert`. Both paths are relative to the server's root.

    `run`: the run whose outputs go along. `runs`: whether a `.tsnb` gets all runs. `force`: write
    over what is there. `format`, `kernel`: others than names and metadata say.
    """

    source: str
    to: str
    run: str | None = None
    force: bool = False
    runs: bool = True
    format: Format | None = None
    kernel: str | None = None


class Converted(Worded, Wire, frozen=True):
    """Reply of `POST api/patina/convert`. `notes`: what a person should know of the new file."""

    path: str
    format: Format
    bytes: int
    cells: int
    runs: int
    kernel: str
    language: str
    notes: list[str]
    wording: Wordings | None = None


class NewRun(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/notebooks/{id}/runs`.

    `globals_timeout_ms`: how long its kernel looks at the variables after a cell, in milliseconds.
    """

    kernel: str | None = None
    title: str | None = None
    checkpoints: int | Literal["auto", "off"] = "auto"
    on_crash: OnCrash = "ask"
    on_server_stop: OnServerStop | None = None
    globals_timeout_ms: int = 200


class CellReference(Wire, frozen=True, forbid_unknown_fields=True):
    """A cell to run, and the SHA-256 of the source (UTF-8, hex) the caller sees."""

    id: str
    source_hash: str | None = None


class Execute(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/execute`. The same `request_id` runs nothing twice.

    `parameters` are assigned after the cell that is tagged `parameters`, or before all of them.
    """

    cells: list[CellReference]
    request_id: str
    parameters: dict[str, Any] | None = None


class Input(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/input`. `output_cell` is a seq."""

    output_cell: int
    value: str


class RenameRun(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `PATCH api/patina/runs/{run}`."""

    title: str


class ForkRun(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/fork`. The same `request_id` forks nothing twice."""

    after_seq: int | None = None
    title: str | None = None
    cells: list[CellReference] = []
    reseed: bool = False
    request_id: str | None = None


class Checkpoint(Wire, frozen=True):
    """A kept state: that before output cell `seq`, and the memory only it uses."""

    seq: int
    taken: str
    private_bytes: int


class Picture(Wire, frozen=True):
    """What a value looks like: a MIME type that browsers show, and the bytes in base64."""

    mime: str
    data: str


class GlobalPage(Wire, frozen=True):
    """A variable, or a part of one, and some of its children; `total` counts all of them.

    `stale`: the kernel was busy; this is what was seen last, and may have changed since.
    `picture`: of a value that is one, on its first page.
    """

    value: Global = field(name="global")
    children: list[Global]
    total: int
    stale: bool = False
    picture: Picture | None = None


class SaveReply(Wire, frozen=True):
    """Reply of `POST api/patina/runs/{run}/save`. `path` is relative to the server's root."""

    path: str
    bytes: int
    report: list[ReportLine]


class LoadRun(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/load`. `trust`: a person has said yes to foreign code."""

    trust: bool = False


class ChangeOutputCell(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `PATCH api/patina/runs/{run}/timeline/{seq}`."""

    pinned: bool


class FreeSpace(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/runs/{run}/free-space`: of its output cells the latest are kept."""

    keep: int


class FreedSpace(Wire, frozen=True):
    """Output cells that were deleted, the bytes freed on disk, and how many old ones were spared.

    Spared are those that are pinned, that have not ended, or that forks have from the run.
    """

    deleted: int
    bytes: int
    spared: int


class ForkKernel(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/kernels/{kernel}/fork`."""

    reseed: bool = False


class ForkedKernel(Wire, frozen=True):
    """A kernel of Jupyter's that is a fork of another."""

    id: str
    name: str
    report: list[ReportLine]


class UndoneKernel(Wire, frozen=True):
    """Reply of `POST api/patina/kernels/{kernel}/undo`: how many more cells can be undone.

    `msg_id`: the request whose execution was undone; not of a run, whose output cell says so.
    """

    left: int
    msg_id: str | None = None


class DiffLine(Wire, frozen=True):
    """A line of both texts, of one of them, or (`gap`) how many lines of both are left out."""

    kind: LineKind
    text: str


class ComparedCell(Wire, frozen=True):
    """Two output cells of one cell, or one without a counterpart; nothing in `differs`: the same.

    `code` and `output` are there where those differ and are not too long to compare by line.
    """

    cell: str
    differs: list[Difference]
    left: OutputCell | None = None
    right: OutputCell | None = None
    code: list[DiffLine] | None = None
    output: list[DiffLine] | None = None


class ComparedGlobal(Wire, frozen=True):
    """A variable in two runs. `alike`: what is known of both is equal, and is not all of it."""

    name: str
    verdict: Verdict
    left: Global | None = None
    right: Global | None = None


class Comparison(Wire, frozen=True):
    """Two runs side by side: those cells and variables first that differ, then in order.

    `shared` output cells are of before a fork, the same in both, and left out. `*_total` and
    `*_different` count all of them, listed or not. `*_past`: the run has no kernel, and these are
    the variables as they were last.
    """

    left: Run
    right: Run
    shared: int
    cells: list[ComparedCell]
    cells_total: int
    cells_different: int
    globals: list[ComparedGlobal]
    globals_total: int
    globals_different: int
    globals_alike: int
    left_past: bool = False
    right_past: bool = False


class Snippet(Wire, frozen=True):
    """Where a word was found, with what stands around it in its line."""

    place: Place
    before: str
    match: str
    after: str


class Thumbnail(Wire, frozen=True):
    """The first picture of an output cell; of a plot that the page draws only its type."""

    mime: str
    value: MimeValue | None = None


class Found(Wire, frozen=True):
    """An output cell in which all words were found. `line` is the first line of its source."""

    run: str
    seq: int
    cell: str
    status: CellStatus
    at: str
    line: str
    snippets: list[Snippet]
    thumbnail: Thumbnail | None = None
    undone: bool = False
    pinned: bool = False


class SearchPage(Wire, frozen=True):
    """What was found, the latest first. `next`: where to go on; absent when all was looked at.

    A page ends when it is full or has taken long enough: it can be empty and have a `next`.
    `unread` outputs could not be read: their file is missing or damaged.
    """

    found: list[Found]
    searched: int
    total: int
    next: str | None = None
    unread: int = 0


class Problem(Worded, Wire, frozen=True):
    """Every error reply: what happened, why, and what to do."""

    message: str
    reason: str
    hint: str = field(default="")
    wording: Wordings | None = None


class SocketRequest(Wire, frozen=True, forbid_unknown_fields=True):
    """A request by the socket of the runs document. `id` is a number of the client's choice."""

    id: int
    run: str
    execute: Execute


class SocketReply(Wire, frozen=True):
    """The answer to the request with this `id`: `status` and the rest are as over HTTP."""

    id: int
    status: int
    cells: list[OutputCell] | None = None
    problem: Problem | None = None


DOCUMENT_SHAPES = (Run, OutputCell, Global, Wording)
"""What the runs document holds."""
