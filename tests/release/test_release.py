"""Who installs the wheel has all of it: commands, page, kernels."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from patina_rust import artifacts

from patina_lab.document.format import Cell, TsnbDocument, write
from tests.release.conftest import SECONDS, Built, Installed, Lab

pytestmark = pytest.mark.timeout(SECONDS)

CELLS = {
    "python": "import sys\nprint(sum(n * n for n in range(10)), sys.prefix)",
    "javascript": "console.log([1, 2, 3].map((n) => n * n).reduce((a, b) => a + b))",
    "rust": 'println!("{}", (1..4).map(|n| n * n).sum::<i32>())',
}

FIND = "from patina_rust import artifacts; print(artifacts.find())"
PRINTED = {"python": "285 ", "javascript": "14\n", "rust": "14\n"}


def put(folder: Path, language: str) -> str:
    cells = (Cell("only", "code", CELLS[language]),)
    name = f"{language}.tsnb"
    (folder / name).write_text(write(TsnbDocument(language, f"patina-{language}", language, cells)))
    return name


def test_the_wheel_has_every_part_and_no_test(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = wheel.namelist()
        modes = {one.filename: one.external_attr >> 16 for one in wheel.infolist()}
    parts = {name.partition("/")[0] for name in names}
    assert {"patina_lab", "patina_cli", "patina_kernel", "patina_python", "patina_javascript",
            "patina_rust"} <= parts  # fmt: skip
    for part in (
        "patina_javascript/built/patina.wasm", "share/jupyter/kernels/patina-rust/kernel.json",
        "share/jupyter/labextensions/patina-lab/package.json", "licenses/LICENSE",
        "etc/jupyter/jupyter_server_config.d/", "static/third-party-licenses.json",
    ):  # fmt: skip
        assert any(part in name for name in names), part
    if shutil.which("cc"):
        assert modes["patina_kernel/forking/native/thaw/thaw"] & 0o111
    assert not [name for name in names if "/tests/" in name or name.endswith(".pyc")]


def test_the_wheel_says_whose_work_is_in_it_and_under_which_licence(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        (file,) = [name for name in wheel.namelist() if name.endswith("third-party-licenses.json")]
        packages = json.loads(wheel.read(file))["packages"]
        binary = any("patina_rust/built/" in name for name in wheel.namelist())
    parts: dict[str, set[str]] = {}
    for one in packages:
        parts.setdefault(one.get("part", "page"), set()).add(one["name"])
        assert one["licenseId"], one["name"]
        assert one["extractedText"].strip(), one["name"]
    assert parts["engine"] == {"quickjs-ng", "wasi-libc", "zig"}
    assert {"sucrase", "acorn", "whatwg-url", "web-streams-polyfill"} <= parts["prelude"]
    assert ("crates" in parts) == binary
    assert not binary or {"evcxr", "ra_ap_ide", "serde", "rust-std"} <= parts["crates"]


@pytest.mark.skipif(shutil.which("cargo") is None, reason="without cargo a wheel has no compiler")
def test_the_compiler_of_rust_is_in_the_wheel_and_is_the_one_that_is_used(
    built: Built, installed: Installed
) -> None:
    assert re.search(r"-py3-none-(many)?linux_\w+\.whl$", built.wheel.name), "it is no pure one"
    with zipfile.ZipFile(built.wheel) as wheel:
        assert f"patina_rust/built/{artifacts.BINARY}" in wheel.namelist()
    cargo = Path(str(shutil.which("cargo"))).parent
    found = subprocess.run(
        [installed.folder / "bin" / "python", "-c", FIND], text=True, check=True, timeout=SECONDS,
        env=installed.environment(PATH=f"{installed.environment()['PATH']}:{cargo}"),
        stdout=subprocess.PIPE,
    )  # fmt: skip
    compiler = Path(found.stdout.strip())
    assert compiler.is_relative_to(installed.folder)
    assert os.access(compiler, os.X_OK)
    # It is a program of this platform, and the one that was meant.
    said = subprocess.run([compiler], capture_output=True, text=True, check=False, timeout=SECONDS)
    assert "usage: patina-rust-compiler" in said.stderr


def test_the_doctor_finds_everything_there(installed: Installed) -> None:
    status, findings = installed.patina("doctor")
    assert status == 0, findings
    assert not [one for one in findings if one["state"] == "missing"]
    found = {one["name"]: one["state"] for one in findings}
    assert found["page"] == found["patina-javascript"] == found["server"] == "ok"


def test_a_notebook_runs_at_once_without_a_server(installed: Installed) -> None:
    status, result = installed.patina("run", put(installed.home, "python"))
    assert status == 0, result
    printed = result["cells"][0]["outputs"][0]["tail"]
    assert printed == f"285 {installed.folder}\n", "in the environment, and not in this one"


def test_jupyterlab_opens_with_the_page_in_it(lab: Lab) -> None:
    page = lab.get("lab").decode()
    _, _, begin = page.partition('id="jupyter-config-data"')
    config = json.loads(begin.partition(">")[2].partition("<")[0])
    (ours,) = [one for one in config["federated_extensions"] if one["name"] == "patina-lab"]
    path = f"{config['fullLabextensionsUrl']}/patina-lab/{ours['load']}"
    assert lab.get(path.removeprefix(config["baseUrl"]))
    assert "jupyterlab-jupytext" in config["disabledExtensions"], "it came along, and nobody asked"


@pytest.mark.parametrize("language", CELLS)
def test_a_cell_runs_in_each_kernel_that_is_there(
    lab: Lab, kernels: dict[str, Any], language: str
) -> None:
    kernel = kernels[f"patina-{language}"]
    if kernel["state"] == "advice":
        pytest.skip(f"not run: {kernel['what']}")
    name = put(lab.installed.home, language)
    status, result = lab.patina("run", name)
    assert status == 0, result
    assert result["cells"][0]["outputs"][0]["tail"].startswith(PRINTED[language])
    _, opened = lab.patina("notebooks")
    assert name in {one["path"] for one in opened}, "it ran in that JupyterLab"
