"""nbconvert's own command line reads `.tsnb`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from patina_lab.conversion.errors import ConversionError
from patina_lab.converting.exporters import notebook_with
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


def test_the_latest_run_is_shown_or_the_one_that_is_named(path: Path) -> None:
    for named, shown in (("latest", 1), ("Imported", 1), ("", 0)):
        assert len(notebook_with(path, named)["cells"][0]["outputs"]) == shown
    with pytest.raises(ConversionError, match="no run 'other'; there is Imported"):
        notebook_with(path, "other")
