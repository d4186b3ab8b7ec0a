"""An `.ipynb` that nobody touched comes out as it went in; a broken one says what and where."""

from __future__ import annotations

import copy
import errno
import json
import warnings
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings

from patina_lab import wire
from patina_lab.conversion.content import Stamp
from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.importing import from_ipynb
from patina_lab.conversion.ipynb import read_ipynb
from patina_lab.conversion.kernelchoice import choose
from patina_lab.conversion.toipynb import ipynb_of, shown_by
from patina_lab.converting import Conversion, convert_file
from patina_lab.document.format import read, write
from patina_lab.model.outputs import Blob
from patina_lab.problem import PatinaProblem
from patina_lab.runlog.folding import fold
from patina_lab.runlog.newfiles import NewFiles
from patina_lab.runlog.pastruns import records
from patina_lab.runlog.records import Header, decode, encode
from patina_lab.runlog.runfolder import RunFolder
from patina_lab.tests.conversion.corpora import nbformat_notebooks
from patina_lab.tests.conversion.notebooks import NOTEBOOKS
from patina_lab.text import Text

INSTALLED = {"patina-python": "python", "python3": "python", "patina-javascript": "javascript"}


def convert(folder: Path, source: str, to: str, **wanted: Any) -> wire.Converted:
    return convert_file(
        folder, Conversion(wire.Convert(source=source, to=to, **wanted), INSTALLED, "Ada")
    )


def only_run(folder: Path) -> str | None:
    logs = list(RunFolder(folder / "a.tsnb").path.glob("*.jsonl"))
    assert len(logs) <= 1
    return logs[0].stem if logs else None


def there_and_back(folder: Path, text: str) -> dict[str, Any]:
    """Import a notebook, and export it with what it showed."""
    (folder / "a.ipynb").write_text(text, encoding="utf-8")
    convert(folder, "a.ipynb", "a.tsnb", force=True)
    convert(folder, "a.tsnb", "b.ipynb", run=only_run(folder), force=True)
    back: dict[str, Any] = json.loads((folder / "b.ipynb").read_text(encoding="utf-8"))
    nbformat.validate(copy.deepcopy(back))
    return back


