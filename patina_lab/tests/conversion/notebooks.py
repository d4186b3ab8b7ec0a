"""Arbitrary `.ipynb` notebooks: every kind of cell and output of the schema of nbformat 4.5."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.text("'\"\\\r\n\t a\x00\x7f😀$#")
_KEY = st.text(st.characters(exclude_categories=["Cs"]), max_size=5).filter(
    lambda name: name not in ("$json", "$toml")
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEY, inner, max_size=3),
    max_leaves=5,
)
SMALL_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEY, inner, max_size=3),
    max_leaves=5,
)
_FREE = (
    "kernelspec",
    "language_info",
    "orig_nbformat",
    "orig_nbformat_minor",
    "signature",
    "title",
)
_CELL_FREE = ("name", "tags", "jupyter", "execution", "collapsed", "scrolled", "trusted", "format")
COUNT = st.none() | st.integers(0, 2**31)
ID = st.from_regex(r"[a-zA-Z0-9_-]{1,64}", fullmatch=True)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


MULTILINE = TEXT | TEXT.map(_lines)
_BASE64 = st.one_of(
    st.binary(max_size=90).map(lambda data: base64.b64encode(data).decode()),
    st.binary(min_size=9_000, max_size=9_100).map(lambda data: base64.b64encode(data).decode()),
    st.binary(min_size=9_000, max_size=9_100).map(lambda data: base64.encodebytes(data).decode()),
    st.binary(min_size=9_000, max_size=9_100).map(
        lambda data: base64.b64encode(data).decode() + "\n"
    ),
    TEXT,
)
_MIME = st.fixed_dictionaries(
    {},
    optional={
        "text/plain": MULTILINE,
        "text/html": MULTILINE,
        "text/latex": MULTILINE,
        "image/png": _BASE64,
        "image/svg+xml": MULTILINE,
        "application/javascript": MULTILINE,
        "application/json": JSON,
        "application/vnd.plotly.v1+json": JSON,
        "application/pdf": _BASE64,
    },
)


def _table(values: st.SearchStrategy[Any], without: tuple[str, ...]) -> st.SearchStrategy[Any]:
    return st.dictionaries(_KEY.filter(lambda name: name not in without), values, max_size=3)


_OUTPUT = st.one_of(
    st.fixed_dictionaries(
        {"output_type": st.just("stream"), "name": st.sampled_from(["stdout", "stderr"]) | TEXT}
        | {"text": MULTILINE | TEXT.map(lambda text: text * 999)}
    ),
    st.fixed_dictionaries(
        {"output_type": st.just("display_data"), "data": _MIME, "metadata": _table(SMALL_JSON, ())}
    ),
    st.fixed_dictionaries(
        {"output_type": st.just("execute_result"), "data": _MIME, "execution_count": COUNT}
        | {"metadata": _table(SMALL_JSON, ())}
    ),
    st.fixed_dictionaries(
        {"output_type": st.just("error"), "ename": TEXT, "evalue": TEXT}
        | {"traceback": st.lists(TEXT, max_size=3)}
    ),
)
_NAME = st.from_regex(r"[^\n]+", fullmatch=True).filter(
    lambda name: not any(0xD800 <= ord(char) < 0xE000 for char in name)
)
_TAGS = st.lists(st.from_regex(r"[a-z ]+", fullmatch=True), max_size=3, unique=True)
_NAMED = {
    "name": _NAME,
    "tags": _TAGS,
    "jupyter": st.fixed_dictionaries({}, optional={"source_hidden": st.booleans()}),
}


def _metadata(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    known = st.fixed_dictionaries({}, optional=_NAMED | optional)
    return st.builds(lambda free, named: {**free, **named}, _table(JSON, _CELL_FREE), known)


_ATTACHMENTS = st.dictionaries(
    TEXT,
    st.dictionaries(st.sampled_from(["image/png", "text/plain"]), _BASE64, min_size=1),
    min_size=1,
    max_size=2,
)
_EXECUTION = st.dictionaries(
    st.sampled_from(["iopub.execute_input", "shell.execute_reply", "iopub.status.idle"]), TEXT
)
_CELL = st.one_of(
    st.fixed_dictionaries(
        {"cell_type": st.just("code"), "id": ID, "source": MULTILINE, "execution_count": COUNT}
        | {
            "outputs": st.lists(_OUTPUT, max_size=3),
            "metadata": _metadata(
                execution=_EXECUTION,
                collapsed=st.booleans(),
                scrolled=st.sampled_from([True, False, "auto"]),
            ),
        }
    ),
    st.fixed_dictionaries(
        {"cell_type": st.just("markdown"), "id": ID, "source": MULTILINE, "metadata": _metadata()},
        optional={"attachments": _ATTACHMENTS},
    ),
    st.fixed_dictionaries(
        {"cell_type": st.just("raw"), "id": ID, "source": MULTILINE}
        | {"metadata": _metadata(format=TEXT)},
        optional={"attachments": _ATTACHMENTS},
    ),
)
_LANGUAGE_INFO = st.fixed_dictionaries(
    {"name": st.sampled_from(["python", "rust", "javascript", "R", "julia"])},
    optional={
        "codemirror_mode": TEXT | _table(JSON, ()),
        "file_extension": TEXT,
        "mimetype": TEXT,
        "pygments_lexer": TEXT,
    },
)
_TOP = st.fixed_dictionaries(
    {},
    optional={
        "kernelspec": st.fixed_dictionaries({"name": TEXT, "display_name": TEXT}),
        "language_info": _LANGUAGE_INFO,
        "title": TEXT,
        "authors": st.lists(st.fixed_dictionaries({"name": TEXT}), max_size=2),
    },
)
NOTEBOOKS = st.fixed_dictionaries(
    {
        "nbformat": st.just(4),
        "nbformat_minor": st.just(5),
        "metadata": st.builds(lambda free, top: {**free, **top}, _table(JSON, _FREE), _TOP),
        "cells": st.lists(_CELL, max_size=5, unique_by=lambda cell: cell["id"]),
    }
)
