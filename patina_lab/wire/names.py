"""The words that fields are in: what a run, a cell, an output or a notice can be."""

from __future__ import annotations

from typing import Literal

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
