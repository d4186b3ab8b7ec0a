"""Python's own types: numbers, texts, containers, functions, dates."""

from __future__ import annotations

import datetime
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable
from decimal import Decimal
from itertools import islice
from pathlib import PosixPath, PurePosixPath, PureWindowsPath, WindowsPath
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any
from zoneinfo import ZoneInfo

from patina_python.inspector.lens import LENSES, Facts, Lens
from patina_python.inspector.objects import derives_from, plain
from patina_python.inspector.parts import Parts, elements, entries, items
from patina_python.inspector.text import WRITERS, short, signature

# What of a container is remembered to see that it changed: its length and the ids of so many.
SAMPLE = 4
_SEQUENCES: tuple[Any, ...] = (list, tuple, deque, range)


def _atom(value: object) -> Facts:
    return Facts(short(value), sys.getsizeof(value))


def _sized(value: Any) -> Facts:
    return Facts(short(value), sys.getsizeof(value), len(value))


def items_of(value: Any) -> Parts:
    """Return the items of a list, tuple, deque or range, also of a subclass of it."""
    base = next(each for each in _SEQUENCES if derives_from(type(value), each))
    return items(_length(value, base), lambda number: base.__getitem__(value, number))


def _length(value: Any, base: Any) -> int:
    try:
        return int(base.__len__(value))
    except OverflowError:
        return sys.maxsize


def _list_extent(value: list[object]) -> Hashable:
    length = len(value)
    if length <= SAMPLE:
        return tuple(map(id, value))
    return (length, *map(id, value[:SAMPLE]), *map(id, value[-SAMPLE:]))


def _dict_extent(value: dict[object, object]) -> Hashable:
    some = islice(dict.items(value), SAMPLE)
    return (len(value), *[id(part) for pair in some for part in pair])


def _bytes_extent(value: bytearray) -> Hashable:
    return len(value), bytes(value[:64])


def _text(value: object) -> Facts:
    return Facts(str(value), sys.getsizeof(value))


def date_facts(value: datetime.datetime | datetime.time) -> Facts:
    """Return what is said of a time; a time zone that is a user's class is left out."""
    zone = type(value.tzinfo)
    ours = zone in (type(None), datetime.timezone, ZoneInfo)
    return Facts(str(value if ours else value.replace(tzinfo=None)), sys.getsizeof(value))


def _decimal(value: Decimal) -> Facts:
    size = sys.getsizeof(value)
    return Facts(str(value) if size < 200 else f"Decimal of {size:,} bytes", size)


def _builtin(value: BuiltinFunctionType) -> Facts:
    return Facts(f"{plain(value.__name__, 80)}(…)")


def _method(value: MethodType) -> Facts:
    of = value.__func__
    return Facts(f"method {signature(of)}" if type(of) is FunctionType else "method")


def _register(
    types: Iterable[type],
    facts: Callable[[Any], Facts],
    parts: Callable[[Any], Parts] | None = None,
    extent: Callable[[Any], Hashable] | None = None,
) -> None:
    for each in types:
        LENSES[id(each)] = Lens(facts, parts, extent)


_register((type(None), bool, int, float, complex, type(...), type(NotImplemented)), _atom)
_register((str, bytes), _sized, None, len)
_register((bytearray,), _sized, None, _bytes_extent)
_register((list, tuple), _sized, items_of, _list_extent)
_register((deque,), _sized, items_of, len)
_register((range,), lambda v: Facts(short(v), sys.getsizeof(v)), items_of)
_register((set, frozenset), _sized, elements, len)
_register((dict, OrderedDict), _sized, entries, _dict_extent)
_register((FunctionType,), lambda v: Facts(signature(v)))
_register((BuiltinFunctionType,), _builtin)
_register((MethodType,), _method)
_register((datetime.date, datetime.timedelta), _text)
_register((datetime.datetime, datetime.time), date_facts)
_register((Decimal,), _decimal)
_register((slice,), lambda v: Facts(f"slice({short(v.start)}, {short(v.stop)}, {short(v.step)})"))
_register((PosixPath, WindowsPath, PurePosixPath, PureWindowsPath), _text)


def write_by_facts(*types: type) -> None:
    """Let `short` write values of these types as their summary."""
    for each in types:
        facts = LENSES[id(each)].facts
        WRITERS[id(each)] = lambda value, _depth, facts=facts: facts(value).summary


def _counted(value: dict[object, object]) -> Facts:
    text = WRITERS[id(dict)](value, 2)
    return Facts(f"{type(value).__name__}({text})", sys.getsizeof(value), dict.__len__(value))


_register((defaultdict, Counter), _counted, entries, _dict_extent)
write_by_facts(datetime.date, datetime.timedelta, datetime.datetime, datetime.time, Decimal)
