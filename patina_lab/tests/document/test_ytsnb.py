"""The source document, as jupyter-collaboration uses it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from patina_lab.document.errors import TsnbError
from patina_lab.document.format import Cell, TsnbDocument, read, write
from patina_lab.document.ytsnb import YTsnb
from patina_lab.model.packages import Packages
from patina_lab.tests.document.strategies import DOCUMENTS, TEXT
from patina_lab.tests.editors import clocks


def notebook(*cells: Cell) -> str:
    return write(TsnbDocument("n", "patina-python", "python", cells))


def code(name: str, source: str = "") -> Cell:
    return Cell(name, "code", source)


def loaded(text: str, client_id: int = 0) -> YTsnb:
    document = YTsnb(Doc(client_id=client_id))
    document.set(text)
    return document


def cells(document: YTsnb) -> Array[Any]:
    array: Array[Any] = document.ydoc.get("cells", type=Array)
    return array


@given(DOCUMENTS)
@settings(max_examples=50)
def test_what_was_set_is_got_byte_by_byte(document: TsnbDocument) -> None:
    assert loaded(write(document)).get() == write(document)


@given(DOCUMENTS, DOCUMENTS)
@settings(max_examples=50)
def test_any_change_on_disk_is_taken_over(before: TsnbDocument, after: TsnbDocument) -> None:
    document = loaded(write(before))
    document.set(write(after))
    assert document.get() == write(after)


@given(DOCUMENTS, DOCUMENTS)
@settings(max_examples=50)
def test_a_change_on_disk_makes_no_ids_of_its_own_and_is_the_same_every_time(
    before: TsnbDocument, after: TsnbDocument
) -> None:
    document = loaded(write(before))
    again = YTsnb(Doc(client_id=0))
    again.ydoc.apply_update(document.ydoc.get_update())
    for one in (document, again):
        one.set(write(after))
    assert [cell["id"] for cell in cells(document)] == [cell.id for cell in after.cells]
    assert clocks(document.ydoc.get_state()) == clocks(again.ydoc.get_state())


@given(TEXT)
def test_any_text_of_a_file_is_given_back_as_it_was(text: str) -> None:
    assert loaded(text).get() == text


@given(DOCUMENTS, st.data())
def test_a_file_cut_off_anywhere_is_given_back_as_it_was(
    whole: TsnbDocument, data: st.DataObject
) -> None:
    text = write(whole)
    cut = text[: data.draw(st.integers(0, len(text)))]
    document = loaded(cut)
    assert document.get() == cut
    document.set(text)
    assert document.get() == text
    assert document.problem == ""


@given(TEXT, TEXT)
def test_any_edit_on_disk_gives_exactly_the_new_source(before: str, after: str) -> None:
    document = loaded(notebook(code("a", before)))
    document.set(notebook(code("a", after)))
    assert document.cell_source("a") == after


@given(TEXT)
def test_windows_line_ends_stay_until_a_cell_is_edited(source: str) -> None:
    text = notebook(code("a", source)).replace("\n", "\r\n")
    assert loaded(text).get() == text


def test_a_gigantic_file_is_refused_as_a_whole() -> None:
    document = loaded(notebook(code("a", "x")))
    with pytest.raises(TsnbError, match="MiB"):
        document.set("x" * (65 * 2**20))
    assert document.get() == notebook(code("a", "x"))


def test_the_same_file_gives_the_same_history_every_time() -> None:
    text = notebook(code("a", "x = 1"), code("b", "x"))
    assert loaded(text).ydoc.get_update() == loaded(text).ydoc.get_update()


def test_setting_what_is_there_changes_nothing() -> None:
    text = notebook(code("a", "x = 1"), Cell("b", "raw", "r", {"m": [1, None]}))
    document = loaded(text)
    before = document.ydoc.get_update()
    document.set(text)
    assert document.ydoc.get_update() == before


def test_a_file_somebody_wrote_by_hand_stays_as_it_is_until_a_cell_is_edited() -> None:
    canonical = notebook(code("a", "x"))
    by_hand = "# mine\n" + canonical
    document = loaded(by_hand)
    assert document.get() == by_hand
    cells(document)[0]["source"].insert(0, "y = ")
    assert document.get() == notebook(code("a", "y = x"))
    document.set(canonical)
    assert document.get() == canonical


def test_a_file_that_cannot_be_read_is_kept_and_explained() -> None:
    text = notebook(code("a", "x"))[:-2]
    document = loaded(text)
    assert document.get() == text
    assert "TOML" in document.problem
    assert document.id == ""
    document.set(notebook(code("a", "x")))
    assert document.problem == ""
    assert document.cell_source("a") == "x"


def test_an_edit_on_disk_leaves_what_a_client_types_elsewhere_in_the_cell() -> None:
    document = loaded(notebook(code("a", "begin\nmiddle 😀\nend")))
    client: Doc[Any] = Doc()
    client.apply_update(document.ydoc.get_update())
    typed: Text = client.get("cells", type=Array)[0]["source"]
    typed.insert(0, "# typed\n")
    document.set(notebook(code("a", "begin\nmiddle 😀 changed\nend")))
    document.ydoc.apply_update(client.get_update())
    assert document.cell_source("a") == "# typed\nbegin\nmiddle 😀 changed\nend"


def test_a_lock_stands_in_the_file_a_line_a_line_and_those_of_other_languages_stay() -> None:
    document = loaded(notebook(code("a", "1")))
    assert document.packages == Packages()
    document.keep_lock({"cargo": ["version = 4", 'name = "mini"']})
    document.keep_lock({"npm": ["x"]})
    assert '[lock]\ncargo = [\n    "version = 4",\n' in document.get()
    again = loaded(document.get())
    assert again.packages.resolved == {"cargo": ["version = 4", 'name = "mini"'], "npm": ["x"]}
    before = again.ydoc.get_state()
    again.keep_lock({"npm": ["x"]})
    assert clocks(again.ydoc.get_state()) == clocks(before)  # what is there already is no edit


def test_what_a_notebook_needs_is_read_and_stays_beside_the_lock() -> None:
    needs = {"cargo": ["batteries", 'rand = "0.9"']}
    text = write(replace(read(notebook(code("a", "1"))), dependencies=needs))
    document = loaded(text)
    document.keep_lock({"cargo": ["version = 4"]})
    assert document.packages == Packages(needs, {"cargo": ["version = 4"]})
    assert loaded(document.get()).packages == document.packages


def test_moving_one_cell_on_disk_moves_only_that_cell() -> None:
    document = loaded(notebook(*(code(name) for name in "abcde")))
    kept = {cell["id"]: cell for cell in cells(document)}
    document.set(notebook(*(code(name) for name in "bcdae")))
    assert [cell["id"] for cell in cells(document)] == list("bcdae")
    kept["e"]["source"].insert(0, "still the same text")
    assert document.cell_source("e") == "still the same text"


def test_a_cell_that_two_clients_put_back_gets_an_id_of_its_own_in_the_file() -> None:
    document = loaded(notebook(code("a", "x")))
    twin = {"id": "a", "cell_type": "code", "source": Text("x"), "metadata": Map()}
    cells(document).append(Map(twin))
    assert 'id = "a-2"' in document.get()


def test_whole_numbers_stay_integers() -> None:
    text = notebook(Cell("a", "code", "", {"columns": 3}))
    document = loaded(text)
    cells(document)[0]["metadata"]["columns"] = 4.0
    assert "columns = 4\n" in document.get()


def test_the_mark_of_trust_stays_out_of_the_file() -> None:
    document = loaded(notebook(code("a")))
    cells(document)[0]["metadata"]["trusted"] = True
    assert document.get() == notebook(code("a"))


def test_a_source_is_found_by_its_cell_also_after_a_move() -> None:
    document = loaded(notebook(code("a", "1"), Cell("m", "markdown", "# M"), code("b", "2")))
    assert document.cell_source("b") == "2"
    del cells(document)[0]
    assert document.cell_source("b") == "2"
    assert document.cell_source("a") is None
    assert document.cell_source("m") is None


def test_the_problem_is_json_for_the_page() -> None:
    document = loaded("nonsense")
    meta: Map[Any] = document.ydoc.get("meta", type=Map)
    assert json.loads(meta["problem"])["line"] == 1


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats()
    | st.sampled_from(["", "{", "[]", "null", "3", '{"cells": 1, "id": 2}', "code", "markdown"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)
HEADER_KEYS = st.sampled_from(
    ["id", "kernel", "language", "metadata", "dependencies", "lock", "extra", "format", "more"]
)
SHARED_KEYS = st.sampled_from(
    ["id", "cell_type", "source", "metadata", "attachments", "extra", "outputs", "more"]
)


@given(
    st.dictionaries(HEADER_KEYS, ANYTHING, max_size=3),
    st.dictionaries(SHARED_KEYS, ANYTHING, max_size=4),
    st.lists(ANYTHING, max_size=2),
)
@settings(max_examples=200)
def test_whatever_a_client_writes_the_notebook_can_still_be_saved_read_and_mended(
    header: dict[str, Any], cell: dict[str, Any], more: list[Any]
) -> None:
    document = loaded(notebook(code("a", "1")))
    meta: Map[Any] = document.ydoc.get("meta", type=Map)
    for name, value in header.items():
        meta[name] = value
    for name, value in cell.items():
        cells(document)[0][name] = value
    cells(document).extend([*more, Map(cell)])
    read(document.get())
    assert document.problem == ""
    document.cell_source("a")
    mended = notebook(code("a", "2"), code("b", "3"))
    document.set(mended)
    assert document.get() == mended


@pytest.mark.parametrize("name", ["problem", "original"])
def test_no_garbage_of_a_client_stands_for_a_problem_or_the_original(name: str) -> None:
    document = loaded(notebook(code("a", "1")))
    meta: Map[Any] = document.ydoc.get("meta", type=Map)
    for value in (3, "{", "[]", "null", {"text": 1}):
        meta[name] = value
        assert isinstance(document.get(), str)
        assert isinstance(document.problem, str)


def test_a_file_that_cannot_be_read_is_not_emptied_by_who_takes_the_problem_away() -> None:
    document = loaded("nonsense")
    meta: Map[Any] = document.ydoc.get("meta", type=Map)
    del meta["problem"]
    assert document.get() == "nonsense"


ANCESTOR = """version = "twinsong 0.0.1"

