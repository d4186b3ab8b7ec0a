"""What to do about errors whose cause is not the code of the cell: crates, network, disk. Pure."""

from __future__ import annotations

import re

_ADVICE = (
    (
        r"No space left on device|os error 28",
        "The disk is full: make room; or name a folder on another disk in PATINA_TARGET_DIR, and "
        "restart the kernel.",
    ),
    (
        r"offline mode|--offline",
        "Crates are only taken from this machine: the cell `:offline 0` allows the network.",
    ),
    (
        r"no matching package named",
        "There is no such crate: look its name up at https://crates.io.",
    ),
    (
        r"failed to select a version for|candidate versions found which didn't match",
        "Ask for a version that there is: `:dep NAME` takes the newest.",
    ),
    (
        r"[Cc]ould(?:n't| not) resolve host|network failure|failed to download"
        r"|[Cc]onnection refused|failed to query replaced source|[Uu]nable to update registry"
        r"|download of .* failed",
        "The network cannot be reached: try again when it is there. With `:offline 1`, crates that "
        "this machine has can be used without it.",
    ),
    (
        r"requires rustc \d|is not supported by the following package|rustc \S+ is not supported",
        "Its crates need a newer rustc: run `rustup update` and restart the kernel, or ask for an "
        "older version.",
    ),
    (
        r"linker `\S+` not found",
        "A C compiler is needed to link (Debian: apt-get install build-essential).",
    ),
    (
        r"failed to run custom build command",
        "The crate's build script failed; often it looks for a C library, which it names.",
    ),
    (
        r"could not compile `(?!ctx\b)",
        "The crate does not build with this rustc: another version may.",
    ),
    (
        r"failed to (?:load source for|get|read|find|parse)|[Nn]o such file or directory",
        "Check the name and the path in `:dep`; a path is relative to the notebook's folder.",
    ),
)
NOT_DEBUG = (
    "{} cannot be shown, because it is not Debug: put #[derive(Debug)] before its type, or end the "
    "line with a semicolon."
)
_NOT_SHOWN = re.compile(
    r"the method `evcxr_display` exists for \w+ `([^`]*)`, but its trait bounds were not satisfied"
    r"|`([^`]*)` doesn't implement `(?:std::fmt::)?Debug`"
    r"|trait bound `([^`]*): (?:std::fmt::)?Debug` was not satisfied"
)
KEPT = "Variables and earlier cells are as they were."


def advice(said: str) -> str:
    """Return what to do about what cargo or rustc said; empty when it is the code's own error."""
    if found := _NOT_SHOWN.search(said):
        return NOT_DEBUG.format(found[1] or found[2] or found[3])
    text = next((text for pattern, text in _ADVICE if re.search(pattern, said)), "")
    return text and f"{text} {KEPT}"
