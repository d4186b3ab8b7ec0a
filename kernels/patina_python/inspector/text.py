"""Short texts for values, bounded in time and length, that call nobody's `__repr__`."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from itertools import islice
from types import FunctionType

from patina_python.inspector.objects import class_name, is_class, plain

LONGEST_TEXT = 80
MOST_ITEMS = 6
MOST_BITS = 256


def short(value: object, depth: int = 2) -> str:
    """Return a text of a value and, to that depth, of its first items."""
    write = WRITERS.get(id(type(value)))
    if write is not None:
        return write(value, depth)
    return f"class {class_name(value)}" if is_class(value) else f"<{class_name(type(value))}>"


def joined(items: Iterable[object], total: int, depth: int) -> str:
    """Return the texts of the first of `total` items, with a sign that there are more."""
    texts = [short(item, depth) for item in islice(items, MOST_ITEMS)]
    return ", ".join(texts + ["…"] * (total > len(texts)))


def _integer(value: int, _depth: int) -> str:
    bits = value.bit_length()
    return repr(value) if bits <= MOST_BITS else f"<int of {bits:,} bits>"


def _string(value: str | bytes | bytearray, _depth: int) -> str:
    return repr(value[:LONGEST_TEXT]) + "…" * (len(value) > LONGEST_TEXT)


def _sequence(left: str, right: str) -> Callable[..., str]:
    def write(value: list[object], depth: int) -> str:
        if not value or depth <= 0:
            return f"{left}{'…' if value else ''}{right}"
        return f"{left}{joined(value, len(value), depth - 1)}{right}"

    return write


def _tuple(value: tuple[object, ...], depth: int) -> str:
    text = _sequence("(", ")")(value, depth)
    return text if len(value) != 1 else text[:-1] + ",)"


def _set(value: set[object], depth: int) -> str:
    return _sequence("{", "}")(value, depth) if value else "set()"


def _dict(value: dict[object, object], depth: int) -> str:
    if not value or depth <= 0:
        return "{…}" if value else "{}"
    pairs = islice(dict.items(value), MOST_ITEMS)
    texts = [f"{short(key, 0)}: {short(held, depth - 1)}" for key, held in pairs]
    return "{" + ", ".join(texts + ["…"] * (len(value) > len(texts))) + "}"


def signature(value: FunctionType) -> str:
    """Return `name(a, b, *rest)` of a Python function."""
    code = value.__code__
    count = code.co_argcount + code.co_kwonlyargcount
    names = [plain(name, 40) for name in code.co_varnames[: min(count, 20)]]
    return f"{plain(value.__name__, 80)}({', '.join(names)}{', …' if count > 20 else ''})"


def _range(value: range, depth: int) -> str:
    parts = [value.start, value.stop] + ([value.step] if value.step != 1 else [])
    return f"range({', '.join(short(part, depth) for part in parts)})"


WRITERS: dict[int, Callable[..., str]] = {
    **{id(t): (lambda v, _: repr(v)) for t in (type(None), bool, float, complex)},
    **{id(type(v)): (lambda v, _: repr(v)) for v in (..., NotImplemented)},
    **{id(t): _string for t in (str, bytes, bytearray)},
    id(int): _integer,
    id(list): _sequence("[", "]"),
    id(deque): _sequence("deque([", "])"),
    id(tuple): _tuple,
    id(set): _set,
    id(frozenset): _sequence("frozenset({", "})"),
    id(dict): _dict,
    id(OrderedDict): _dict,
    id(range): _range,
    id(FunctionType): lambda value, _: signature(value),
}
