"""Arbitrary notebooks: any text UTF-8 can hold, any JSON value."""

from hypothesis import strategies as st

from patina_lab.document.format import Cell, TsnbDocument

# What TOML's strings have trouble with, alone and side by side.
_HARD = ["'''", '"""', '"', "'", "\\", "\x00", "\b", "\x7f", "\r\n", "\r", "\n", "x", "😀", "\x85"]
TEXT = (
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.text("'\"\\\r\n\t a\x00\x7f😀")
    | st.lists(st.sampled_from(_HARD), max_size=6).map("".join)
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
TABLE = st.dictionaries(TEXT, JSON, max_size=3)
_CELL_KEYS = {"id", "type", "source", "metadata", "attachments"}
_TOP_KEYS = {"format", "id", "kernel", "language", "metadata", "dependencies", "lock", "cells"}


def _without(names: set[str]) -> st.SearchStrategy[dict[str, object]]:
    return TABLE.map(lambda table: {key: table[key] for key in table if key not in names})


CELLS = st.lists(
    st.builds(
        Cell,
        id=TEXT,
        type=st.sampled_from(["code", "markdown", "raw"]),
        source=TEXT,
        metadata=_without({"trusted"}),
        attachments=TABLE,
        extra=_without(_CELL_KEYS),
    ),
    max_size=4,
    unique_by=lambda cell: cell.id,
).map(tuple)
DOCUMENTS = st.builds(
    TsnbDocument,
    id=TEXT,
    kernel=TEXT,
    language=TEXT,
    cells=CELLS,
    metadata=TABLE,
    dependencies=st.none() | TABLE,
    lock=st.none() | TABLE,
    extra=_without(_TOP_KEYS),
)
