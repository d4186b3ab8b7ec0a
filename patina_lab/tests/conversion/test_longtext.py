"""Texts of very many cells are read as others are, in a time that grows as they do."""

from __future__ import annotations

from typing import Any

import jupytext
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import nbbase

from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.longtext import LongText
from patina_lab.conversion.texts import read_text

PIECES = [
    "x = 1",
    "",
    "# %%",
    "# %% [markdown]",
    "# text",
    "def f():",
    "    return 1",
    '"""',
    "# -",
]
FENCED = ["x = 1", "", "```python", "```", "text", "# Head", "<!-- #region -->", "~~~"]


@given(st.lists(st.text(st.characters(codec="ascii"), max_size=3)), st.data())
def test_its_lines_are_those_of_any_text(pieces: list[str], data: st.DataObject) -> None:
    text = "\n".join(pieces)
    whole, ours = text.splitlines(), LongText(text).splitlines()
    for _ in range(3):
        assert (list(ours), len(ours), bool(ours)) == (whole, len(whole), bool(whole))
        at = data.draw(st.slices(len(whole)))
        assert list(ours[at]) == whole[at]
        if whole:
            one = data.draw(st.integers(-len(whole), len(whole) - 1))
            assert ours[one] == whole[one]
        first = data.draw(st.integers(0, len(whole)))
        whole, ours = whole[first:], ours[first:]
    with pytest.raises(IndexError):
        ours[len(whole)]


@pytest.mark.parametrize(("extension", "pieces"), [(".py", PIECES), (".md", FENCED)])
def test_jupytext_reads_them_as_it_reads_others(extension: str, pieces: list[str]) -> None:
    @given(st.lists(st.sampled_from(pieces), max_size=12).map("\n".join))
    def read(text: str) -> None:
        assert _read(LongText(text), extension) == _read(text, extension)

    read()


def _read(text: str, extension: str) -> Any:
    notebook = jupytext.reads(text, fmt={"extension": extension})
    return [(cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]


def test_cells_are_not_validated_one_by_one_while_a_text_is_read_but_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(nbbase, "validate", lambda _node, ref=None: asked.append(ref))
    assert len(read_text(b"# %%\nx\n" * 9, ".py")["cells"]) == 9
    assert asked == []
    nbbase.new_code_cell("x")
    assert asked == ["code_cell"], "others find nbformat as it was"
    with pytest.raises(ConversionError, match=r"cells\[1\]\.metadata"):
        read_text(b'# %%\nx\n\n# %% collapsed="no"\ny\n', ".py")