def as_nbformat_reads(text: str) -> Any:
    """Return a notebook as Jupyter itself opens it, without what a save would leave out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        notebook = nbformat.reads(text, as_version=4)
    for name in ("orig_nbformat", "orig_nbformat_minor"):
        notebook.metadata.pop(name, None)
    for cell in notebook.cells:
        if not cell.get("attachments", True):
            del cell["attachments"]
    return notebook


def without_ids(notebook: Any) -> list[Any]:
    return [{name: cell[name] for name in cell if name != "id"} for cell in notebook["cells"]]


def valid(path: Path) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            nbformat.validate(nbformat.reads(path.read_text(encoding="utf-8"), as_version=4))
        except (nbformat.ValidationError, AttributeError, TypeError, LookupError):
            return False
    return True


def test_every_notebook_that_nbformat_tests_itself_with_survives_if_it_is_valid(
    tmp_path: Path,
) -> None:
    paths = sorted(nbformat_notebooks().rglob("*.ipynb"))
    # Cells and outputs of a version to come are kept as what there is: they have a test below.
    survivors = [path for path in paths if valid(path) and path.name != "test4plus.ipynb"]
    assert len(survivors) >= 11
    for path in survivors:
        text = path.read_text(encoding="utf-8")
        back, wanted = there_and_back(tmp_path, text), as_nbformat_reads(text)
        assert without_ids(back) == without_ids(wanted), path
        assert back["metadata"] == wanted["metadata"], path


def test_what_nbformat_finds_invalid_is_refused_with_a_place_or_a_key_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    refused = [path for path in sorted(nbformat_notebooks().rglob("*.ipynb")) if not valid(path)]
    assert len(refused) >= 5
    for path in refused:
        (tmp_path / "a.ipynb").write_bytes(path.read_bytes())
        with pytest.raises(PatinaProblem) as caught:
            convert(tmp_path, "a.ipynb", "a.tsnb")
        assert caught.value.status == 400
        assert any(word in caught.value.reason for word in ("[", "metadata", "key")), path
        assert [file.name for file in tmp_path.iterdir()] == ["a.ipynb"]


def test_cells_of_a_version_to_come_are_kept_as_raw_ones(tmp_path: Path) -> None:
    path = nbformat_notebooks() / "test4plus.ipynb"
    text = path.read_text(encoding="utf-8")
    back, wanted = there_and_back(tmp_path, text), json.loads(text)
    future = next(cell for cell in wanted["cells"] if cell["cell_type"] == "future cell")
    kept = back["cells"][wanted["cells"].index(future)]
    assert kept["cell_type"] == "raw"
    assert json.loads(kept["source"])["key"] == future["key"]


def through_our_files(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return what export makes of what import made, by way of the text of a source and a log."""
    blobs: dict[str, bytes] = {}

    def keep(blob: Blob) -> None:
        blobs[blob.hash] = blob.data

    stamp = Stamp("notebook", "run", "2026-01-01T00:00:00.000Z", "Ada")
    nothing = partial(choose, installed=INSTALLED, hint_of=lambda _name: Text(""))
    content = from_ipynb(json.dumps(notebook).encode(), stamp, nothing, keep)
    cells: list[wire.OutputCell] = []
    for run in content.runs:
        header, *rest = [decode(encode(record)) for record in records(run, "notebook")]
        assert isinstance(header, Header)
        cells += fold(header, rest).cells.values()
    text = write(content.document)
    assert write(read(text)) == text
    return ipynb_of(read(text), shown_by(cells), blobs.__getitem__)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(NOTEBOOKS)
def test_any_valid_notebook_survives(notebook: dict[str, Any]) -> None:
    back, wanted = through_our_files(notebook), as_nbformat_reads(json.dumps(notebook))
    assert back["metadata"] == wanted["metadata"]
    assert back["cells"] == wanted["cells"]


NOTEBOOK: dict[str, Any] = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {},
    "cells": [
        {
            "id": "a",
            "cell_type": "code",
            "source": "1",
            "metadata": {},
            "execution_count": 3,
            "outputs": [
                {
                    "output_type": "execute_result",
                    "execution_count": 3,
                    "data": {"text/plain": "1"},
                    "metadata": {},
                }
            ],
        }
    ],
}


def changed(**keys: Any) -> str:
    return json.dumps({**NOTEBOOK, **keys})


def with_cell(**keys: Any) -> str:
    return changed(cells=[{**NOTEBOOK["cells"][0], **keys}])


BROKEN = {
    "": "Line 1, column 1",
    "{": "Line 1, column 2",
    '{"nbformat": 4,\n "cells": [}': "Line 2, column 12",
    "[1,]": "Line 1, column 4",
    "{'a': 1}": "Line 1, column 2",
    '{"a": NaN}': "NaN is no value of JSON",
    '{"a": 1e999}': "too large for a number",
    '{"a": 01}': "Line 1, column 8",
    '{"a": "\t"}': "Line 1, column 8",
    '{"a": "\\x"}': "Line 1, column 8",
    '{"a": 1} x': "Line 1, column 10",
    "[" * 100_000: "nested too deeply",
    '{"a":' * 100_000: "nested too deeply",
    f'{{"a": {"[" * 500}{"]" * 500}}}': "nested too deeply",
    f'{{"a": {"9" * 5_000}}}': "",
    "null": "no notebook but other JSON",
    "[]": "no notebook but other JSON",
    "{}": "'nbformat' is missing",
    '{"nbformat": "4"}': "'nbformat' is missing, or is no version",
    '{"nbformat": 9, "nbformat_minor": 0}': "a later one than is known",
    '{"nbformat": 4}': "'nbformat_minor' is missing",
    '{"nbformat": 3, "nbformat_minor": 0, "worksheets": 1}': "nbformat cannot read it",
    '{"nbformat": 1, "cells": 7}': "nbformat cannot read it",
    changed(cells={}): "cells: This is not valid",
    changed(cells=[7]): "cells[0]: This is not valid",
    with_cell(source=7): "cells[0].source: This is not valid",
    with_cell(outputs=[{"output_type": "stream", "name": "stdout"}]): "cells[0].outputs[0]",
    with_cell(execution_count=-1): "cells[0].execution_count",
    with_cell(cell_type="sql"): "cells[0]: This is not valid",
    with_cell(id="a b"): "cells[0].id: This is not valid",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:20])
