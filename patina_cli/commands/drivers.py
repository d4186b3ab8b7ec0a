"""What git calls to show and to merge notebooks and runs (gitattributes(5))."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patina_cli.commands.diff import difference_of, notebook_in, show_difference
from patina_cli.problem import Problem
from patina_cli.show import say
from patina_cli.texts import plain
from patina_cli.versions.lines import git_program, merge_lines, run_git

if TYPE_CHECKING:
    from patina_lab.runlog.records import Record

_SOLVED, _CONFLICT, _NOT_MERGED = 0, 1, 129
"""What git makes of a merge driver's exit status: above 128 it has failed."""


@click.command("diff-driver", hidden=True, context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def diff_driver(arguments: tuple[str, ...]) -> None:
    """Show a notebook's difference to git (GIT_EXTERNAL_DIFF in git(1))."""
    if len(arguments) < 7:
        say(f"* Unmerged path {arguments[0] if arguments else ''}")
        return
    path, old, _, _, new, *_ = arguments
    after = arguments[7] if len(arguments) > 7 else path
    texts = [Path(name).read_bytes().decode(errors="replace") for name in (old, new)]
    try:
        found = difference_of(texts[0], texts[1], (path, after))
    except Problem:
        # One side is not there, or is no notebook that can be read.
        _show_lines(old, new)
        return
    say(f"diff --patina a/{path} b/{after}", bold=True)
    if found.any:
        show_difference(found, f"a/{path}", f"b/{after}")


def _show_lines(old: str, new: str) -> None:
    """Show what differs as git does: of what is new, gone, or no notebook that can be read."""
    sys.stdout.flush()
    arguments = ("diff", "--no-index", "--no-ext-diff", "--", old, new)
    subprocess.run([git_program(), *arguments], check=False)  # noqa: S603 - git


@click.command("merge-driver", hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("marker_size", type=int, default=7)
@click.argument("path", default="the notebook")
def merge_driver(base: Path, ours: Path, theirs: Path, marker_size: int, path: str) -> int:
    """Merge two versions of a notebook into OURS (gitattributes(5), "merge driver")."""
    from patina_cli.versions.merge import OtherNotebookError, merge  # noqa: PLC0415
    from patina_lab.document.format import write  # noqa: PLC0415 - imports documents

    try:
        # Not as lines: what a carriage return is, is said by the file.
        texts = [file.read_bytes().decode() for file in (base, ours, theirs)]
        before = notebook_in(texts[0], path) if texts[0] else None
        documents = (notebook_in(texts[1], path), notebook_in(texts[2], path))
        merged = merge(before, *documents, partial(merge_lines, marker_size=marker_size))
    except (Problem, OtherNotebookError, UnicodeDecodeError) as error:
        click.echo(plain(f"{path}: merged as text: {error}"), err=True)
        return _merged_as_text(base, ours, theirs, marker_size)
    # Where one of them has what comes out, it is kept as it was written, comments included.
    same = next(
        (text for text, one in zip(texts[1:], documents, strict=True) if one == merged.document),
        None,
    )
    ours.write_bytes((same or write(merged.document)).encode())
    for conflict in merged.conflicts:
        click.echo(plain(f"{path}: {conflict}"), err=True)
    return _CONFLICT if merged.conflicts else _SOLVED


def _merged_as_text(base: Path, ours: Path, theirs: Path, marker_size: int) -> int:
    """Merge line by line, as git does without us."""
    labels = ("-L", "ours", "-L", "base", "-L", "theirs")
    size = f"--marker-size={marker_size}"
    done = run_git("merge-file", size, *labels, "--", str(ours), str(base), str(theirs))
    return done.returncode if done.returncode <= 128 else _NOT_MERGED


@click.command("merge-run-driver", hidden=True)
@click.argument("base", type=click.Path(path_type=Path))
@click.argument("ours", type=click.Path(path_type=Path))
@click.argument("theirs", type=click.Path(path_type=Path))
@click.argument("marker_size", type=int, default=7)
@click.argument("path", default="the run")
def merge_run_driver(base: Path, ours: Path, theirs: Path, marker_size: int, path: str) -> int:
    """Merge two continuations of a run into OURS."""
    import msgspec  # noqa: PLC0415 - imports documents

    from patina_cli.versions.runlogs import BothLiveError, merge_logs  # noqa: PLC0415
    from patina_lab.runlog.folding import LogOrderError  # noqa: PLC0415
    from patina_lab.runlog.records import decode, encode  # noqa: PLC0415

    def records(file: Path) -> list[Record]:
        # A torn last line is dropped, as when the run is opened.
        return [
            decode(line)
            for line in file.read_bytes().splitlines(keepends=True)
            if line.endswith(b"\n")
        ]

    try:
        merged = merge_logs(records(base), records(ours), records(theirs))
    except (msgspec.DecodeError, LogOrderError, BothLiveError, ValueError) as error:
        click.echo(plain(f"{path}: merged as text: {error}"), err=True)
        return _merged_as_text(base, ours, theirs, marker_size)
    ours.write_bytes(b"".join(map(encode, merged)))
    return _SOLVED
