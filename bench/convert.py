"""A notebook of 50 MB: imported by us, and read by what a person would use instead.

Each side is a process of its own that times itself without its imports, and says what memory it
took at most. nbconvert and Jupytext read the file and write it as a script; we read it and write a
notebook with a run, its outputs as files of their own, synced to the disk.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.figures import AtMost, Figure, RatioAtMost

BYTES = 50 * 10**6
ROUNDS = 3
_MEASURED = """
import json, resource, sys, time
folder = sys.argv[1]
{imports}
began = time.perf_counter()
{work}
seconds = time.perf_counter() - began
kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([seconds, kilobytes / 1000]))
"""
OURS = _MEASURED.format(
    imports="""
from pathlib import Path
from patina_lab import wire
from patina_lab.converting import Conversion, convert_file
wanted = wire.Convert(source="a.ipynb", to="a.tsnb", force=True)
""",
    work='convert_file(Path(folder), Conversion(wanted, {"patina-python": "python"}))',
)
NBCONVERT = _MEASURED.format(
    imports="from nbconvert.exporters import PythonExporter",
    work='PythonExporter().from_filename(folder + "/a.ipynb")',
)
JUPYTEXT = _MEASURED.format(
    imports="import jupytext",
    work='jupytext.write(jupytext.read(folder + "/a.ipynb"), folder + "/a.py", fmt="py:percent")',
)


def pictures() -> list[dict[str, Any]]:
    """Return outputs of one cell: a picture of 100 kB."""
    data = base64.b64encode(random.Random(1).randbytes(75_000)).decode()
    return [{"output_type": "display_data", "data": {"image/png": data}, "metadata": {}}]


def lines() -> list[dict[str, Any]]:
    """Return outputs of one cell: 5 kB of text."""
    return [{"output_type": "stream", "name": "stdout", "text": "a line of text\n" * 333}]


def write_notebook(path: Path, outputs: list[dict[str, Any]]) -> int:
    """Write a notebook of 50 MB whose cells all have these outputs; return how many cells."""
    cell = {
        "cell_type": "code",
        "source": "x = [number ** 2 for number in range(100)]\nsum(x)",
        "metadata": {},
        "execution_count": 1,
        "outputs": outputs,
    }
    count = BYTES // len(json.dumps(cell))
    cells = [{**cell, "id": f"cell-{number}"} for number in range(count)]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    path.write_text(json.dumps(notebook))
    return count


async def measured(program: str, folder: str) -> tuple[float, float]:
    """Return the seconds and the megabytes that a program took."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    out, _ = await process.communicate()
    seconds, megabytes = json.loads(out)
    return seconds, megabytes


async def measure() -> Sequence[Figure]:
    """Measure a notebook of pictures, as most large ones are, and one of many cells with text."""
    figures: list[Figure] = []
    for kind, outputs in (("pictures", pictures()), ("text", lines())):
        with tempfile.TemporaryDirectory() as folder:
            count = write_notebook(Path(folder, "a.ipynb"), outputs)
            sides: dict[str, list[tuple[float, float]]] = {OURS: [], NBCONVERT: [], JUPYTEXT: []}
            for _ in range(ROUNDS):
                for program, taken in sides.items():
                    taken.append(await measured(program, folder))
        figures += _figures(f"50 MB of {kind} ({count:,} cells)", sides)
    return figures


def _figures(what: str, sides: dict[str, list[tuple[float, float]]]) -> list[Figure]:
    seconds = {program: [it[0] for it in taken] for program, taken in sides.items()}
    memory = {program: [it[1] for it in taken] for program, taken in sides.items()}
    return [
        Figure(
            f"{what} imported",
            "s",
            seconds[OURS],
            seconds[NBCONVERT],
            "nbconvert --to python",
            (AtMost(5), RatioAtMost(1)),
        ),
        Figure(f"{what} imported", "s", seconds[OURS], seconds[JUPYTEXT], "jupytext --to py"),
        Figure(
            f"{what}: most memory",
            "MB",
            memory[OURS],
            memory[NBCONVERT],
            "nbconvert --to python",
            (AtMost(500),),
        ),
    ]
