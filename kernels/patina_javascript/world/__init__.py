"""The world of a cell: what JavaScript can do outside of itself."""

from __future__ import annotations

from patina_javascript.host import AsyncOp, Op
from patina_javascript.world import fetching, files, intl, packages, sockets, texts

OPS: dict[str, Op] = {
    "crypto.digest": texts.digest,
    "fetch.close": fetching.close,
    "socket.close": sockets.close,
    "socket.send": sockets.send,
    "text.decode": texts.decode,
    "text.encode": texts.encode,
    **files.OPS,
    **intl.OPS,
    **packages.OPS,
}
ASYNC_OPS: dict[str, AsyncOp] = {
    "fetch.open": fetching.begin,
    "fetch.read": fetching.read,
    "socket.open": sockets.begin,
    "socket.read": sockets.read,
}
