"""Every route of Patina Lab, and the right that each of its methods asks for.

A list of its own, on purpose: a route that is added and not listed here fails the tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

RIGHTS = {
    "": {"GET": "read"},
    "/openapi.json": {"GET": "read"},
    "/notebooks": {"GET": "read", "POST": "write"},
    "/notebooks/{id}/cells": {"GET": "read"},
    "/notebooks/{id}/flush": {"POST": "write"},
    "/convert": {"POST": "write"},
    "/notebooks/{id}/runs": {"GET": "read", "POST": "execute"},
    "/notebooks/{id}/write-over": {"POST": "write"},
    "/notebooks/{id}/blobs/{hash}": {"GET": "read"},
    "/notebooks/{id}/search": {"GET": "read"},
    "/notebooks/{id}/runs-document": {"GET": "read"},
    "/runs/{run}": {"PATCH": "write", "DELETE": "execute"},
    "/runs/{run}/execute": {"POST": "execute"},
    "/runs/{run}/input": {"POST": "execute"},
    "/runs/{run}/interrupt": {"POST": "execute"},
    "/runs/{run}/restart": {"POST": "execute"},
    "/runs/{run}/stop": {"POST": "execute"},
    "/runs/{run}/timeline": {"GET": "read", "DELETE": "write"},
    "/runs/{run}/timeline/{seq}": {"PATCH": "write", "DELETE": "write"},
    "/runs/{run}/fork": {"POST": "execute"},
    "/runs/{run}/undo": {"POST": "execute"},
    "/runs/{run}/free-space": {"POST": "write"},
    "/runs/{run}/checkpoints": {"GET": "read"},
    "/runs/{run}/save": {"POST": "execute"},
    "/runs/{run}/load": {"POST": "execute"},
    "/runs/{run}/globals": {"GET": "execute"},
    "/runs/{run}/globals/{name}": {"GET": "execute"},
    "/runs/{a}/compare/{b}": {"GET": "read"},
    "/runs/{a}/compare/{b}/report.html": {"GET": "read"},
    "/kernels/{kernel}/fork": {"POST": "execute"},
    "/kernels/{kernel}/undo": {"POST": "execute"},
    "/kernels/{kernel}/globals": {"GET": "execute"},
    "/kernels/{kernel}/globals/{name}": {"GET": "execute"},
}
NOWHERE = "/(.*)"
OPERATIONS = [(method, path, right) for path, of in RIGHTS.items() for method, right in of.items()]


def rules(router: Any) -> Iterator[tuple[str, Any]]:
    """Yield the pattern and the handler of every route of a web application."""
    for rule in getattr(router, "rules", ()):
        pattern = getattr(getattr(rule, "matcher", None), "regex", None)
        if pattern is not None and isinstance(rule.target, type):
            yield pattern.pattern, rule.target
        yield from rules(rule.target)


def filled(path: str) -> str:
    """Return an address of a route, of things that are not there."""
    return "api/patina" + re.sub(r"{\w+}", "x", path)
