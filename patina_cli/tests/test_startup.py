"""What a command imports decides how soon it answers."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = {
    "jupyter_server", "jupyter_client", "tornado", "zmq", "patina_lab", "pycrdt", "msgspec", "rich",
    "httpx", "asyncio", "IPython",
}  # fmt: skip
PROGRAM = """
import json, sys
from patina_cli.main import main
try:
    main(["status", "--server", "http://localhost:1/"])
except SystemExit as end:
    print(json.dumps([end.code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


def test_status_imports_nothing_that_takes_long() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    status, modules = json.loads(ended.stdout)
    assert status == 3, "it went as far as asking"
    assert not HEAVY & set(modules)