def test_a_broken_notebook_says_where_and_why_and_is_left_as_it_is(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "a.ipynb").write_text(text)
    (tmp_path / "a.tsnb").write_text("mine")
    with pytest.raises(PatinaProblem) as caught:
        convert(tmp_path, "a.ipynb", "a.tsnb", force=True)
    assert caught.value.status == 400
    assert BROKEN[text] in caught.value.reason
    assert caught.value.message == "a.ipynb cannot be converted"
    assert caught.value.hint.endswith("Nothing was written.")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.ipynb", "a.tsnb"]
    assert (tmp_path / "a.tsnb").read_text() == "mine"


def test_what_would_be_too_large_to_be_opened_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patina_lab.converting.writing.MAX_BYTES", 2**20)
    attached = {"x.png": {"image/png": "A" * 2**20}}
    cell = {"id": "a", "cell_type": "markdown", "source": "", "metadata": {}}
    (tmp_path / "a.ipynb").write_text(changed(cells=[{**cell, "attachments": attached}]))
    with pytest.raises(PatinaProblem) as caught:
        convert(tmp_path, "a.ipynb", "a.tsnb")
    assert caught.value.reason == "The notebook would have 1 MiB; at most 1 MiB can be opened"
    assert [file.name for file in tmp_path.iterdir()] == ["a.ipynb"]


def test_a_huge_picture_is_kept_beside_and_comes_back(tmp_path: Path) -> None:
    data = "A" * 40_000_000
    shown = {"output_type": "display_data", "data": {"image/png": data}, "metadata": {}}
    back = there_and_back(tmp_path, changed(cells=[{**NOTEBOOK["cells"][0], "outputs": [shown]}]))
    assert back["cells"][0]["outputs"][0]["data"]["image/png"] == data
    assert (tmp_path / "a.tsnb").stat().st_size < 1_000


def test_a_notebook_cut_off_or_changed_anywhere_is_read_or_refused_in_words() -> None:
    whole = json.dumps(NOTEBOOK).encode()
    broken = [whole[:cut] for cut in range(len(whole))]
    broken += [whole[:at] + b"\xff" + whole[at + 1 :] for at in range(len(whole))]
    broken += [whole[:at] + b"7" + whole[at + 1 :] for at in range(len(whole))]
    refused = 0
    for data in broken:
        with suppress(ConversionError):
            read_ipynb(data)
            continue
        refused += 1
    assert refused > 2 * len(whole)


def test_half_characters_that_browsers_write_are_replaced(tmp_path: Path) -> None:
    back = there_and_back(tmp_path, with_cell(source="a\ud83d"))
    assert back["cells"][0]["source"] == "a" + 3 * "\ufffd"


def test_the_same_notebook_without_ids_gets_the_same_ids_each_time(tmp_path: Path) -> None:
    old = json.loads(changed(nbformat_minor=2))
    old["cells"] = [{**cell} for cell in (*old["cells"], *old["cells"])]
    for cell in old["cells"]:
        del cell["id"]
    ids = [
        [cell["id"] for cell in there_and_back(tmp_path, json.dumps(old))["cells"]]
        for _ in range(2)
    ]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2


