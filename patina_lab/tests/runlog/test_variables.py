"""Variables over time, against a plain account of what every cell did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patina_lab import wire
from patina_lab.runlog.variables import Told, Variables, begun_with, global_rows, with_changes
from patina_lab.runs.memory import Holder, Memory, why_no_memory, within_groups

GB = 2**30


def row(name: str, summary: str, changed: Any = "new") -> wire.Global:
    return wire.Global(
        name=name, type="int", kind="data", summary=summary, has_children=False, changed=changed
    )


def shown(table: dict[str, wire.Global]) -> dict[str, str]:
    return {name: found.summary for name, found in table.items()}


CHANGES = st.dictionaries(st.sampled_from("abc"), st.none() | st.integers(0, 9), max_size=3)
STEPS = st.lists(CHANGES | st.just("undo") | st.just("restart"), max_size=25)


@given(STEPS)
def test_now_and_after_every_cell_are_what_a_plain_account_says(steps: list[Any]) -> None:
    variables = Variables()
    variables.begin(1)
    stack: list[tuple[int, dict[str, str]]] = []
    after: dict[tuple[int, int], dict[str, str]] = {}
    now: dict[str, str] = {}
    last, session = 0, 1
    for step in steps:
        if step == "restart":
            session, stack, now = session + 1, [], {}
            variables.begin(session)
        elif step == "undo":
            if stack:
                seq, now = stack.pop()
                position = stack[-1][0] if stack else 0
                variables.undo([seq], last, position, session)
        else:
            last += 1
            stack.append((last, dict(now)))
            rows = [
                row(name, str(value), "new") if value is not None else row(name, "", "gone")
                for name, value in step.items()
            ]
            for name, value in step.items():
                now.pop(name, None)
                now |= {} if value is None else {name: str(value)}
            variables.tell(Told(last, session, rows, len(now)))
            after[(last, session)] = dict(now)
        assert shown(variables.now) == now
    for (seq, then), expected in after.items():
        assert shown(variables.after(seq, then)) == expected


def test_only_the_latest_step_is_marked_and_what_it_removed_stays_to_be_seen() -> None:
    variables = Variables()
    variables.tell(Told(1, 1, [row("a", "1"), row("b", "1")], 2))
    variables.tell(Told(2, 1, [row("a", "2", "rebound"), row("b", "", "gone")], 1))
    assert [(one.name, one.changed, one.by) for one in variables.rows()] == [
        ("a", "rebound", 2),
        ("b", "gone", 1),
    ]
    variables.tell(Told(3, 1, [row("c", "3")], 2))
    assert [(one.name, one.changed) for one in variables.rows()] == [("a", None), ("c", "new")]
    variables.undo([3], 3, 2, 1)
    assert [(one.name, one.changed) for one in variables.rows()] == [("a", None), ("c", "gone")]
    variables.ran(4, 1)  # and changed nothing
    assert [(one.name, one.changed) for one in variables.rows()] == [("a", None)]


def test_what_a_fork_began_with_has_the_cells_of_its_parent() -> None:
    begun = begun_with([row("a", "1", "rebound")], {"a": 4})
    assert [(one.by, one.changed) for one in begun] == [(4, None)]


def test_rows_that_make_no_sense_are_left_out() -> None:
    good = {"name": "a", "type": "int", "kind": "data", "summary": "1", "has_children": False}
    assert [one.name for one in global_rows([{}, good, {**good, "kind": "odd"}])] == ["a"]


def output_cell(**fields: Any) -> wire.OutputCell:
    return wire.OutputCell(
        seq=1, id="r-1", cell="c", source="", source_hash="", status="succeeded",
        requested_by="Ada", queued="", session=1, outputs=[], **fields,
    )  # fmt: skip


def test_a_cell_lists_a_hundred_names_once_each() -> None:
    cell = output_cell(globals_changed=["a"])
    assert with_changes(cell, [row("b", "1"), row("a", "1")]).globals_changed == ["a", "b"]
    many = with_changes(output_cell(), [row(str(n), "1") for n in range(200)])
    assert len(many.globals_changed or []) == len(many.globals_new or []) == 100


def test_a_cell_tells_what_was_not_there_before_it_and_what_is_not_there_any_more() -> None:
    first = with_changes(output_cell(), [row("a", "1"), row("b", "1", "rebound"), row("c", "1")])
    cell = with_changes(first, [row("a", "2", "maybe"), row("c", "", "gone"), row("d", "", "gone")])
    assert cell.globals_changed == ["a", "b", "c", "d"]
    assert (cell.globals_new, cell.globals_gone) == (["a"], ["c", "d"])


def test_a_cell_tells_what_it_may_have_changed_until_that_is_certain() -> None:
    first = with_changes(output_cell(), [row("a", "1", "maybe"), row("b", "1", "maybe")])
    assert (first.globals_changed, first.globals_maybe) == (["a", "b"], ["a", "b"])
    later = with_changes(first, [row("a", "2", "rebound")])
    assert (later.globals_changed, later.globals_maybe) == (["a", "b"], ["b"])


def test_memory_is_short_below_a_bound_and_the_refusal_has_figures() -> None:
    parent, other = Holder("Run 1", 4 * GB), Holder("Run 2", 2 * GB)
    assert why_no_memory(Memory(16 * GB, 2 * GB), parent, []) is None, "copies share their pages"
    assert why_no_memory(Memory(0, 0), parent, []) is None, "nothing is known"
    refused = why_no_memory(Memory(16 * GB, GB // 4), parent, [other])
    assert refused is not None
    assert "256 MB of 16.0 GB are free" in refused.reason
    assert "Run 1 uses 4.0 GB" in refused.reason
    assert "Run 2 (2.0 GB)" in refused.hint
    assert why_no_memory(Memory(GB, 255 * 2**20), parent, []) is not None
    refused = why_no_memory(Memory(16 * GB, 2 * GB), parent, [], least=3 * GB)
    assert refused is not None
    assert "at least 3.0 GB are needed" in refused.reason


@pytest.mark.parametrize("limited", ["", "slice", "slice/server.service"])
def test_the_memory_is_that_of_the_control_group_whichever_above_it_is_limited(
    tmp_path: Path, limited: str
) -> None:
    own = tmp_path / "own"
    own.write_text("12:cpu:/elsewhere\n0::/slice/server.service\n")
    (tmp_path / "groups/slice/server.service").mkdir(parents=True)
    for group in ("", "slice", "slice/server.service"):
        folder = tmp_path / "groups" / group
        (folder / "memory.max").write_text(str(GB) if group == limited else "max")
        (folder / "memory.current").write_text(str(GB // 2))
        (folder / "memory.stat").write_text(f"anon 1\ninactive_file {GB // 4}\n")
    found = within_groups(Memory(16 * GB, 8 * GB), tmp_path / "groups", own)
    assert found == Memory(GB, GB // 4 * 3)


def test_without_control_groups_the_memory_is_the_machines(tmp_path: Path) -> None:
    machine = Memory(16 * GB, 8 * GB)
    assert within_groups(machine, tmp_path, tmp_path / "none") == machine
