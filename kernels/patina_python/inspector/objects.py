"""Reading objects through the interpreter's own descriptors, which no class can put itself before.

`value.__class__`, `value.__dict__`, `cls.__name__` and `isinstance` may all run user code; the
functions here do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any, TypeGuard

from patina_python.inspector.visible import is_sendable

_TYPE: Mapping[str, Any] = type.__dict__
_MODULE_DICT: Any = vars(ModuleType)["__dict__"]
_SLOTS = (GetSetDescriptorType, MemberDescriptorType)
_HEAP = 1 << 9  # Py_TPFLAGS_HEAPTYPE: made by a `class` statement, not in C


def mro(cls: type) -> tuple[type, ...]:
    """Return the classes a class is made of, itself first."""
    found: tuple[type, ...] | None = _TYPE["__mro__"].__get__(cls)
    return found or (cls,)


def derives_from(cls: type, base: type) -> bool:
    """Tell whether a class has this base; by identity, for `==` of a class can be overridden."""
    return any(each is base for each in mro(cls))


def is_class(value: object) -> TypeGuard[type]:
    """Tell whether the value is a class, whatever its metaclass says."""
    return derives_from(type(value), type)


def class_members(cls: type) -> Mapping[str, object]:
    """Return what a class defines itself, raw: descriptors are not called."""
    members: Mapping[str, object] = _TYPE["__dict__"].__get__(cls)
    return members


def class_name(cls: type) -> str:
    """Return the name of a class, at most 100 characters."""
    return plain(_TYPE["__name__"].__get__(cls), 100)


def plain(text: object, limit: int) -> str:
    """Return the text if it is a real `str`, at most so many characters, fit for a message."""
    if type(text) is not str:
        return "?"
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return text if is_sendable(text) else ascii(text)[1:-1][:limit]


def is_python_class(cls: type) -> bool:
    """Tell whether the class was made by a `class` statement (or like one)."""
    return bool(_TYPE["__flags__"].__get__(cls) & _HEAP)


def basic_size(cls: type) -> int:
    """Return the bytes of an instance without what it points to.

    Not `object.__sizeof__`: that reads a length which some objects, such as generators, have not.
    """
    size: int = _TYPE["__basicsize__"].__get__(cls)
    return size


def instance_dict(value: object) -> dict[str, object] | None:
    """Return the attributes of an instance, or None; a `__dict__` that is a property is no such."""
    cls = type(value)
    if derives_from(cls, ModuleType):
        return _exact_dict(_MODULE_DICT.__get__(value))
    for each in mro(cls):
        found: Any = class_members(each).get("__dict__")
        if found is not None:
            real = any(type(found) is each for each in _SLOTS)
            return _exact_dict(found.__get__(value)) if real else None
    return None


def _exact_dict(found: object) -> dict[str, object] | None:
    return found if type(found) is dict else None


def attributes(value: object) -> Iterator[tuple[str, object]]:
    """Yield the attributes an instance holds, in its `__dict__` and then its `__slots__`."""
    for name, held in list((instance_dict(value) or {}).items()):
        if type(name) is str:
            yield name, held
    for cls in mro(type(value)):
        if is_python_class(cls):
            yield from _slots(cls, value)


def _slots(cls: type, value: object) -> Iterator[tuple[str, object]]:
    for name, member in class_members(cls).items():
        if type(member) is MemberDescriptorType and type(name) is str and name[:2] != "__":
            try:
                yield name, member.__get__(value)
            except (AttributeError, TypeError):
                continue  # a slot that is empty, or of another class
