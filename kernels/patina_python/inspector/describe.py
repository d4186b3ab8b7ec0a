"""One value as a `Global`: its lens where its exact type has one, else its outer form."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import islice
from types import (
    BuiltinFunctionType,
    BuiltinMethodType,
    FunctionType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import Any, cast

from patina_kernel.language import SUMMARY_CHARS, Change, Global, Kind, Picture

from patina_python.inspector.builtin import items_of
from patina_python.inspector.lens import LENSES, Facts
from patina_python.inspector.objects import (
    attributes,
    basic_size,
    class_members,
    class_name,
    derives_from,
    instance_dict,
    is_class,
    is_python_class,
    mro,
    plain,
)
from patina_python.inspector.parts import Parts, both, elements, entries, named
from patina_python.inspector.text import MOST_ITEMS, short
from patina_python.inspector.visible import LONGEST_NAME, is_module_own, is_sendable

_FUNCTIONS = (
    FunctionType,
    BuiltinFunctionType,
    BuiltinMethodType,
    MethodType,
    MethodWrapperType,
    WrapperDescriptorType,
)
_CONTAINERS: tuple[type, ...] = (dict, list, tuple, deque, set, frozenset)
_SIZED: tuple[Any, ...] = (*_CONTAINERS, str, bytes, bytearray)


def describe(name: str, value: object, changed: Change | None = None) -> Global:
    """Return what is said of a value under that name."""
    facts, has_children = _looked_at(value)
    return Global(
        name=name,
        type=facts.type or class_name(type(value)),
        kind=kind_of(value),
        summary=plain(facts.summary, SUMMARY_CHARS),
        has_children=has_children,
        bytes=facts.bytes,
        length=facts.length,
        shape=facts.shape,
        dtype=facts.dtype,
        changed=changed,
        approximate=facts.approximate,
        unreadable=facts.unreadable,
    )


def kind_of(value: object) -> Kind:
    """Return what the value is for: data, or a function, a class, a module."""
    cls = type(value)
    if any(cls is each for each in _FUNCTIONS):
        return "function"
    if id(cls) in LENSES:
        return "data"
    if derives_from(cls, ModuleType):
        return "module"
    return "class" if is_class(value) else "data"


def parts_of(value: object) -> Parts | None:
    """Return the parts of a value, None if it has none to look at."""
    lens = LENSES.get(id(type(value)))
    if lens is not None:
        return lens.parts(value) if lens.parts else None
    own = _members(value)
    within = _container_parts(value)
    return both(within, own) if within is not None else own


def picture_of(value: object) -> Picture | None:
    """Return what a value looks like, None of one that is no picture."""
    lens = LENSES.get(id(type(value)))
    return lens.picture(value) if lens is not None and lens.picture else None


def _looked_at(value: object) -> tuple[Facts, bool]:
    try:
        lens = LENSES.get(id(type(value)))
        facts = lens.facts(value) if lens else _outer(value)
        parts = parts_of(value)
    except Exception:  # noqa: BLE001 - a library's object can be half made, or changed meanwhile
        return Facts(f"<{class_name(type(value))}>", unreadable=True), False
    return facts, parts is not None and parts.total > 0


def _outer(value: object) -> Facts:
    """Return what can be said of a value of a class we do not know."""
    if is_class(value):
        return Facts(_bases(value))
    if derives_from(type(value), ModuleType):
        return Facts(plain((instance_dict(value) or {}).get("__name__"), LONGEST_NAME))
    base = next((each for each in _SIZED if derives_from(type(value), each)), None)
    size = base.__sizeof__(value) if base else basic_size(type(value))
    return Facts(_form(value), size, base.__len__(value) if base else None, approximate=True)


def _bases(cls: type) -> str:
    above = ", ".join(class_name(each) for each in islice(mro(cls)[1:-1], MOST_ITEMS))
    return f"class {class_name(cls)}" + (f"({above})" if above else "")


def _form(value: object) -> str:
    """Return `Point(x=1, y=2)`, or for an exception `ValueError('no')`."""
    name = class_name(type(value))
    if derives_from(type(value), BaseException):
        arguments = cast("Any", BaseException).args.__get__(value)
        return f"{name}{short(arguments, 1)}"
    pairs = list(islice(attributes(value), MOST_ITEMS + 1))
    if not pairs and not is_python_class(type(value)):
        return f"<{name}>"
    texts = [f"{plain(key, 40)}={short(held, 1)}" for key, held in pairs[:MOST_ITEMS]]
    return f"{name}({', '.join(texts + ['…'] * (len(pairs) > MOST_ITEMS))})"


def _container_parts(value: object) -> Parts | None:
    """Return the items of an instance of a subclass of a container, read as that container."""
    base = next((each for each in _CONTAINERS if derives_from(type(value), each)), None)
    if base is None:
        return None
    if base is dict:
        return entries(cast("dict[Any, object]", value))
    if base is set or base is frozenset:
        return elements(value)
    return items_of(value)


def _members(value: object) -> Parts:
    return named((name, held) for name, held in _pairs(value) if _is_usable(name))


def _pairs(value: object) -> Iterator[tuple[str, object]]:
    if is_class(value):
        yield from list(class_members(value).items())
    elif derives_from(type(value), ModuleType):
        members = list((instance_dict(value) or {}).items())
        yield from ((name, held) for name, held in members if not is_module_own(name))
    else:
        yield from attributes(value)


def _is_usable(name: object) -> bool:
    return type(name) is str and len(name) <= LONGEST_NAME and is_sendable(name)
