"""`patina git`: has git show and merge notebooks."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import click

from patina_cli.commands import drivers
from patina_cli.commands.options import json_option
from patina_cli.problem import Problem
from patina_cli.show import say, show_json
from patina_cli.versions.lines import run_git

ATTRIBUTES = (
    "*.tsnb -text diff=tsnb merge=tsnb",
    "**/*.tsnb.runs/*.jsonl -text -diff merge=tsnb-run linguist-generated",
    "**/*.tsnb.runs/blobs/** -text -diff linguist-generated",
)
"""Lines of `.gitattributes`: bytes are left as they are, and history is not shown as changes."""


@click.group()
def git() -> None:
    """Have git show and merge notebooks cell by cell."""


@git.command()
@click.option("--global", "everywhere", is_flag=True, help="For all your repositories.")
@json_option
def install(everywhere: bool, as_json: bool) -> None:
    """Tell git how notebooks are shown and merged: here, or in all your repositories.

    Writes git's configuration, and the lines that are missing to .gitattributes, which you commit.
    """
    scope = "--global" if everywhere else "--local"
    attributes = _attributes_file(everywhere=everywhere)
    for name, value in _settings().items():
        _configured(scope, name, value)
    added = _add_lines(attributes)
    if as_json:
        show_json({"attributes": str(attributes), "added": added, "settings": _settings()})
        return
    say(f"git shows and merges notebooks by {_program()}")
    say(f"{attributes}: {len(added)} lines added" if added else f"{attributes} has all lines")


@git.command()
@click.option("--global", "everywhere", is_flag=True, help="For all your repositories.")
@json_option
def uninstall(everywhere: bool, as_json: bool) -> None:
    """Take back what `install` told git. The lines in .gitattributes stay: without it they say
    nothing.
    """  # noqa: D205 - a sentence that is longer than a line
    scope = "--global" if everywhere else "--local"
    sections = sorted({name.rpartition(".")[0] for name in _settings()})
    removed = [
        one for one in sections if not run_git("config", scope, "--remove-section", one).returncode
    ]
    if as_json:
        show_json({"removed": removed})
    else:
        say(f"Removed: {', '.join(removed) or 'nothing, it was not installed'}")


def _settings() -> dict[str, str]:
    program = _program()
    return {
        "diff.tsnb.command": f"{program} git diff-driver",
        # Where git shows lines itself (`git log -p`), the cell is named above them.
        "diff.tsnb.xfuncname": '^id = "(.*)"$',
        "merge.tsnb.name": "notebooks of Patina Lab, cell by cell",
        "merge.tsnb.driver": f"{program} git merge-driver %O %A %B %L %P",
        "merge.tsnb-run.name": "runs of Patina Lab",
        "merge.tsnb-run.driver": f"{program} git merge-run-driver %O %A %B %L %P",
    }


def _program() -> str:
    """Return a command that is found whatever PATH is then."""
    return shlex.join([Path(sys.executable).as_posix(), "-m", "patina_cli"])


def _configured(scope: str, name: str, value: str) -> None:
    done = run_git("config", scope, name, value)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip()
        raise Problem("git could not be configured", reason, "Is this folder in a repository?")


def _attributes_file(*, everywhere: bool) -> Path:
    if not everywhere:
        top = run_git("rev-parse", "--show-toplevel")
        if top.returncode:
            reason = top.stderr.decode(errors="replace").strip()
            raise Problem("This folder is in no repository", reason, "Go to one, or use --global.")
        return Path(os.fsdecode(top.stdout).rstrip("\n"), ".gitattributes")
    named = os.fsdecode(
        run_git("config", "--global", "--path", "core.attributesFile").stdout
    ).strip()
    config = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(named or f"{config}/git/attributes").expanduser()


def _add_lines(file: Path) -> list[str]:
    there = file.read_text(encoding="utf-8") if file.exists() else ""
    missing = [line for line in ATTRIBUTES if line not in there.splitlines()]
    if missing:
        file.parent.mkdir(parents=True, exist_ok=True)
        start = there + "\n" if there and not there.endswith("\n") else there
        file.write_text(start + "".join(f"{line}\n" for line in missing), encoding="utf-8")
    return missing


for driver in (drivers.diff_driver, drivers.merge_driver, drivers.merge_run_driver):
    git.add_command(driver)
