"""The examples run: opened on a real server, every cell succeeds, with the kernel they name."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from patina_lab.document.format import read
from patina_lab.tests.user import User

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
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
    cells = [cell.id for cell in read(text).cells if cell.type == "code"]
    timeline = await user.ran(run, *cells)
    ends = [(cell["cell"], cell["status"]) for cell in timeline]
    assert ends == [(cell, "succeeded") for cell in cells], timeline[-1]["outputs"][-1:]
    assert all(cell["outputs"] for cell in timeline if "import" not in cell["source"])
    drawn = [value for cell in timeline for value in pictures(cell["outputs"])]
    assert drawn, "the example draws something"
    await user.ask("POST", f"runs/{run}/stop")


PICTURES = ("image/png", "image/svg+xml", "application/vnd.vegalite.v5+json")


def pictures(outputs: list[dict[str, dict[str, object]]]) -> list[object]:
    shown = [output.get("data", {}) for output in outputs]
    return [data[kind] for data in shown for kind in PICTURES if kind in data]
