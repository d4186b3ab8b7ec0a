"""Small pictures of values that are pictures: arrays of bytes with colours, and Pillow's images.

They are made only of a value that a person opens, and without code of theirs.
"""

from __future__ import annotations

import base64
import struct
import zlib
from io import BytesIO
from typing import Any

from patina_kernel.language import Picture

from patina_python.inspector.lens import LENSES, Facts, Lens
from patina_python.inspector.libraries import Introduce

# More would cost the kernel time, and a person sees no more of it.
LONGEST_SIDE = 512
# A table of bytes is not taken for a picture: one has colours, and is no line.
LEAST_SIDE = 8
_COLOURS = {3: 2, 4: 6}
"""By the bytes of a pixel, PNG's type of colour: red, green, blue; and opacity."""


def of_array(value: Any) -> Picture | None:
    """Return a picture of an array of bytes, height × width × 3 or 4; None if it is no such."""
    if value.dtype.str != "|u1" or value.ndim != 3 or value.shape[2] not in _COLOURS:
        return None
    height, width, pixel = value.shape
    if min(height, width) < LEAST_SIDE:
        return None
    step = -(-max(height, width) // LONGEST_SIDE)
    small = value[::step, ::step]
    return _picture(_png(small.shape[1], small.shape[0], _COLOURS[pixel], small.tobytes()))


def _png(width: int, height: int, colour: int, pixels: bytes) -> bytes:
    """Return a PNG (RFC 2083) of 8 bits a channel: rows from the top, none of them filtered."""
    row = len(pixels) // height
    lines = b"".join(b"\0" + pixels[at : at + row] for at in range(0, len(pixels), row))
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _of_image(value: Any) -> Picture | None:
    """Return a picture of a Pillow image; of one that is still in its file, None."""
    if value._im is None or not value.width or not value.height:
        return None
    small = value.copy()
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    file = BytesIO()
    small.convert("RGBA").save(file, "PNG")
    return _picture(file.getvalue())


def _image_facts(value: Any) -> Facts:
    width, height = value._size
    size = width * height * len(value._mode) if value._im is not None else None
    return Facts(f"{value._mode} {width}×{height}", size, approximate=size is not None)


def _picture(png: bytes) -> Picture:
    return Picture("image/png", base64.b64encode(png).decode())


def _introduce_image(cls: type) -> None:
    LENSES[id(cls)] = Lens(_image_facts, picture=_of_image)


AWAITED: dict[tuple[str, str], Introduce] = {
    ("PIL.Image", "Image"): _introduce_image,
    ("PIL.PngImagePlugin", "PngImageFile"): _introduce_image,
    ("PIL.JpegImagePlugin", "JpegImageFile"): _introduce_image,
}
