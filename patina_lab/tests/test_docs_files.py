"""docs/reference/format.md says what is read, written and refused."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
import pytest

from patina_lab.blobs import store
from patina_lab.document import format as tsnb
from patina_lab.document import refusals
from patina_lab.document.errors import TsnbError
from patina_lab.model import outputs
from patina_lab.runlog import folding, log, records
from patina_lab.tests.documentation import code, doc, rows, section


def test_every_record_of_a_run_log_is_told_with_its_fields() -> None:
    told = {
        code(row[0]): {code(name) for name in row[1].split(",")}
        for row in rows(
            section(doc("docs/reference/format.md"), "## The run log: `<run id>.jsonl`")
        )
        if row[0].startswith("`")
    }
    there = {
        str(kind.__struct_config__.tag): {
            field.encode_name + ("" if field.required else "?")
            for field in msgspec.structs.fields(kind)
        }
        for kind in get_args(records.Record)
    }
    assert told == there


def test_the_records_in_the_text_are_records() -> None:
    lines = re.findall(r'^\{"record".*$', doc("docs/reference/format.md"), re.MULTILINE)
    read = [records.decode(line.encode()) for line in lines]
    assert {type(record) for record in read} == set(get_args(records.Record))
    assert [records.encode(record).decode().strip() for record in read] == lines
    header, *others = read
    assert isinstance(header, records.Header)
    assert header.schema == records.SCHEMA
    assert folding.fold(header, others[:-1]).status == "stopped"


def test_the_notebook_in_the_text_reads_and_writes_back() -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", doc("docs/reference/format.md"), re.DOTALL)
    assert tsnb.write(tsnb.read(text)) == text


def test_every_key_of_a_notebook_is_told() -> None:
    text = doc("docs/reference/format.md")
    told = {code(row[0]) for row in rows(section(text, "## The source: `.tsnb`"))}
    header = {*tsnb._HEADER, *(f"{name}" for name in tsnb._TABLES), "cells"}
    assert header <= told
    assert {"id", "type", "source", "cells.metadata", "cells.attachments"} <= told
    assert all(f'`"{kind}"`' in text for kind in tsnb._CELL_TYPES)


_HEADER = 'format = "patina-lab 1"\nid = "n"\nkernel = "k"\nlanguage = "l"\n'
_CELL = '[[cells]]\nid = "rate"\ntype = "code"\nsource = ""\n'
REFUSED = {
    "x" * (refusals.MAX_BYTES + 1): "at most 64 MiB can be opened",
    "a\x00": "The file is binary",
    "\n": "The file is empty",
    f"{_HEADER}<<<<<<< mine\n": "A merge conflict was left in the file",
    'version = "twinsong 0.0.1"': "This is a notebook of Twinsong",
    "a = 'b": "This is not valid TOML: ",
    f"a = {'[' * 5000}": "Values are nested too deeply",
    "a = 1": 'The first key should be format = "patina-lab 1"',
    'format = "patina-lab 2"': (
        "The file has the format 'patina-lab 2', which a newer Patina Lab wrote"
    ),
    'format = "patina-lab 1"': "The key 'id' of the notebook is missing",
    f"{_HEADER}{'[[cells]]'}\nid = 'a'\ntype = 'raw'\nsource = 3": "is no string but int",
    f"{_HEADER}metadata = 3": "[metadata] should be a table",
    f"{_HEADER}cells = 3": "The cells should be tables, each under [[cells]]",
    f"{_HEADER}{_CELL}{_CELL}": "Two cells have the id 'rate'",
    f"{_HEADER}{_CELL.replace('code', 'sql')}": "has the type 'sql'",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items(), ids=REFUSED.values())
def test_what_is_refused_is_told_with_its_message(text: str, message: str) -> None:
    with pytest.raises(TsnbError) as caught:
        tsnb.read(text)
    assert message in caught.value.message
    assert message.strip() in doc("docs/reference/format.md")


def test_a_file_of_each_kind_that_is_refused_is_tried() -> None:
    told = rows(section(doc("docs/reference/format.md"), "### What is refused"))
    assert len(told) == len(REFUSED)


def test_the_figures_of_files_are_told_as_they_are() -> None:
    text = doc("docs/reference/format.md")
    assert f"{outputs.INLINE_BYTES:,} bytes or more is a blob" in text
    assert f"at most {outputs.CHUNK_CHARS:,} characters" in text
    assert f"at most {outputs.TAIL_BYTES:,} bytes" in text
    assert f"a line of {log.MAX_LINE_BYTES >> 20} MiB or more" in text
    assert store._NAME.pattern == "[0-9a-f]{64}"
    assert f'`"{tsnb.FORMAT}"`' in text
