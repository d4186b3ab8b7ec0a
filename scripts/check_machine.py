"""Say in one sentence what this machine lacks, before anything is installed.

Runs on any Python 3, before the virtual environment exists.
"""

import importlib.util
import shutil
import subprocess
import sys

PYTHON = (3, 11)
NODE = 20


def missing_python() -> "str | None":
    """Return what is wrong with the Python that runs this, or None."""
    if sys.version_info < PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        return (
            f"Python 3.11 or newer is needed and python3 is {found}: "
            "install one and name it, as in `make PYTHON=python3.12 lab`."
        )
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        return "Python's venv module is missing: install it (Debian: apt-get install python3-venv)."
    return None


def missing_node() -> "str | None":
    """Return what is wrong with Node.js, or None."""
    node = shutil.which("node")
    if node is None:
        return "Node.js 20 or newer is needed and was not found: install it (Debian: nodejs)."
    reply = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    version = reply.stdout.strip().lstrip("v")
    if int(version.split(".")[0] or 0) < NODE:
        return f"Node.js 20 or newer is needed and `node` is {version}: install a newer one."
    return None


def main() -> int:
    """Print what is missing; 0 when nothing is."""
    problems = [problem for problem in (missing_python(), missing_node()) if problem]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
