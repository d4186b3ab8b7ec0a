"""Fixtures of every test: a Jupyter server of its own for each test that asks for one."""

import os
from pathlib import Path

pytest_plugins = ["pytest_jupyter.jupyter_server"]

# Such a server has a home of its own. What this user has built and installed stays where it is.
for name, folder in (
    ("XDG_CACHE_HOME", ".cache"),
    ("CARGO_HOME", ".cargo"),
    ("RUSTUP_HOME", ".rustup"),
    ("PATINA_TARGET_DIR", ".patina/evcxr/rust"),
):
    os.environ.setdefault(name, str(Path.home() / folder))
