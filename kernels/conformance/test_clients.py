"""The same kernels through the programs that people use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel

from conformance.languages import Language

SECONDS = 90


@pytest.fixture
def notebook(language: Language, tmp_path: Path) -> Path:
    cells = [
        nbformat.v4.new_code_cell(language.bind.format(name="x", value=41)),
        nbformat.v4.new_code_cell(language.add.format(name="x", value=1)),
        nbformat.v4.new_code_cell(language.show.format(name="x")),
    ]
    spec = {"name": language.kernel, "display_name": language.kernel, "language": language.name}
    document = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    path = tmp_path / "in.ipynb"
    nbformat.write(document, path)
    return path


def _run(*command: str, text: str | None = None) -> str:
    done = subprocess.run(
        (sys.executable, "-W", "ignore", "-m", *command),
        capture_output=True, text=True, timeout=SECONDS, input=text, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_jupyter_client_blocking(language: Language) -> None:
    manager, client = start_new_kernel(kernel_name=language.kernel)
    outputs: list[str] = []
    try:
        client.execute_interactive(
            language.write.format(text="word"),
            timeout=SECONDS,
            output_hook=lambda message: outputs.append(message["content"].get("text", "")),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
        manager.cleanup_resources()
    assert "".join(outputs) == "word\n"


def test_nbclient(notebook: Path) -> None:
    pytest.importorskip("nbclient")
    _run("jupyter", "execute", "--inplace", str(notebook))
    outputs = nbformat.read(notebook, 4).cells[-1].outputs
    assert [output["data"]["text/plain"] for output in outputs] == ["42"]


def test_papermill(notebook: Path) -> None:
    pytest.importorskip("papermill")
    out = notebook.with_name("out.ipynb")
    _run("papermill", "--no-progress-bar", str(notebook), str(out))
    outputs = nbformat.read(out, 4).cells[-1].outputs
    assert [output["data"]["text/plain"] for output in outputs] == ["42"]


def test_jupyter_console(language: Language) -> None:
    pytest.importorskip("jupyter_console")
    typed = f"{language.write.format(text='word')}\nexit\n"
    said = _run("jupyter", "console", "--simple-prompt", "--kernel", language.kernel, text=typed)
    assert "word" in said


def test_the_stock_local_provisioner(language: Language, tmp_path: Path) -> None:
    """The kernelspec without our provisioner: everything but `fork_of` works."""
    import json
    import shutil

    from jupyter_client.kernelspec import KernelSpecManager

    source = Path(KernelSpecManager().get_kernel_spec(language.kernel).resource_dir)
    place = tmp_path / "kernels" / "stock"
    shutil.copytree(source, place)
    spec = json.loads((place / "kernel.json").read_text())
    del spec["metadata"]["kernel_provisioner"]
    (place / "kernel.json").write_text(json.dumps(spec))
    code = (
        "from jupyter_client.manager import start_new_kernel\n"
        "m, c = start_new_kernel(kernel_name='stock')\n"
        f"c.execute_interactive({language.write.format(text='word')!r}, timeout={SECONDS})\n"
        "c.stop_channels(); m.shutdown_kernel()\n"
    )
    done = subprocess.run(
        (sys.executable, "-W", "ignore", "-c", code),
        capture_output=True, text=True, timeout=SECONDS, check=False,
        env={**os.environ, "JUPYTER_PATH": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "word\n"), done.stderr
