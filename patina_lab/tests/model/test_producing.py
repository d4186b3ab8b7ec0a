"""What a cell says, and how its outputs grow by it."""

from dataclasses import replace

from patina_lab.model import events as on
from patina_lab.model.effects import ChangeCell, KeepBlobs, UpdateClosed
from patina_lab.model.events import Event
from patina_lab.model.ids import Seq
from patina_lab.model.outputs import Display, ErrorOutput, Inline, Stream
from patina_lab.model.run import Run
from patina_lab.tests.model.runs import AT, after, busy, finished, queued_with

ONE = Seq(1)


def shown(text: str, display_id: str | None = None, seq: int = 1) -> Event:
    return on.Displayed(Seq(seq), {"text/plain": text}, {}, display_id)


def texts(run: Run) -> list[str]:
    """Return what the running cell shows, output by output."""
    assert run.current is not None
    return [_text(output) for output in run.current.outputs]


def _text(output: Stream | Display | ErrorOutput) -> str:
    match output:
        case Stream():
            return f"{output.name}: {output.tail}"
        case Display():
            value = output.data["text/plain"]
            return str(value.value) if isinstance(value, Inline) else "blob"
        case ErrorOutput():
            return f"{output.ename}: {output.evalue}"


def test_text_goes_on_in_the_same_output_until_something_else_comes() -> None:
    run = after(
        busy(),
        on.Wrote(ONE, "stdout", "a"),
        on.Wrote(ONE, "stdout", "b\n"),
        on.Wrote(ONE, "stderr", "oh\n"),
        on.Wrote(ONE, "stdout", "c"),
        shown("x"),
        on.Wrote(ONE, "stdout", "d"),
    )
    assert texts(run) == ["stdout: ab\n", "stderr: oh\n", "stdout: c", "x", "stdout: d"]


def test_outputs_have_ids_that_are_never_used_again() -> None:
    run = after(busy(), shown("a"), shown("b"), on.Cleared(ONE, wait=False), shown("c"))
    assert run.current is not None
    assert [output.id for output in run.current.outputs] == ["run-1-2"]


def test_clear_output_empties_at_once() -> None:
    assert texts(after(busy(), shown("a"), on.Cleared(ONE, wait=False))) == []


def test_clear_output_that_waits_empties_when_the_next_output_comes() -> None:
    waiting = after(busy(), shown("a"), on.Cleared(ONE, wait=True))
    assert texts(waiting) == ["a"]
    assert texts(after(waiting, shown("b"), shown("c"))) == ["b", "c"]
    assert texts(after(waiting, on.Wrote(ONE, "stdout", "t"))) == ["stdout: t"]


def test_a_display_is_updated_wherever_the_cell_shows_it() -> None:
    run = after(busy(), shown("old", "d"), shown("other", "e"), shown("old", "d"))
    update = on.DisplayUpdated("d", {"text/plain": "new"}, {})
    assert texts(after(run, update)) == ["new", "other", "new"]


def test_a_display_is_updated_in_recent_and_in_long_closed_cells_too() -> None:
    first = after(busy(), shown("old", "d"), finished(1))
    second = after(queued_with(first, "b"), shown("old", "d", seq=2))
    changed, effects = second.after(on.DisplayUpdated("d", {"text/plain": "new"}, {}))
    assert texts(changed) == ["new"]
    assert [effect.cell.seq for effect in effects if isinstance(effect, ChangeCell)] == [1, 2]
    assert any(isinstance(effect, UpdateClosed) for effect in effects)


def test_a_large_update_is_kept_before_anything_names_it() -> None:
    run = after(busy(), shown("old", "d"))
    _, effects = run.after(on.DisplayUpdated("d", {"text/plain": "x" * 10_000}, {}))
    assert [type(effect) for effect in effects] == [KeepBlobs, ChangeCell, UpdateClosed]


def test_a_thread_may_print_after_its_cell_has_ended() -> None:
    run = after(busy(), finished(1))
    _, effects = run.after(on.Wrote(ONE, "stdout", "late"))
    (change,) = effects
    assert isinstance(change, ChangeCell)
    assert change.cell.status == "succeeded"
    assert isinstance(change.cell.outputs[0], Stream)


def test_what_belongs_to_no_cell_we_know_is_dropped() -> None:
    run = busy()
    assert run.after(on.Wrote(Seq(99), "stdout", "?")) == (run, ())


def test_only_the_running_cell_may_ask() -> None:
    run = after(busy(), finished(1))
    assert run.after(on.InputRequested(ONE, "?", password=False)) == (run, ())


def test_a_question_and_its_answer_stay_in_the_output() -> None:
    asked = after(busy(), on.InputRequested(ONE, "Name? ", password=False))
    assert asked.current is not None
    assert asked.current.question is not None
    answered = after(asked, on.InputAnswered(ONE, "Ada"))
    assert texts(answered) == ["stdout: Name? Ada\n"]
    assert answered.current is not None
    assert answered.current.question is None


def test_a_password_is_never_kept() -> None:
    asked = after(busy(), on.InputRequested(ONE, "Key: ", password=True))
    assert "secret" not in repr(after(asked, on.InputAnswered(ONE, "secret")))


def test_an_error_of_any_length_is_kept_short() -> None:
    lines = tuple("x" * 100_000 for _ in range(1_000))
    run = after(busy(), on.Raised(ONE, "E", "y" * 1_000_000, lines))
    assert len(repr(run)) < 2_000_000
    assert texts(run)[0].startswith("E: yyy")


def test_runs_are_values() -> None:
    run = busy()
    after(run, shown("a"))
    assert run == replace(busy())
    assert AT == "2026-01-01T00:00:00.000Z"