def test_outputs_become_one_run_that_has_ended_and_is_the_notebooks(tmp_path: Path) -> None:
    failed = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]}
    cells = [
        NOTEBOOK["cells"][0],
        {**NOTEBOOK["cells"][0], "id": "b", "outputs": [failed]},
        {**NOTEBOOK["cells"][0], "id": "c", "outputs": [], "execution_count": None},
    ]
    (tmp_path / "a.ipynb").write_text(changed(cells=cells))
    assert convert(tmp_path, "a.ipynb", "a.tsnb").runs == 1
    document = read((tmp_path / "a.tsnb").read_text())
    (kept,) = RunFolder(tmp_path / "a.tsnb").load(document.id)
    folded = kept.loaded.folded  # type: ignore[union-attr]
    assert (folded.title, folded.status) == ("Imported", "stopped")
    assert [(cell.cell, cell.status) for cell in folded.cells.values()] == [
        ("a", "succeeded"),
        ("b", "failed"),
    ]
    assert folded.cells[1].requested_by == "Ada"


def test_a_notebook_without_outputs_has_no_runs(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(with_cell(outputs=[], execution_count=None))
    assert convert(tmp_path, "a.ipynb", "a.tsnb").runs == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.ipynb", "a.tsnb"]


def test_large_outputs_are_kept_beside_the_notebook(tmp_path: Path) -> None:
    outputs = [{"output_type": "stream", "name": "stdout", "text": "line\n" * 100_000}]
    back = there_and_back(tmp_path, with_cell(outputs=outputs))
    assert back["cells"][0]["outputs"] == outputs
    log = next(RunFolder(tmp_path / "a.tsnb").path.glob("*.jsonl"))
    assert log.stat().st_size < 5_000


def test_a_notebook_with_another_kernel_than_before_says_so_to_jupyter(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(
        changed(metadata={"kernelspec": {"name": "python3", "display_name": "P"}})
    )
    convert(tmp_path, "a.ipynb", "a.tsnb")
    text = (tmp_path / "a.tsnb").read_text()
    (tmp_path / "a.tsnb").write_text(
        text.replace('kernel = "patina-python"\nlanguage', 'kernel = "other"\nlanguage')
    )
    convert(tmp_path, "a.tsnb", "b.ipynb")
    metadata = json.loads((tmp_path / "b.ipynb").read_text())["metadata"]
    assert metadata["kernelspec"]["name"] == "other"


def test_metadata_that_jupyters_format_forbids_is_told_on_export(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text(changed())
    convert(tmp_path, "a.ipynb", "a.tsnb")
    with (tmp_path / "a.tsnb").open("a") as file:
        file.write('\n[cells.metadata]\ntags = ["a,b"]\n')
    with pytest.raises(PatinaProblem, match=r"cells\.0\.metadata\.tags"):
        convert(tmp_path, "a.tsnb", "b.ipynb")
    assert not (tmp_path / "b.ipynb").exists()


def test_an_error_says_its_place_first() -> None:
    assert (
        str(ConversionError(Text("It is odd"), place=Text("cells[1]"), hint=Text("")))
        == "cells[1]: It is odd"
    )


def test_a_folder_that_may_not_be_written_is_told_by_the_name_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(files: NewFiles, data: bytes) -> None:
        hidden = "/proc/self/fd/3/.a.tsnb.0a1b2c3d.new"
        raise OSError(errno.EROFS, "Read-only file system", hidden)

    monkeypatch.setattr(NewFiles, "write", refuse)
    (tmp_path / "a.ipynb").write_text(
        '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}'
    )
    with pytest.raises(PatinaProblem, match=r"a\.ipynb cannot be converted") as told:
        convert(tmp_path, "a.ipynb", "a.tsnb")
    assert (told.value.status, told.value.reason) == (403, "Read-only file system: a.tsnb")
