"""Locks of crates: kept in a notebook, grown by cells, taken by the next kernel."""

from __future__ import annotations

import pytest
from patina_rust import locks


def _lock(*packages: str) -> str:
    blocks = ["version = 4"]
    for package in packages:
        name, _, version = package.partition(" ")
        blocks.append(f'[[package]]\nname = "{name}"\nversion = "{version}"')
    return "\n\n".join(blocks) + "\n"


def test_a_lock_is_the_same_after_it_was_in_a_notebook() -> None:
    lock = _lock("a 1.0.0", "b 2.0.0")
    assert locks.from_table(locks.as_table(lock)) == lock
    assert locks.from_table({}) == ""


@pytest.mark.parametrize("cargo", ["text", [1], {"a": 1}])
def test_what_is_no_list_of_lines_is_refused_with_what_to_do(cargo: object) -> None:
    with pytest.raises(ValueError, match="delete it"):
        locks.from_table({"cargo": cargo})


def test_what_a_build_did_not_need_is_kept_for_the_next() -> None:
    before = _lock("a 1.0.0", "b 1.0.0", "b 2.0.0", "ctx 1.0.0")
    assert locks.merged(_lock("a 1.1.0", "ctx 1.0.0"), before) == _lock(
        "a 1.1.0", "b 1.0.0", "b 2.0.0", "ctx 1.0.0"
    )


def test_cells_without_crates_change_nothing() -> None:
    before = _lock("a 1.0.0")
    assert locks.merged("", before) == before
    assert locks.merged(before, "") == before
