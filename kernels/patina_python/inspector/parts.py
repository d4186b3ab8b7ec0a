"""The parts of a value, and the steps that lead to them.

A part's `name` in a page is the step that leads to it; a path is a sequence of such steps:

- `[3]`        the fourth item of a sequence, of the first axis of an array, or of a column
- `['price']`  what a mapping holds under that text, or the column of that name
- `[7]`        what a mapping holds under that number
- `{3}`        the fourth element of a set, in its present order
- `#3`         the fourth entry, where the key has no such text (an object, a doubled column)
- `.name`      an attribute, or a member of a class or module
- `rows`       of a data frame: its rows, each with its cells
- `index`      of a data frame: what its rows are called; `index['day']` where that has a name
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from patina_python.inspector.objects import derives_from

LONGEST_KEY = 100

Part = tuple[str, object]
Pager = Callable[[int, int], list[Part]]


class MissingPartError(LookupError):
    """There is no part that this step leads to."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one value, numbered from 0 in a fixed order.

    `page(offset, limit)` returns some of them with their steps, `find(step)` one of them, or
    raises MissingPartError.
    """

    total: int
    page: Pager
    find: Callable[[str], object]


def number_in(step: str, left: str, right: str) -> int | None:
    """Return the number in a step such as `[3]`, or None."""
    found = re.fullmatch(f"{re.escape(left)}([0-9]{{1,18}}){re.escape(right)}", step)
    return int(found[1]) if found else None


def items(total: int, item: Callable[[int], object]) -> Parts:
    """Return parts by position: `item(i)` gives one."""

    def page(offset: int, limit: int) -> list[Part]:
        return [(f"[{n}]", item(n)) for n in range(offset, min(offset + limit, total))]

    def find(step: str) -> object:
        number = number_in(step, "[", "]")
        if number is None or number >= total:
            raise MissingPartError(step)
        return item(number)

    return Parts(total, page, find)


def elements(value: Any) -> Parts:
    """Return the elements of a set or a subclass. Reaching the nth takes n steps."""
    base: Any = set if derives_from(type(value), set) else frozenset

    def page(offset: int, limit: int) -> list[Part]:
        some = islice(base.__iter__(value), offset, offset + limit)
        return [(f"{{{number}}}", each) for number, each in enumerate(some, offset)]

    return Parts(base.__len__(value), page, lambda step: _nth(page, step, "{", "}"))


def entries(mapping: dict[Any, object]) -> Parts:
    """Return the entries of a dict (or of a subclass, read as the dict it is)."""

    def page(offset: int, limit: int) -> list[Part]:
        some = islice(dict.items(mapping), offset, offset + limit)
        return [(key_step(key, number), held) for number, (key, held) in enumerate(some, offset)]

    def find(step: str) -> object:
        if step[:1] == "#":
            return _nth(page, step, "#", "")
        # Not `mapping[key]`: that may compare with a key whose `__eq__` is the user's.
        for key, held in dict.items(mapping):
            if (type(key) is str or type(key) is int) and key_step(key, 0) == step:
                return held
        raise MissingPartError(step)

    return Parts(dict.__len__(mapping), page, find)


def key_step(key: object, number: int) -> str:
    """Return the step to an entry: by its key when that is a short text or number."""
    if type(key) is str and len(key) <= LONGEST_KEY:
        return f"[{key!r}]"
    if type(key) is int and key.bit_length() <= 64:
        return f"[{key}]"
    return f"#{number}"


def _nth(page: Pager, step: str, left: str, right: str) -> object:
    number = number_in(step, left, right)
    found = [] if number is None else page(number, 1)
    if not found:
        raise MissingPartError(step)
    return found[0][1]


def named(pairs: Iterable[tuple[str, object]]) -> Parts:
    """Return attributes and members, as `.name`; of two with one name the first counts."""
    members: dict[str, object] = {}
    for name, held in pairs:
        members.setdefault(name, held)

    def page(offset: int, limit: int) -> list[Part]:
        some = islice(members.items(), offset, offset + limit)
        return [(f".{name}", held) for name, held in some]

    def find(step: str) -> object:
        if step[:1] != "." or step[1:] not in members:
            raise MissingPartError(step)
        return members[step[1:]]

    return Parts(len(members), page, find)


def both(first: Parts, then: Parts) -> Parts:
    """Return the parts of one kind, then those of another."""

    def page(offset: int, limit: int) -> list[Part]:
        found = first.page(offset, limit) if offset < first.total else []
        rest = limit - len(found)
        return found + (then.page(max(offset - first.total, 0), rest) if rest > 0 else [])

    def find(step: str) -> object:
        try:
            return first.find(step)
        except MissingPartError:
            return then.find(step)

    return Parts(first.total + then.total, page, find)
