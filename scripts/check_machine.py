"""Say in one sentence each what this machine lacks, before anything is installed.

Runs on any Python from 3.6 on, before the virtual environment exists.
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
            f"Python 3.11 or newer is needed and this is {found}: "
            "install one and name it, as in `make PYTHON=python3.12 lab`."
        )
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        return "Python's venv module is missing: install it (Debian: apt-get install python3-venv)."
    return None


def missing_node() -> "str | None":
    """Return what is wrong with Node.js, or None."""
    node = shutil.which("node")
    if node is None:
        return (
            "Node.js 20 or newer is needed and was not found: "
            "install it (Debian: apt-get install nodejs)."
        )
    reply = subprocess.run([node, "--version"], stdout=subprocess.PIPE, check=False)
    version = reply.stdout.decode().strip().lstrip("v")
    major = version.split(".")[0]
    if not major.isdigit() or int(major) < NODE:
        return "Node.js 20 or newer is needed and `node` is {}: install a newer one.".format(
            version or "broken"
        )
    return None


def missing_make() -> "str | None":
    """Return what is wrong with make, or None. Useful only to who runs this file by hand."""
    if shutil.which("make") is None:
        return "make is needed and was not found: install it (Debian: apt-get install make)."
    return None


def main() -> int:
    """Print what is missing; 0 when nothing is."""
    problems = [found() for found in (missing_python, missing_node, missing_make)]
    for problem in filter(None, problems):
        print(problem, file=sys.stderr)
    return 1 if any(problems) else 0


if __name__ == "__main__":
    sys.exit(main())
