"""Three texts merged line by line, by git itself: the same lines conflict as in any other file."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from patina_cli.problem import Problem

_MOST_CONFLICTS = 127
"""`git merge-file` ends with the number of conflicts, up to this; with more when it fails."""


def git_program() -> str:
    """Return the path of git."""
    found = shutil.which("git")
    if found is None:
        raise Problem("git was not found", "It is on no place of PATH", "Install git.")
    return found


def run_git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git in this folder."""
    return subprocess.run(  # noqa: S603 - git
        [git_program(), *arguments], capture_output=True, check=False
    )


def merge_lines(base: str, ours: str, theirs: str, marker_size: int = 7) -> tuple[str, bool]:
    """Merge three texts; tell whether lines are in conflict, which then stand between marks."""
    with tempfile.TemporaryDirectory(prefix="patina-merge-") as place:
        files = [Path(place, name) for name in ("ours", "base", "theirs")]
        for file, text in zip(files, (ours, base, theirs), strict=True):
            # A source has no newline at its end: two last lines then are lines as any other.
            file.write_bytes(f"{text}\n".encode() if text else b"")
        labels = [part for file in files for part in ("-L", file.name)]
        size = f"--marker-size={marker_size}"
        ended = run_git("merge-file", "-p", "-q", size, *labels, *map(str, files))
    if not 0 <= ended.returncode <= _MOST_CONFLICTS:
        raise Problem("git could not merge", ended.stderr.decode(errors="replace").strip())
    return ended.stdout.decode().removesuffix("\n"), ended.returncode > 0
