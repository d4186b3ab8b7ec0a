"""Markdown, scripts and HTML: what is read, what is written, and what stays outside."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from patina_lab.conversion.formulas import latex_output
from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.problem import PatinaProblem
from patina_lab.tests.conversion.test_ipynb import NOTEBOOK, changed, convert, only_run

PNG = base64.b64encode(b"\x89PNG" + bytes(9_000)).decode()


def imported(folder: Path, name: str, text: str) -> TsnbDocument:
    (folder / name).write_text(text, encoding="utf-8")
    convert(folder, name, "a.tsnb", force=True)
    return read((folder / "a.tsnb").read_text(encoding="utf-8"))


def shown(document: TsnbDocument) -> list[tuple[str, str]]:
    return [(cell.type, cell.source) for cell in document.cells]


@pytest.mark.parametrize(
    ("name", "text", "cells", "language"),
    [
        (
            "a.md",
            "# Hi\n\n```python\nx = 1\n```\n\nBye\n",
            [("markdown", "# Hi"), ("code", "x = 1"), ("markdown", "Bye")],
            "python",
        ),
        (
            "a.md",
            "---\nkernelspec:\n  name: python3\n  display_name: P\n---\n\n# Hi\n\n"
            "```{code-cell} ipython3\nx = 1\n```\n",
            [("markdown", "# Hi"), ("code", "x = 1")],
            "python",
        ),
        (
            "a.qmd",
            "---\ntitle: T\n---\n\n```{python}\n#| echo: false\nx = 1\n```\n",
            [("raw", "---\ntitle: T\n---"), ("code", "#| echo: false\nx = 1")],
            "python",
        ),
        ("a.Rmd", "Text\n\n```{r}\nx <- 1\n```\n", [("markdown", "Text"), ("code", "x <- 1")], "r"),
        (
            "a.py",
            "# %% [markdown]\n# Hi\n\n# %%\nx = 1\n\ny = 2\n",
            [("markdown", "Hi"), ("code", "x = 1\n\ny = 2")],
            "python",
        ),
        (
            "a.py",
            "# Hi\n\nx = 1\n\ny = 2\n",
            [("markdown", "Hi"), ("code", "x = 1"), ("code", "y = 2")],
            "python",
        ),
        ("a.js", "// %%\nlet x = 1\n", [("code", "let x = 1")], "javascript"),
        ("a.rs", "// %%\nlet x = 1;\n", [("code", "let x = 1;")], "rust"),
    ],
)
def test_texts_become_notebooks(
    tmp_path: Path, name: str, text: str, cells: list[Any], language: str
) -> None:
    document = imported(tmp_path, name, text)
    assert shown(document) == cells
    assert document.language == language


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("b.md", "markdown"),
        ("b.md", "myst"),
        ("b.Rmd", "rmarkdown"),
        ("b.qmd", "quarto"),
        ("b.py", "percent"),
        ("b.py", "light"),
    ],
)
def test_a_notebook_as_text_is_the_same_notebook_again(
    tmp_path: Path, name: str, form: str
) -> None:
    cells = (
        Cell("a", "markdown", "# Title\n\nwith text"),
        Cell("b", "code", "def f(x):\n    return x"),
        Cell("c", "code", "f(1)", {"tags": ["kept"]}),
    )
    document = TsnbDocument("n", "patina-python", "python", cells)
    (tmp_path / "a.tsnb").write_text(write(document))
    assert convert(tmp_path, "a.tsnb", name, format=form).format == form
    back = imported(tmp_path, name, (tmp_path / name).read_text())
    assert shown(back) == shown(document)
    assert back.cells[2].metadata.get("tags") == ["kept"]
    assert (back.kernel, back.language) == ("patina-python", "python")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.md", b"---\na: [\n---\nx", "Jupytext cannot read it (ParserError"),
        ("a.md", b"ok\n\xff", "Line 2: The file is binary (0xff is no UTF-8)"),
        ("a.py", b"x\n\0", "Line 2: The file is binary"),
        ("a.md", b"x" * (9 << 20), "at most 8 MiB"),
        ("a.docx", b"x", "no notebook that can be converted"),
    ],
)
def test_texts_that_are_none_are_refused_in_words(
    tmp_path: Path, name: str, data: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(PatinaProblem) as caught:
        convert(tmp_path, name, "a.tsnb")
    assert caught.value.status == 400
    assert reason in caught.value.reason
    assert [file.name for file in tmp_path.iterdir()] == [name]


def a_notebook_with_pictures(folder: Path) -> str:
    """Write one; return its run."""
    (folder / "beside.png").write_bytes(b"beside")
    (folder.parent / "secret.png").write_bytes(b"secret")
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    text = (
        "![1](beside.png) ![2](../secret.png) ![3](attachment:../x.png) ![4](link.png)"
        f" ![5]({folder.parent}/secret.png) ![6](https://example.org/a.png)"
    )
    output = {"output_type": "display_data", "data": {"image/png": PNG}, "metadata": {}}
    cells = [
        {**NOTEBOOK["cells"][0], "outputs": [output]},
        {
            "id": "b",
            "cell_type": "markdown",
            "source": text,
            "metadata": {},
            "attachments": {"../x.png": {"image/png": "YXR0YWNoZWQ="}},
        },
    ]
    (folder / "a.ipynb").write_text(changed(cells=cells))
    convert(folder, "a.ipynb", "a.tsnb")
    return only_run(folder) or ""


@pytest.mark.parametrize("name", ["b.html", "b.md"])
def test_a_page_has_its_pictures_in_it_and_none_of_files_elsewhere(
    tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    run = a_notebook_with_pictures(folder)
    convert(folder, "a.tsnb", name, run=run)
    page = (folder / name).read_text()
    assert PNG in page
    for data in (b"beside", b"attached"):
        assert f"data:image/png;base64,{base64.b64encode(data).decode()}" in page
    assert base64.b64encode(b"secret").decode() not in page
    there = {"a.ipynb", "a.tsnb", "a.tsnb.runs", "beside.png", "link.png", name}
    assert {file.name for file in folder.iterdir()} == there


def as_page(folder: Path, *cells: dict[str, Any]) -> str:
    (folder / "a.ipynb").write_text(changed(cells=list(cells)))
    convert(folder, "a.ipynb", "a.html")
    return (folder / "a.html").read_text()


def text_cell(source: str) -> dict[str, Any]:
    return {"id": "t", "cell_type": "markdown", "source": source, "metadata": {}}


def test_a_html_page_asks_nothing_of_the_network(tmp_path: Path) -> None:
    formula = {"data": {"text/latex": "$y^3$"}, "metadata": {}, "output_type": "display_data"}
    code = {**NOTEBOOK["cells"][0], "outputs": [formula]}
    page = as_page(tmp_path, text_cell("It is $x^2$\n\n$$\\int x$$"), code)
    tags = re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"?(https?:[^\" >]+)", page)
    asked = re.findall(r"from ['\"](https?:[^'\"]+)|import\(['\"](https?:[^'\"]+)", page)
    assert not tags + asked
    assert "<title>a</title>" in page
    assert len(re.findall("<math ", page)) == 3
    assert "<msup><mi>y</mi><mn>3</mn></msup>" in page


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (r"\begin{align}a&=b\\c&=d\end{align}", "<mtable "),
        (r"\begin{equation}x\label{a}\end{equation}", "<mi>x</mi></mrow>"),
        (r"$$\text{<b>c</b>}$$", "<mtext>&lt;b&gt;c&lt;/b&gt;</mtext>"),
        (r"$\href{javascript:alert(1)}{x}$", "<mrow><mi>x</mi></mrow>"),
        (r"$\unknown{x}$", r"<code>$\unknown{x}$</code>"),
        ("$$ $$", "<code>$$ $$</code>"),
        ("`$x$`", "<code>$x$</code>"),
    ],
)
def test_formulas_are_drawn_or_there_as_typed(tmp_path: Path, typed: str, shown: str) -> None:
    page = as_page(tmp_path, text_cell(typed))
    assert shown in page
    assert "javascript:" not in page


def test_an_output_of_latex_may_have_text_around_its_formulas() -> None:
    made = latex_output(r"Here <i>it</i> is: \(x\), $$y$$ and \begin{matrix}z\end{matrix}")
    assert made.startswith("Here &lt;i&gt;it&lt;/i&gt; is: <math ")
    assert made.count('display="block"') == 2


def test_a_text_says_that_outputs_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    convert(tmp_path, "a.ipynb", "a.tsnb")
    (note,) = convert(tmp_path, "a.tsnb", "a.py", run=only_run(tmp_path)).notes
    assert "has no outputs: those of Imported are left out" in note


def test_an_ipynb_becomes_a_page_without_a_notebook_in_between(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    convert(tmp_path, "a.ipynb", "a.md")
    assert "    1" in (tmp_path / "a.md").read_text()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.ipynb", "a.md"]
