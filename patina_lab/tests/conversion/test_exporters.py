"""nbconvert's own command line reads `.tsnb`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from nbconvert.writers.files import FilesWriter

from patina_lab.conversion.errors import ConversionError
from patina_lab.converting.exporters import PatinaMarkdownExporter, notebook_with
from patina_lab.tests.conversion.test_ipynb import NOTEBOOK, convert


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    convert(tmp_path, "a.ipynb", "a.tsnb")
    return tmp_path / "a.tsnb"


def test_nbconvert_makes_html_of_a_notebook(path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "patina-html", str(path)],
        check=True,
        capture_output=True,
        timeout=100,
    )
    page = path.with_suffix(".html").read_text()
    assert "<pre>1</pre>" in page


def test_attachments_stay_below_the_folder_whatever_their_names_are(tmp_path: Path) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    names = ("../up.png", "/tmp/patina-absolute.png", "a/b.png")
    cell = {
        "id": "a", "cell_type": "markdown", "metadata": {}, "source": "text",
        "attachments": {name: {"image/png": "AAAA"} for name in names},
    }  # fmt: skip
    (folder / "a.ipynb").write_text(json.dumps({**NOTEBOOK, "cells": [cell]}))
    convert(folder, "a.ipynb", "a.tsnb")
    exporter = PatinaMarkdownExporter()
    text, resources = exporter.from_filename(str(folder / "a.tsnb"))
    FilesWriter(build_directory=str(folder)).write(text, resources, notebook_name="b")
    written = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert written == {"inside"}
    assert not Path("/tmp/patina-absolute.png").exists()
    back = notebook_with(folder / "a.tsnb", "")["cells"][0]["attachments"]
    assert set(back) == set(names), "an .ipynb has them as they were"


def test_the_latest_run_is_shown_or_the_one_that_is_named(path: Path) -> None:
    for named, shown in (("latest", 1), ("Imported", 1), ("", 0)):
        assert len(notebook_with(path, named)["cells"][0]["outputs"]) == shown
    with pytest.raises(ConversionError, match="no run 'other'; there is Imported"):
        notebook_with(path, "other")
