"""Kernels of ours for another Jupyter."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from patina_cli.tests.conftest import Patina


def test_a_kernel_is_installed_for_another_jupyter_listed_and_removed(
    alone: Patina, tmp_path: Path
) -> None:
    data = {"JUPYTER_DATA_DIR": str(tmp_path / "data")}
    made = alone.ok(
        "kernel", "install", "patina-python", "--user", "--name", "of-this-environment",
        "--env", "SEEN=1", env=data,
    )  # fmt: skip
    spec = json.loads(Path(made["folder"], "kernel.json").read_text())
    assert spec["argv"] == [sys.executable, "-m", "patina_python", "-f", "{connection_file}"]
    assert "kernel_provisioner" not in spec["metadata"], "another Jupyter does not have it"
    assert spec["env"] == {"SEEN": "1"}
    (listed,) = [one for one in alone.ok("kernel", "list", env=data) if one["name"] == made["name"]]
    assert listed["forks"] is False
    assert alone("kernel", "remove", made["name"], env=data).status == 2
    alone.ok("kernel", "remove", made["name"], "--yes", env=data)
    assert not Path(made["folder"]).exists()
    missing = alone("kernel", "remove", made["name"], "--yes", env=data)
    assert (missing.status, "There is no kernel" in missing.err) == (4, True)


def test_for_this_jupyter_a_kernel_keeps_its_provisioner(alone: Patina, tmp_path: Path) -> None:
    made = alone.ok("kernel", "install", "patina-javascript", "--prefix", str(tmp_path / "env"))
    assert made["name"].startswith("patina-javascript-")
    assert alone("kernel", "install", "python3").status == 2
