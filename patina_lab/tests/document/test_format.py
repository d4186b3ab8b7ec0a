"""The `.tsnb` format: what is written is read back, and what cannot be read is explained."""

import dataclasses
import json
from pathlib import Path

import pytest
from hypothesis import given

from patina_lab.document.errors import TsnbError
from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.document.values import normal
from patina_lab.tests.document.strategies import DOCUMENTS, TEXT

EXAMPLES = Path(__file__).parents[3] / "examples"
HEADER = 'format = "patina-lab 1"\nid = "n"\nkernel = "patina-python"\nlanguage = "python"\n'


def _plain(document: TsnbDocument) -> object:
    return normal(json.loads(json.dumps(dataclasses.asdict(document))))


@given(DOCUMENTS)
def test_a_document_is_read_back_as_it_was_written(document: TsnbDocument) -> None:
    again = read(write(document))
    assert _plain(again) == _plain(document)


@given(DOCUMENTS)
def test_writing_what_was_read_gives_the_same_bytes(document: TsnbDocument) -> None:
    text = write(document)
    assert write(read(text)).encode() == text.encode()


@given(TEXT)
def test_any_source_survives(source: str) -> None:
    document = TsnbDocument("n", "k", "python", (Cell("a", "code", source),))
    assert read(write(document)).cells[0].source == source


@pytest.mark.parametrize("begin", ["", "\b", "'''", "\\", "\n"])
@pytest.mark.parametrize("quotes", range(8))
def test_quotes_at_the_end_of_a_source_survive(begin: str, quotes: int) -> None:
    source = begin + '"' * quotes
    document = TsnbDocument("n", "k", "python", (Cell("a", "code", source),))
    assert read(write(document)).cells[0].source == source


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.tsnb")), ids=lambda path: path.stem)
def test_an_example_is_written_as_it_is_kept(example: Path) -> None:
    text = example.read_text()
    assert write(read(text)) == text


def test_a_source_stands_line_by_line_so_that_edits_merge() -> None:
    text = write(TsnbDocument("n", "k", "python", (Cell("a", "code", "x = 40\nx + 2\n"),)))
    assert "source = '''\nx = 40\nx + 2\n'''\n" in text


def test_numbers_that_browsers_made_floats_are_written_as_integers() -> None:
    document = TsnbDocument("n", "k", "python", metadata={"width": 3.0})
    assert "width = 3\n" in write(document)


BROKEN = {
    "truncated": (HEADER + '[[cells]]\nid = "a"\ntype = "code"\nsource = \'\'\'\nx =', 9, "TOML"),
    "binary": ("\x89PNG\r\n\x00", 2, "binary"),
    "empty": ("  \n", 1, "empty"),
    "no format": ('id = "n"\n', 1, "format"),
    "newer": ('format = "patina-lab 7"\n', 1, "newer"),
    "twice the same cell": (
        HEADER + 2 * '[[cells]]\nid = "a"\ntype = "code"\nsource = ""\n',
        9,
        "Two cells",
    ),
    "unknown type": (HEADER + '[[cells]]\nid = "a"\ntype = "song"\nsource = ""\n', 5, "song"),
    "number for a source": (HEADER + '[[cells]]\nid = "a"\ntype = "raw"\nsource = 3\n', 5, "int"),
    "merge conflict": (
        HEADER + "<<<<<<< ours\nx = 1\n=======\nx = 2\n>>>>>>> theirs\n",
        5,
        "conflict",
    ),
    "an ancestor's": ('version = "twinsong 0.0.1"\n', 1, "Twinsong"),
}


@pytest.mark.parametrize(("text", "line", "word"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_its_line_and_reason(text: str, line: int, word: str) -> None:
    with pytest.raises(TsnbError) as caught:
        read(text)
    assert caught.value.line == line
    assert word in caught.value.message


def test_a_gigantic_file_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(TsnbError, match="MiB"):
        read(HEADER + "#" * (65 * 2**20))


@pytest.mark.parametrize(
    "source", ["<<<<<<< ours\nx = 1\n", "<<<<<<< ours\nx = 1\n=======\nx = 2\n>>>>>>> theirs\n"]
)
def test_a_conflict_written_in_a_source_is_just_text(source: str) -> None:
    document = TsnbDocument("n", "k", "python", (Cell("a", "code", source),))
    assert read(write(document)).cells[0].source == source


def test_a_conflict_that_reaches_from_one_source_into_another_is_refused() -> None:
    cells = (Cell("a", "code", "<<<<<<< ours\nx = 1\n"), Cell("b", "code", "y\n>>>>>>> theirs\n"))
    with pytest.raises(TsnbError, match="conflict"):
        read(write(TsnbDocument("n", "k", "python", cells)))


def test_an_id_that_is_no_text_is_refused_with_its_line() -> None:
    text = 'format = "patina-lab 1"\n[[cells]]\nid = [1]\ntype = "code"\nsource = ""\n'
    with pytest.raises(TsnbError) as refused:
        read(text)
    assert refused.value.line == 2
