"""What a state has that the boot image has not.

A state's file has all of its memory, and goes wherever it is taken. Where it is loaded on top of
the image that it began from, which the prelude fills with megabytes, the image is mapped, and of
the file only the pages that differ are read.
"""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from patina_javascript.engine import memory
from patina_javascript.engine.memory import PAGE, Header, Range, StateError

COARSE, FINE, CLOSE = 1 << 16, 1 << 12, 1 << 15
# Ranges are in the header, which has one page.
MOST_RANGES = 2000


@dataclass(frozen=True, slots=True)
class Image:
    """A boot image; `name` is of that boot, for two of one build may differ; `length` in bytes."""

    path: Path
    name: str
    length: int


def of(image: Image | None, base: int, length: int) -> tuple[str, list[Range]]:
    """Return the image's name and the ranges in which memory differs from it; else "" and none."""
    if image is None or length < image.length:
        return "", []
    try:
        ranges = _differing(image, base)
    except OSError:
        return "", []
    rest = memory.filled(base + image.length, length - image.length)
    ranges += [(start + image.length, end + image.length) for start, end in rest]
    joined = _joined(ranges)
    return (image.name, joined) if len(joined) <= MOST_RANGES else ("", [])


def _joined(ranges: list[Range]) -> list[Range]:
    """Join what is so close that one reading takes less time than two."""
    joined: list[Range] = []
    for start, end in ranges:
        if joined and start - joined[-1][1] <= CLOSE:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _differing(image: Image, base: int) -> list[Range]:
    with image.path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), image.length, offset=PAGE, access=mmap.ACCESS_COPY)
    first = ctypes.c_char.from_buffer(mapped)
    try:
        return list(_compared(base, ctypes.addressof(first), image.length))
    finally:
        del first
        mapped.close()


def _compared(base: int, other: int, length: int) -> Iterator[Range]:
    """Yield the ranges in which two memories differ, in fine pages joined where they touch."""
    start: int | None = None
    for coarse in range(0, length, COARSE):
        is_same = memory.same(base + coarse, other + coarse, COARSE)
        for at in range(coarse, coarse + COARSE, COARSE if is_same else FINE):
            if not is_same and not memory.same(base + at, other + at, FINE):
                start = at if start is None else start
            elif start is not None:
                yield start, at
                start = None
    if start is not None:
        yield start, length


def map_in(path: Path, header: Header, image: Image | None, base: int) -> bool:
    """Put a state's memory in place of what is at `base`, by its image; False without that."""
    if image is None or header.image != image.name:
        return False
    try:
        if memory.read_header(image.path).image != image.name:
            return False
        memory.map_image(image.path, image.length, base)
        memory.map_empty(base + image.length, header.length - image.length)
    except (OSError, StateError):
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        for start, end in header.changed:
            memory.read_range(descriptor, start, end, base)
    finally:
        os.close(descriptor)
    return True
