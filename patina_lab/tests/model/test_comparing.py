"""Two runs side by side: what belongs together, and what is different."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from patina_lab.model.comparing import (
    MOST_REPEATS,
    Pair,
    Ran,
    Seen,
    align,
    differences,
    settled,
    verdict,
    without_shared,
)
from patina_lab.model.ids import CellId


def ran(run: str, seq: int, cell: str, code: str = "a", status: str = "succeeded") -> Ran:
    return Ran((run, seq), seq, CellId(cell), code, status, f"{seq:04}")


def seqs(pairs: list[Pair]) -> list[tuple[int | None, int | None]]:
    return [
        (pair.left.seq if pair.left else None, pair.right.seq if pair.right else None)
        for pair in pairs
    ]


def test_cells_are_paired_and_stand_in_the_order_of_time() -> None:
    left = [ran("l", 1, "x"), ran("l", 2, "y")]
    right = [ran("r", 1, "y"), ran("r", 5, "x")]
    assert seqs(align(left, right)) == [(2, 1), (1, 5)]


def test_of_a_cell_that_ran_often_the_same_code_is_paired_and_the_rest_from_the_latest_on() -> None:
    left = [ran("l", seq, "x", code) for seq, code in enumerate("abc", 1)]
    right = [ran("r", seq, "x", code) for seq, code in enumerate("bd", 1)]
    assert sorted(seqs(align(left, right)), key=str) == [(1, None), (2, 1), (3, 2)]
    latest = align([ran("l", 1, "x", "a"), ran("l", 2, "x", "b")], [ran("r", 9, "x", "z")])
    assert seqs(latest) == [(1, None), (2, 9)]


def test_what_both_have_since_before_a_fork_is_left_out() -> None:
    before = [ran("parent", 1, "x"), ran("parent", 2, "y")]
    ours, theirs, shared = without_shared(
        [*before, ran("parent", 3, "z")], [*before, ran("fork", 3, "z", "b")]
    )
    assert shared == before
    assert seqs(align(ours, theirs, shared)) == [(3, 3)]


def test_what_only_one_has_run_again_since_the_fork_is_compared_with_what_there_was() -> None:
    shared = [ran("parent", 1, "x"), ran("parent", 2, "x", "b"), ran("parent", 3, "y")]
    tried = [ran("fork", 4, "x", "c"), ran("fork", 5, "x", "d")]
    assert seqs(align([], tried, shared)) == [(None, 4), (2, 5)]
    assert seqs(align(tried, [], shared)) == [(4, None), (5, 2)]
    other = [ran("parent", 4, "x", "e")]
    assert seqs(align(other, tried, shared)) == [(None, 4), (4, 5)]


EXECUTIONS = st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("ab")), max_size=30)


@given(EXECUTIONS, EXECUTIONS)
def test_every_execution_is_in_exactly_one_pair_with_one_of_its_cell(
    ours: list[tuple[str, str]], theirs: list[tuple[str, str]]
) -> None:
    left = [ran("l", seq, *one) for seq, one in enumerate(ours, 1)]
    right = [ran("r", seq, *one) for seq, one in enumerate(theirs, 1)]
    pairs = align(left, right)
    assert sorted(p.left.seq for p in pairs if p.left) == [one.seq for one in left]
    assert sorted(p.right.seq for p in pairs if p.right) == [one.seq for one in right]
    assert all(p.left.cell == p.right.cell for p in pairs if p.left and p.right)
    assert [p.at for p in pairs] == sorted(p.at for p in pairs)
    assert all(differences(p, lambda *_: True) for p in pairs if not (p.left and p.right))


@given(EXECUTIONS)
def test_a_run_compared_with_one_that_did_the_same_differs_in_nothing(
    done: list[tuple[str, str]],
) -> None:
    left = [ran("l", seq, *one) for seq, one in enumerate(done, 1)]
    right = [ran("r", seq, *one) for seq, one in enumerate(done, 1)]
    assert not any(differences(pair, lambda *_: True) for pair in align(left, right))


def test_a_cell_that_ran_very_often_is_still_aligned() -> None:
    left = [ran("l", seq, "x", str(seq)) for seq in range(1, MOST_REPEATS + 2)]
    pairs = align(left, [ran("r", 1, "x", "other")])
    assert len(pairs) == MOST_REPEATS + 1
    assert sum(1 for pair in pairs if pair.left and pair.right) == 1


def test_what_differs_is_named() -> None:
    one, other = ran("l", 1, "x", "a"), ran("r", 1, "x", "b", "failed")
    assert differences(Pair(one, None), lambda *_: True) == ("only left",)
    assert differences(Pair(None, one), lambda *_: True) == ("only right",)
    assert differences(Pair(one, other), lambda *_: False) == ("code", "outputs", "status")


def test_addresses_and_random_identifiers_do_not_count() -> None:
    uuids = ("0d9c1a52-6a5c-4c0e-9c0b-0a2f5d2c7f11", "5a3c1a52-6a5c-4c0e-9c0b-0a2f5d2c7f12")
    texts = [f"<Line2D at 0x7f12ab34cd{n}0> {uuid}" for n, uuid in enumerate(uuids)]
    assert settled(texts[0]) == settled(texts[1])
    assert settled("0xff") == "0xff", "a number that somebody wrote is no address"


def test_a_variable_is_the_same_only_where_that_is_known() -> None:
    whole, part = Seen(("int", "1"), True, 5), Seen(("list", "[<A>]"), False, 5)
    assert verdict(whole, whole, 0) == "same"
    assert verdict(part, part, 0) == "alike"
    assert verdict(part, part, 5) == "same", "nothing has changed it since the fork"
    assert verdict(part, part, 4) == "alike"
    assert verdict(whole, part, 9) == "different"
    assert verdict(whole, None, 9) == "different"
