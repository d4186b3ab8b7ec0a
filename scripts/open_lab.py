"""Open JupyterLab with Patina Lab on a workspace folder, with the examples in it."""

import os
import shutil
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def add_examples(workspace: Path) -> None:
    """Copy the example notebooks into a new workspace; what is there already is left alone."""
    target = workspace / "examples"
    if target.exists():
        return
    workspace.mkdir(parents=True, exist_ok=True)
    shutil.copytree(EXAMPLES, target)


def main() -> None:
    """Become `jupyter lab`. Arguments: the workspace, then what is passed on."""
    workspace = Path(sys.argv[1]).expanduser().resolve()
    add_examples(workspace)
    # Jupyter refuses to run as root unless told; in a container there is often nobody else.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={workspace}",
        *root,
        *sys.argv[2:],
    ]
    os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    main()
