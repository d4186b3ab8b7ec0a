"""Stock notebooks: `.ipynb` files for ipykernel, as JupyterLab writes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

Cell = tuple[str, str | None]
"""A source, and what it printed."""


def write_stock(root: Path, name: str, cells: Sequence[Cell]) -> None:
    """Write a stock notebook of code cells."""
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": [_cell(index, source, text) for index, (source, text) in enumerate(cells)],
    }
    (root / name).write_text(json.dumps(notebook), encoding="utf-8")


def _cell(index: int, source: str, text: str | None) -> dict[str, object]:
    printed = {"output_type": "stream", "name": "stdout", "text": text}
    return {
        "id": f"c{index}",
        "cell_type": "code",
        "metadata": {},
        "execution_count": None if text is None else index + 1,
        "source": source,
        "outputs": [] if text is None else [printed],
    }
