"""IPython's history across a fork: a connection to SQLite must not be used in a copy."""

from __future__ import annotations

import threading
from typing import Any

# Connections of the original: neither used nor closed in the copy. Closing one would drop locks
# that the original holds on the same file.
_inherited: list[Any] = []


def rest(shell: Any) -> None:
    """End the thread that saves the history; it begins again with the next cell."""
    manager = shell.history_manager
    if manager is not None:
        manager._stop_save_thread()


def renew(shell: Any) -> None:
    """In a copy: connect anew, and count as a session of its own."""
    manager = shell.history_manager
    if manager is None or not manager.enabled or str(manager.hist_file) == ":memory:":
        return  # a database in memory is copied with the memory
    _inherited.append(manager.db)
    manager.save_thread = None
    manager.db_input_cache_lock = threading.Lock()
    manager.db_output_cache_lock = threading.Lock()
    manager.init_db()
    manager.new_session()
