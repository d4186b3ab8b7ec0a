"""The examples run: opened on a real server, every cell succeeds, with the kernel they name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from patina_lab.document.format import read
from patina_lab.tests.user import User

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SILENT = re.compile(r"import|^:dep|\Alet [^\n]*;\Z")
"""Cells that show nothing: they bring in what others use, or name one value."""
CRASH = "segfault"
"""The cell of an example that shows what a crash costs."""
NAMES = sorted(path.name for path in EXAMPLES.glob("*.tsnb"))


@pytest.fixture
def our_kernels(jp_environ: Any, jp_data_dir: Path) -> None:
    """Install our kernelspecs where the test's server looks for them."""
    shutil.copytree(ROOT / "kernels" / "specs", jp_data_dir / "kernels", dirs_exist_ok=True)


@pytest.fixture
def our_packages(jp_root_dir: Path) -> None:
    """What the examples in JavaScript import is where it was installed: above them."""
    (jp_root_dir / "node_modules").symlink_to(ROOT / "node_modules")


def test_there_are_examples() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
async def test_every_cell_of_an_example_succeeds(
    our_kernels: None, our_packages: None, user: User, name: str
) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    # The one cell that only passes the time is no better for it here.
    hasty = text.replace("time.sleep(1)", "time.sleep(0.01)")
    notebook = await user.open(name, hasty)
    run = await user.start(notebook["id"])
    ids = [cell.id for cell in read(text).cells if cell.type == "code"]
    cells = [name for name in ids if name != CRASH]
    timeline = await user.ran(run, *cells)
    ends = [(cell["cell"], cell["status"]) for cell in timeline]
    assert ends == [(cell, "succeeded") for cell in cells], timeline[-1]["outputs"][-1:]
    assert all(cell["outputs"] for cell in timeline if not SILENT.search(cell["source"]))
    drawn = [value for cell in timeline for value in pictures(cell["outputs"], name)]
    assert drawn, "the example draws something"
    if CRASH in ids:
        await crashes_and_goes_on(user, run, cells[-1])
    await user.ask("POST", f"runs/{run}/stop")


async def crashes_and_goes_on(user: User, run: str, last: str) -> None:
    *_, crashed = await user.ran(run, CRASH)
    assert crashed["status"] == "failed"
    await user.ask("POST", f"runs/{run}/undo")
    *_, after = await user.ran(run, last)
    assert after["status"] == "succeeded"


PICTURES = ("image/png", "image/svg+xml", "application/vnd.vegalite.v5+json")


def pictures(outputs: list[dict[str, dict[str, object]]], name: str) -> list[object]:
    shown = [output.get("data", {}) for output in outputs]
    # What plotters draws is SVG within HTML.
    kinds = (*PICTURES, "text/html") if name == "rust.tsnb" else PICTURES
    return [data[kind] for data in shown for kind in kinds if kind in data]
