"""What people read can be said in their language: it is in the catalogue, whoever made it."""

from __future__ import annotations

import ast
import errno
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_file

import patina_lab
from patina_lab import wire
from patina_lab.blobs.store import BlobMissingError, BlobStore
from patina_lab.model.run import Phase, RunError
from patina_lab.runlog.log import RunLogError, load, why_unread
from patina_lab.runlog.records import KernelEnded, decode
from patina_lab.runlog.revival import model_error
from patina_lab.sources.history import History, HistoryError
from patina_lab.text import Text, ngettext, said_by, verbatim
from patina_lab.text import gettext as _

ROOT = Path(patina_lab.__file__).parent
MAKERS = {"_": 1, "ngettext": 2}
"""What makes texts, and how many of its arguments are forms of the text."""
OURS = re.compile(r"from patina_(lab|kernel)\.text import")
KERNELS = ROOT.parent / "kernels"
READ = ("message", "reason", "hint", "what", "advice")
KERNELS_SAY = {"ReportLine": 2, "SnapshotError": 0, "_error": 1}
"""What of a kernel's says something to people, and from which of its arguments on."""
WORDED = {shape.__name__ for shape in wire.Worded.__subclasses__()}


@cache
def modules() -> dict[Path, ast.Module]:
    paths = [*ROOT.rglob("*.py"), *KERNELS.rglob("*.py")]
    ours = [path for path in paths if "tests" not in path.parts and OURS.search(path.read_text())]
    return {path: ast.parse(path.read_text()) for path in ours}


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in MAKERS:
            yield node


def forms(call: ast.Call) -> list[ast.expr]:
    return call.args[: MAKERS[ast.unparse(call.func)]]


def each() -> Iterator[tuple[str, ast.Call]]:
    for path, tree in modules().items():
        for call in calls(tree):
            yield f"{path.relative_to(ROOT.parent)}:{call.lineno}", call


def test_a_text_is_a_literal_that_a_catalogue_can_have() -> None:
    made = [(place, form) for place, call in each() for form in forms(call)]
    assert len(made) > 200
    for place, form in made:
        assert isinstance(form, ast.Constant), place
        assert isinstance(form.value, str), place


def test_a_text_has_a_place_for_each_of_its_values() -> None:
    for place, call in each():
        said = [str(form.value) for form in forms(call) if isinstance(form, ast.Constant)]
        values = len(call.args) - 1 if len(said) == 1 else len(call.args) - 2
        assert not any(isinstance(value, ast.Starred) for value in call.args), place
        wanted = {str(number + 1) for number in range(values)}
        assert set(re.findall(r"%(\d+)", said[-1])) == wanted, place
        assert set(re.findall(r"%(\d+)", said[0])) >= wanted - {"1"} or len(said) == 1, place


def test_nothing_else_is_named_as_what_makes_texts() -> None:
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                assert node.id not in MAKERS, f"{path}:{node.lineno}"


def test_those_who_make_the_catalogue_find_every_text() -> None:
    for path, tree in modules().items():
        found: set[str] = set()
        for _line, message, *_rest in extract_from_file("python", path, DEFAULT_KEYWORDS):
            found |= {message} if isinstance(message, str) else set(message)
        said = [form for call in calls(tree) for form in forms(call)]
        assert {form.value for form in said if isinstance(form, ast.Constant)} <= found, path


def test_what_the_wire_says_was_made_as_a_text() -> None:
    # Its fields are strings, so no type says so; all else that people read takes a Text only.
    for path in ROOT.rglob("*.py"):
        if "tests" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and shape_of(node) in WORDED:
                    plain = [one.arg for one in node.keywords if one.arg in READ and is_plain(one)]
                    assert not plain, f"{path}:{node.lineno}: {plain}"


