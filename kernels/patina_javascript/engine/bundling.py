"""How the bundler is called: part of the name of what it makes."""

from __future__ import annotations

# The annotations are those of package.json, which speak of the page. Names of functions are kept:
# they are seen in users' stack traces and in help.
ESBUILD = (
    "--bundle", "--ignore-annotations", "--platform=neutral", "--main-fields=module,main",
    "--format=iife",
    "--global-name=patina", "--footer:js=;patina.hooks", "--minify-whitespace",
    "--charset=utf8", "--target=es2023", "--legal-comments=none", "--loader:.txt=text",
)  # fmt: skip

# The libraries of node/libraries.js: a text within the other, which runs in another realm.
ESBUILD_NODE = (
    "--bundle", "--ignore-annotations", "--platform=browser", "--format=cjs",
    "--minify-whitespace", "--minify-syntax",
    "--charset=utf8", "--target=es2023", "--legal-comments=none",
)  # fmt: skip
