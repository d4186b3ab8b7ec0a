"""The help, its page, and what shells complete."""

from __future__ import annotations

import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from patina_cli.commands.completion import completion
from patina_cli.main import COMMANDS, patina
from patina_cli.problem import Exit
from patina_cli.reference import BEGIN, PAGE, reference


def test_the_page_says_what_the_commands_say_of_themselves() -> None:
    _, mark, told = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    assert mark + told == reference(), "make reference"


def test_every_exit_status_is_told() -> None:
    told = PAGE.read_text(encoding="utf-8").partition(BEGIN)[0]
    rows = re.findall(r"^\| (\d+) \|", told, re.MULTILINE)
    assert [int(row) for row in rows] == [int(status) for status in Exit]


def test_every_command_is_found_and_answers_with_json() -> None:
    context = click.Context(patina)
    for name in COMMANDS:
        command = patina.get_command(context, name)
        assert command is not None, name
        assert command.help, name
        if name not in ("lab", "completion", "merge-driver") and not isinstance(
            command, click.Group
        ):
            assert "as_json" in {one.name for one in command.params}, name


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_completion_for_each_shell(shell: str) -> None:
    result = CliRunner().invoke(completion, [shell])
    assert result.exit_code == 0
    assert "_PATINA_COMPLETE" in result.output


def test_commands_and_options_are_completed() -> None:
    def completed(words: str, at: str) -> str:
        environment = {"_PATINA_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": at}
        return subprocess.run(
            [sys.executable, "-m", "patina_cli"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        ).stdout

    assert completed("patina sta", "1").split() == ["plain,status"]
    assert "plain,--params" in completed("patina run --par", "2").split()