def test_what_reports_and_refusals_of_kernels_say_was_made_as_a_text() -> None:
    for path in KERNELS.rglob("*.py"):
        if "tests" in path.parts or "conformance" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        known = constants(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in KERNELS_SAY:
                first = KERNELS_SAY[ast.unparse(node.func)]
                said = [known.get(ast.unparse(one), one) for one in node.args[first:]]
                said = [one for one in said if ast.unparse(one) != "''"]
                plain = [one for one in said if is_plain(ast.keyword("", one))]
                assert not plain, f"{path}:{node.lineno}: {[*map(ast.unparse, plain)]}"


def constants(tree: ast.Module) -> dict[str, ast.expr]:
    """Return what names stand for; of those with several meanings, a plain one."""
    found: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name not in found or is_plain(ast.keyword(name, node.value)):
                found[name] = node.value
    return found


def shape_of(call: ast.Call) -> str:
    return ast.unparse(call.func).removeprefix("wire.")


def is_plain(argument: ast.keyword) -> bool:
    found = [node for node in ast.walk(argument.value) if isinstance(node, ast.JoinedStr)]
    return bool(found) or isinstance(argument.value, ast.Constant | ast.BinOp | ast.IfExp)


def test_a_text_is_its_english() -> None:
    assert _("%1 is not saved", "a.tsnb") == "a.tsnb is not saved"
    assert _("%2 of %1", 7, 3) == "3 of 7"
    assert _("%1 %% are free", 40) == "40 % are free"
    assert _("%1 and %2", "one") == "one and %2"
    assert ngettext("A cell of %2", "%1 cells of %2", 1, "a") == "A cell of a"
    assert ngettext("A cell of %2", "%1 cells of %2", 2, "a") == "2 cells of a"


def round_trip(error: RunError) -> wire.RunError:
    sent = wire.RunError(message=error.message, reason=error.reason, hint=error.hint)
    return msgspec.json.decode(msgspec.json.encode(sent), type=wire.RunError)


def test_a_text_crosses_the_network_with_what_translators_know_it_by() -> None:
    why = _("killed by %1", "SIGKILL")
    error = RunError(
        _("The kernel died: %1", why), ngettext("%1 cell", "%1 cells", 2), _("Restart the run.")
    )
    sent = msgspec.to_builtins(round_trip(error))
    assert sent["message"] == "The kernel died: killed by SIGKILL"
    inner = {"msgid": "killed by %1", "values": ["SIGKILL"]}
    assert sent["wording"] == {
        "message": {"msgid": "The kernel died: %1", "values": [inner]},
        "reason": {"msgid": "%1 cell", "plural": "%1 cells", "values": [2]},
    }


def test_a_text_of_a_log_is_the_text_it_was() -> None:
    error = RunError(
        _("%1 died: %2", "Run 1", _("gone")), ngettext("%1 cell", "%1 cells", 1), verbatim("No %1.")
    )
    read = model_error(round_trip(error))
    assert read == error
    assert round_trip(read) == round_trip(error)
    assert isinstance(read.message, Text)
    assert isinstance(read.message.values[1], Text)


def test_an_old_log_has_no_wordings() -> None:
    old = b'{"message":"It is lost","reason":"No one knows","hint":"Restart."}'
    read = msgspec.json.decode(old, type=wire.RunError)
    assert model_error(read) == RunError(Text("It is lost"), Text("No one knows"), Text("Restart."))
    assert read.wording is None


@pytest.mark.parametrize("wording", [None, [], {"what": 1}, {"what": {"values": []}}])
def test_a_wording_that_is_none_does_no_harm(wording: object) -> None:
    assert wire.told({"what": "It is gone", "wording": wording}, "what") == "It is gone"
    assert wire.told({"wording": wording}, "what") == ""


def deep() -> Any:
    made: Any = "x"
    for _number in range(10**5):
        made = {"msgid": "%1", "values": [made]}
    return made


@pytest.mark.parametrize("wording", [{"msgid": 5}, {"values": []}, [], deep()])
def test_a_wording_that_does_not_fit_leaves_the_rest_as_it_is(wording: object) -> None:
    said = {"message": "It is a", "reason": "r", "hint": "h"}
    good = {"msgid": "It is %1", "values": ["a"]}
    read = msgspec.convert(
        {**said, "wording": {"message": good, "hint": wording, "hint.x": good}}, wire.RunError
    )
    assert msgspec.to_builtins(read) == {**said, "wording": {"message": good}}
    assert wire.told({"what": "h", "wording": {"what": wording}}, "what") == "h"


def test_a_log_with_a_wording_that_does_not_fit_is_read() -> None:
    line = b'{"record":"ended","status":"lost","at":"","error":{"message":"m","reason":"r",'
    record = decode(line + b'"hint":"h","wording":{"hint":{"msgid":5}}}}')
    assert isinstance(record, KernelEnded)
    assert record.error == wire.RunError(message="m", reason="r", hint="h")


@pytest.mark.parametrize("text", ["It is gone", Text("It is gone"), _("It is gone")])
def test_who_replaces_a_text_replaces_its_wording(text: str) -> None:
    error = wire.RunError(message=_("%1 died", "a"), reason=_("by %1", "b"), hint="")
    other = msgspec.structs.replace(error, message=text)
    assert other.text("message") == "It is gone"
    assert other.text("reason") == _("by %1", "b")
    assert list(other.wording or ()) == ["reason"]


def test_what_is_wrong_with_a_log_is_a_text(tmp_path: Path) -> None:
    log = tmp_path / "run.jsonl"
    log.write_bytes(b"")
    with pytest.raises(RunLogError) as caught:
        load(log)
    assert why_unread(caught.value) == "run.jsonl, line 1: the file is empty"
    assert why_unread(caught.value).values == ("run.jsonl", 1, _("the file is empty"))


async def test_what_is_wrong_with_a_history_is_a_text(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    await history.stop()
    with pytest.raises(HistoryError) as caught:
        await history.flush()
    assert caught.value.text.msgid == "%1 is closed"
    assert HistoryError("as it is").text == verbatim("as it is")


def test_what_is_wrong_with_an_output_is_a_text(tmp_path: Path) -> None:
    with pytest.raises(BlobMissingError) as caught:
        BlobStore(tmp_path).get("x")
    assert caught.value.text == _("%1 is not the name of a blob", repr("x"))
    assert caught.value.text.msgid == "%1 is not the name of a blob"


def test_a_refusal_of_ours_goes_on_as_a_text() -> None:
    ours = said_by(OSError(errno.EIO, _("It is gone"), "run.jsonl"))
    assert (ours, ours.msgid) == ("It is gone: run.jsonl", "%1: %2")
    assert said_by(OSError(errno.EIO, _("It is gone"))).msgid == "It is gone"
    assert said_by(OSError(errno.EIO, "Bad sector")) == "[Errno 5] Bad sector"


def test_a_text_in_a_list_is_named_by_its_place() -> None:
    done = wire.Converted(
        path="a",
        format="ipynb",
        bytes=1,
        cells=1,
        runs=0,
        kernel="",
        language="",
        notes=[_("One"), _("%1 is left out", "Run 1")],
    )
    assert done.notes == ["One", "Run 1 is left out"]
    assert list(done.wording or ()) == ["notes.1"]


def test_a_phase_is_a_text() -> None:
    assert wire.Phase(name=Phase(_("Starting"), "").name, since="").name == "Starting"
