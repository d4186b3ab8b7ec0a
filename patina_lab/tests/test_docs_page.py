"""The documentation of commands, keys and settings says what the page does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from patina_lab.tests.documentation import ROOT, code, doc, rows, section


def schema() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(doc("schema/notebook.json"))
    return read


def sources() -> Iterator[str]:
    for path in sorted((ROOT / "src").rglob("*.ts*")):
        if ".spec." not in path.name:
            yield path.read_text(encoding="utf-8")


def commands_there() -> set[str]:
    plugins = "".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "src/plugins").rglob("*.ts"))
    )
    named = re.findall(r"\bid: '([a-z][a-z-]*)'", plugins)
    tuples = re.findall(r"[\[(]\s*'([a-z]+(?:-[a-z]+)*)',\s*trans\.__", plugins)
    called = re.findall(r"\badd\(\s*'([a-z]+(?:-[a-z]+)*)',\s*trans\.__", plugins)
    whole = re.findall(r"'patina:([a-z-]+)'", plugins)
    headings = [f"to-heading-{level}" for level in range(1, 7)] * ("to-heading-$" in plugins)
    return {*named, *tuples, *called, *whole, *headings}


def commands_told() -> dict[str, list[str]]:
    return {
        code(row[0]).removeprefix("patina:"): row
        for row in rows(doc("docs/reference/commands.md"))
        if row[0].startswith("`patina:")
    }


def test_every_command_is_told_and_nothing_else() -> None:
    used = set(re.findall(r'"patina:([a-z0-9-]+)"', doc("schema/notebook.json")))
    assert set(commands_told()) == commands_there() | used


def test_every_command_that_menus_toolbar_and_keys_name_is_there() -> None:
    used = set(re.findall(r'"patina:([a-z0-9-]+)"', doc("schema/notebook.json")))
    assert used <= commands_there()


def mode_of(selector: str) -> str:
    if "timeline" in selector:
        return "timeline"
    if "Globals" in selector:
        return "globals"
    if "editMode" in selector:
        return "edit"
    return "command" if "commandMode" in selector else "notebook"


def test_the_keys_of_every_command_are_told_as_they_are() -> None:
    keys: dict[str, dict[str, list[str]]] = {}
    for shortcut in schema()["jupyter.lab.shortcuts"]:
        name = shortcut["command"].removeprefix("patina:")
        modes = keys.setdefault(name, {}).setdefault(" ".join(shortcut["keys"]), [])
        if (mode := mode_of(shortcut["selector"])) not in modes:
            modes.append(mode)
    for name, row in commands_told().items():
        assert row[2] == _keys(keys.get(name, {})), name


def _keys(keys: dict[str, list[str]]) -> str:
    modes = {", ".join(where) for where in keys.values()}
    assert len(modes) <= 1, "Keys of one command that work in different places: tell them apart"
    return f"{', '.join(keys)} ({modes.pop()})" if keys else ""


def test_every_label_of_a_command_is_told() -> None:
    text = "".join(sources())
    for name, row in commands_told().items():
        for label in row[1].split(", ") if name == "new-notebook" else [row[1]]:
            pattern = re.sub(r"\d$", "%1", label)
            pattern = re.sub(r"^Patina \w+$", "Patina %1", pattern)
            assert f"'{pattern}'" in text, (name, label)


def test_every_setting_is_told_with_its_default() -> None:
    told = {
        code(row[0]): json.loads(row[1].strip("`").replace("\u00a0", ""))
        for row in rows(doc("docs/reference/settings.md"))
    }
    there = {name: value["default"] for name, value in schema()["properties"].items()}
    assert told == there


def test_every_value_a_setting_may_have_is_told() -> None:
    told = {code(row[0]): row[2] for row in rows(doc("docs/reference/settings.md"))}
    for name, value in schema()["properties"].items():
        for choice in value.get("oneOf", ()):
            assert f'`"{choice["const"]}"`' in told[name]
        if "minimum" in value:
            assert str(value["minimum"]) in told[name]


def test_what_the_guide_quotes_as_reasons_against_a_fork_is_said_somewhere() -> None:
    quoted = rows(section(doc("docs/guide/fork.md"), "## When it cannot be forked"))
    modules = [
        *(ROOT / "patina_lab").rglob("*.py"),
        *(ROOT / "kernels/patina_kernel").rglob("*.py"),
    ]
    said = "".join(
        [*sources(), *(path.read_text() for path in modules if "tests" not in path.parts)]
    )
    assert quoted
    for row in quoted:
        parts = re.split(r"Run 1|\d+|\(?…\)?|\(?%1\)?", row[0].strip("*"))
        missing = [part for part in parts if part.strip() not in said]
        assert not missing, row[0]