[editor_root]
id = "r"
name = "root"
scope = "Own"
children = [{ type = "Cell", id = "c", code = "x = 1" }]
"""


def test_a_notebook_of_twinsong_can_be_read_and_not_be_changed() -> None:
    document = YTsnb()
    document.set(ANCESTOR)
    assert "notebook of Twinsong" in document.problem
    assert document.cell_source("c") == "x = 1"
    problem = json.loads(document.ydoc.get("meta", type=Map)["problem"])
    assert problem["ancestor"] == "Twinsong"
    cells = document.ydoc.get("cells", type=Array)
    assert cells[0]["metadata"].to_py() == {"editable": False, "deletable": False}
    cells.append(Map({"id": "mine", "cell_type": "code", "source": Text("mine")}))
    assert document.get() == ANCESTOR
    # Once converted in its place it is a notebook like any other.
    text = write(TsnbDocument("n", "k", "python", (Cell("c", "code", "x = 1"),)))
    document.set(text)
    assert document.get() == text
    assert document.problem == ""


def test_a_notebook_of_twinsong_that_is_broken_says_what_is_missing() -> None:
    document = YTsnb()
    document.set(ANCESTOR.replace("editor_root", "other"))
    assert "notebook of Twinsong cannot be read: The key 'editor_root'" in document.problem
