"""What may come of an act when something else has gone wrong before."""

from __future__ import annotations

import asyncio

from tornado.httpclient import HTTPError
from tornado.websocket import WebSocketClosedError

from patina_lab.tests.user import Refused

FAILURES = (
    Refused,
    OSError,
    HTTPError,
    WebSocketClosedError,
    TimeoutError,
    asyncio.TimeoutError,
)
INTERNAL = 500


def is_defect(error: BaseException) -> bool:
    """Whether that is no refusal, but an error of the server that it does not explain."""
    return isinstance(error, Refused) and error.status == INTERNAL
