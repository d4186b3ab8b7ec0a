"""Open JupyterLab with Patina Lab on a workspace folder, with the examples in it."""

import os
import re
import sys
import tomllib
import uuid
from pathlib import Path

from jupyter_core.paths import jupyter_path

ID = re.compile(r'^id = "[^"]*"', re.MULTILINE)
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def add_examples(workspace: Path) -> None:
    """Copy the examples that are not there yet, and whose kernel is; overwrite nothing."""
    target = workspace / "examples"
    for example in sorted(EXAMPLES.glob("*.tsnb")):
        copy = target / example.name
        if not os.path.lexists(copy) and has_kernel(example):
            target.mkdir(parents=True, exist_ok=True)
            copy.write_text(with_own_id(example.read_text(encoding="utf-8")), encoding="utf-8")


def with_own_id(text: str) -> str:
    """Give a copy an id of its own: trust and runs go by it, and the example's is known to all."""
    return ID.sub(f'id = "{uuid.uuid4()}"', text, count=1)


def has_kernel(notebook: Path) -> bool:
    """Whether the kernel that a notebook names is installed here."""
    kernel = tomllib.loads(notebook.read_text(encoding="utf-8"))["kernel"]
    return any((Path(folder) / kernel / "kernel.json").exists() for folder in kernel_folders())


def kernel_folders() -> list[str]:
    """Return where kernelspecs are looked for."""
    folders: list[str] = jupyter_path("kernels")
    return folders


def main() -> None:
    """Become `jupyter lab`. Arguments: the workspace, then what is passed on."""
    workspace = Path(sys.argv[1]).expanduser().resolve()
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        add_examples(workspace)
    except OSError as error:
        print(f"The examples could not be copied: {error}", file=sys.stderr)
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
