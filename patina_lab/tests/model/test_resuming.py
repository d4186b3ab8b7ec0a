"""An output cell grows on in another server as it would have in the first."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from patina_lab.document.manifest import wire_cell
from patina_lab.document.modelcells import model_cell
from patina_lab.model import events as on
from patina_lab.model.cells import OutputCell
from patina_lab.model.events import Event
from patina_lab.model.ids import Seq
from patina_lab.model.resuming import how_to_resume
from patina_lab.tests.model.runs import Tried, after, busy

ONE = Seq(1)
TEXT = st.sampled_from(
    ["a", "line\n", "\r", "50%", "\x1b[31mred", "\x1b[", "1A", "\b", "x" * 900 + "\n", "y" * 5_000]
)
SAID: st.SearchStrategy[Event] = st.one_of(
    st.builds(on.Wrote, st.just(ONE), st.sampled_from(["stdout", "stderr"]), TEXT),
    st.builds(on.Displayed, st.just(ONE), st.just({"text/plain": "x"}), st.just({}), st.just("d")),
    st.builds(on.DisplayUpdated, st.just("d"), st.just({"text/html": "y" * 9_000}), st.just({})),
    st.builds(on.Cleared, st.just(ONE), st.booleans()),
    st.just(on.Raised(ONE, "E", "v", ("line",))),
)


def cell_of(run: Tried) -> OutputCell:
    assert run.current is not None
    return run.current


@example([on.Wrote(ONE, "stdout", "50%\r")], [on.Wrote(ONE, "stdout", "a")])
@example([on.Wrote(ONE, "stdout", "a\x1b[")], [on.Wrote(ONE, "stdout", "1Ab")])
@given(st.lists(SAID, max_size=12), st.lists(SAID, max_size=12))
@settings(max_examples=300)
def test_what_comes_after_a_restart_of_the_server_leads_to_the_same_outputs(
    before: list[Event], later: list[Event]
) -> None:
    run = after(busy(), *before)
    left = cell_of(run)
    again = model_cell(wire_cell(left), how_to_resume(left), left.request)
    other = replace(run, current=again)
    assert wire_cell(again) == wire_cell(left)
    assert wire_cell(cell_of(after(other, *later))) == wire_cell(cell_of(after(run, *later)))
