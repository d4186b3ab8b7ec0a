"""What a command imports decides how soon it answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HEAVY = {
    "jupyter_server", "jupyter_client", "tornado", "zmq", "patina_lab", "pycrdt", "msgspec", "rich",
    "httpx", "asyncio", "IPython",
}  # fmt: skip
PROGRAM = """
import json, sys
from patina_cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    there = {name.partition(".")[0] for name, module in sys.modules.items() if module}
    print(json.dumps([end.code, sorted(there)]))
"""


def _imported(*arguments: str, place: Path) -> tuple[int, set[str]]:
    """Return the exit status of a command, and what it has imported."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        check=True,
        cwd=place,
    )
    status, modules = json.loads(ended.stdout)
    return status, set(modules)


def test_status_imports_nothing_that_takes_long(tmp_path: Path) -> None:
    status, modules = _imported("status", "--server", "http://localhost:1/", place=tmp_path)
    assert status == 3, "it went as far as asking"
    assert not HEAVY & modules


def test_an_import_of_a_notebook_imports_neither_nbconvert_nor_grammars(tmp_path: Path) -> None:
    status, modules = _imported("convert", "missing.ipynb", "a.tsnb", place=tmp_path)
    assert (status, "nbformat" in modules) == (4, True), "it went as far as reading"
    assert not {"nbconvert", "rfc3987_syntax", "lark"} & modules
