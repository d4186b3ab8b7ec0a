"""docs/reference/cli.md, made of what the commands say of themselves.

`make reference` writes it; a test compares.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from patina_cli.main import patina

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"
SHARED = {"server": "server", "token": "token", "as_json": "json"}
"""Options that are told once for all commands: their parameters, and their names."""
BEGIN = "<!-- What follows is made by `make reference`. -->"


def reference() -> str:
    """Return the part of the page that is made."""
    lines = [BEGIN, ""]
    for path, command in _commands(patina, ("patina",)):
        lines += _section(path, command)
    return "\n".join(lines).rstrip() + "\n"


def _commands(
    group: click.Group, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group, info_name=path[-1])
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))
        elif not command.hidden:
            yield (*path, name), command


def _section(path: tuple[str, ...], command: click.Command) -> list[str]:
    context = click.Context(command, info_name=" ".join(path))
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"## {' '.join(path)}", "", f"    {' '.join(path)} {usage}", ""]
    for paragraph in _paragraphs(command.help or ""):
        lines += [paragraph, ""]
    options = [one for one in command.params if isinstance(one, click.Option)]
    records = [one.get_help_record(context) for one in options if one.name not in SHARED]
    if records:
        lines += ["| Option | |", "|---|---|"]
        lines += [f"| {_code(record[0])} | {_cell(record[1])} |" for record in records if record]
        lines.append("")
    if shared := [f"`--{SHARED[one.name]}`" for one in options if one.name in SHARED]:
        lines += [f"Also {', '.join(shared)}.", ""]
    return lines


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; those that are not to be wrapped as code."""
    for paragraph in re.split(r"\n\n+", inspect.cleandoc(text)):
        if paragraph.startswith("\b\n"):
            yield textwrap.indent(paragraph.removeprefix("\b\n"), "    ")
        else:
            yield textwrap.fill(" ".join(paragraph.split()), 100, break_on_hyphens=False)


def _code(text: str) -> str:
    return f"`{text}`".replace("|", r"\|")


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def main() -> None:
    """Write the page anew, from the mark on."""
    told = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    PAGE.write_text(told + reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
