"""The pages lie below docs/; what is opened first is above them, and leads there."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Patina Lab</title>
<meta http-equiv="refresh" content="0; url=docs/index.html">
<a href="docs/index.html">Patina Lab</a></html>
"""


def setup(app: Sphinx) -> dict[str, bool]:
    """Write it when everything else is written."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write(app: Sphinx, error: Exception | None) -> None:
    """Write `index.html`, unless the build failed or makes something else than pages."""
    if error is None and app.builder.format == "html":
        (Path(app.outdir) / "index.html").write_text(PAGE, encoding="utf-8")
