"""The shapes that cross the network: requests, replies and what the runs document holds.

`src/wire.ts` is made from this module by the set-up (`make wire`), the OpenAPI document when it is
asked for. The contract itself is `docs/reference/api.md`.

Times are UTC, RFC 3339 with milliseconds. Fields whose value is their default are omitted.
"""

from __future__ import annotations

from patina_lab.wire.comparison import ComparedCell, ComparedGlobal, Comparison, DiffLine
from patina_lab.wire.kernels import ForkedKernel, ForkKernel, UndoneKernel
from patina_lab.wire.names import (
    Capability,
    CellStatus,
    CellType,
    Difference,
    Format,
    GlobalChange,
    GlobalKind,
    LineKind,
    OnCrash,
    OnServerStop,
    OutputType,
    Place,
    RunStatus,
    SourceNoticeKind,
    Verdict,
)
from patina_lab.wire.notebooks import (
    Cleared,
    Convert,
    Converted,
    CreateNotebook,
    Flushed,
    Info,
    KernelChoice,
    Notebook,
    SourceCell,
    SourceNotice,
)
from patina_lab.wire.outputs import InputRequest, Manifest, MimeValue, OutputCell, SealedChunk
from patina_lab.wire.requests import Problem, SocketReply, SocketRequest
from patina_lab.wire.runrequests import (
    MAX_TITLE,
    CellReference,
    ChangeOutputCell,
    Checkpoint,
    Execute,
    ForkRun,
    FreedSpace,
    FreeSpace,
    Input,
    LoadRun,
    NewRun,
    RenameRun,
    SaveReply,
)
from patina_lab.wire.runs import Crash, ForkPoint, Phase, ReportLine, Run, RunError, SavedState
from patina_lab.wire.search import Found, SearchPage, Snippet, Thumbnail
from patina_lab.wire.variables import Global, GlobalPage, Picture
from patina_lab.wire.wording import Wire, Worded, Wording, Wordings, plainly, telling, told

PROTOCOL = "1"
DOCUMENT_SHAPES = (Run, OutputCell, Global, Wording)
"""What the runs document holds."""

__all__ = [
    "DOCUMENT_SHAPES",
    "MAX_TITLE",
    "PROTOCOL",
    "Capability",
    "CellReference",
    "CellStatus",
    "CellType",
    "ChangeOutputCell",
    "Checkpoint",
    "Cleared",
    "ComparedCell",
    "ComparedGlobal",
    "Comparison",
    "Convert",
    "Converted",
    "Crash",
    "CreateNotebook",
    "DiffLine",
    "Difference",
    "Execute",
    "Flushed",
    "ForkKernel",
    "ForkPoint",
    "ForkRun",
    "ForkedKernel",
    "Format",
    "Found",
    "FreeSpace",
    "FreedSpace",
    "Global",
    "GlobalChange",
    "GlobalKind",
    "GlobalPage",
    "Info",
    "Input",
    "InputRequest",
    "KernelChoice",
    "LineKind",
    "LoadRun",
    "Manifest",
    "MimeValue",
    "NewRun",
    "Notebook",
    "OnCrash",
    "OnServerStop",
    "OutputCell",
    "OutputType",
    "Phase",
    "Picture",
    "Place",
    "Problem",
    "RenameRun",
    "ReportLine",
    "Run",
    "RunError",
    "RunStatus",
    "SaveReply",
    "SavedState",
    "SealedChunk",
    "SearchPage",
    "Snippet",
    "SocketReply",
    "SocketRequest",
    "SourceCell",
    "SourceNotice",
    "SourceNoticeKind",
    "Thumbnail",
    "UndoneKernel",
    "Verdict",
    "Wire",
    "Worded",
    "Wording",
    "Wordings",
    "plainly",
    "telling",
    "told",
]
