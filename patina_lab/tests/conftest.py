"""A real server with Patina Lab and jupyter-collaboration, and somebody who uses it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from patina_lab.tests.user import User


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    """Enable both extensions, as a fresh installation does."""
    extensions = {"jupyter_server_fileid": True, "jupyter_server_ydoc": True, "patina_lab": True}
    return {"ServerApp": {"jpserver_extensions": extensions}}


@pytest.fixture
def user(
    jp_serverapp: Any, jp_fetch: Any, jp_ws_fetch: Any, jp_asyncio_loop: Any
) -> Iterator[User]:
    """Somebody who asks the server over real sockets."""
    somebody = User(jp_serverapp, jp_fetch, jp_ws_fetch)
    yield somebody
    jp_asyncio_loop.run_until_complete(somebody.leave())
