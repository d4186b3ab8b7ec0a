"""Say in one sentence what this machine lacks, before anything is installed.

Runs on any Python 3, before the virtual environment exists.
"""

import shutil
import subprocess
import sys

PYTHON = (3, 11)
NODE = 20


def missing_python() -> "str | None":
    """Return what is wrong with the Python that runs this, or None."""
    if sys.version_info < PYTHON:
        found = ".".join(map(str, sys.version_info[:2]))
        return f"Python 3.11 or newer is needed and python3 is {found}: install one and run `make PYTHON=python3.12 setup`."
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        return "Python's venv module is missing: install it (Debian: apt-get install python3-venv)."
    return None


def missing_node() -> "str | None":
    """Return what is wrong with Node.js, or None."""
    node = shutil.which("node")
    if node is None:
        return "Node.js 20 or newer is needed and `node` was not found: install it (nodejs.org or your package manager)."
    version = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=False
    ).stdout
    major = int(version.strip().lstrip("v").split(".")[0] or 0)
    if major < NODE:
        return (
            f"Node.js 20 or newer is needed and `node` is {version.strip()}: install a newer one."
        )
    return None


def main() -> int:
    """Print what is missing; 0 when nothing is."""
    problems = [problem for problem in (missing_python(), missing_node()) if problem]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
