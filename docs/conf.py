"""How Sphinx makes the documentation into pages: `make docs`, then build/docs/index.html.

The root of the source is the clone, so that links between docs/ and the files beside it
(ARCHITECTURE.md, CHANGELOG.md) are the same here and where the repository is looked at.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_extensions"), str(HERE.parent)]

from patina_lab._version import __version__  # noqa: E402 - not before it can be found

project = "Patina Lab"
author = "The Patina Lab authors"
version = release = __version__

root_doc = "docs/index"
include_patterns = ["docs/**/*.md", "docs/index.md", "*.md"]
# Where the repository is looked at, the README is the first page; here it is docs/index.md.
exclude_patterns = ["README.md", ".*", "build", "node_modules", "notebooks"]

extensions = ["myst_parser", "openapi_reference", "first_page"]
myst_enable_extensions = ["attrs_inline"]
# GitHub's anchors, which the links in the files use.
myst_heading_anchors = 4
nitpicky = True

html_theme = "furo"
html_title = f"Patina Lab {version}"
html_static_path = ["_static"]
html_css_files = ["patina.css"]
html_show_sphinx = False
html_copy_source = False
