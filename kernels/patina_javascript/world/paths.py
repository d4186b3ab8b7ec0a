"""Where a cell may read and write: below the notebook's directory, wherever links lead."""

from __future__ import annotations

import os
from pathlib import Path

from patina_javascript.host import Host, HostError


def inside(host: Host, given: str) -> Path:
    """Return a path with all links followed. Raises HostError unless it is below the directory."""
    root, path = _absolute(host, given)
    return _checked(root, path.resolve(), given)


def inside_unfollowed(host: Host, given: str) -> Path:
    """Return a path whose last part, if a link, is not followed: to look at, move or remove."""
    root, path = _absolute(host, given)
    if path.name in ("", ".."):
        return _checked(root, path.resolve(), given)
    return _checked(root, path.parent.resolve() / path.name, given)


def _absolute(host: Host, given: str) -> tuple[Path, Path]:
    if "\0" in given:
        raise HostError(f"a path has no NUL: {given!r}", "TypeError", "ERR_INVALID_ARG_VALUE")
    root = host.directory.resolve()
    return root, root / given


def _checked(root: Path, path: Path, given: str) -> Path:
    if not path.is_relative_to(root):
        raise HostError(
            f"EACCES: '{given}' is outside of the notebook's directory ({root}), "
            "below which files can be read and written",
            code="EACCES",
        )
    return path


def open_inside(host: Host, given: str, flags: int) -> int:
    """Open a file below the directory; its descriptor.

    A link that was put in its way meanwhile is not followed (O_NOFOLLOW).
    """
    path = inside(host, given)
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
