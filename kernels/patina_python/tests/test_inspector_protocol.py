"""The interface that the shared machine holds on to."""

from __future__ import annotations

import atexit
from types import SimpleNamespace
from typing import Any

from patina_kernel.language import Inspector, Snapshots
from patina_python.inspector import PythonInspector
from patina_python.snapshots import PythonSnapshots


def test_the_inspector_and_the_snapshots_are_what_the_machine_asks_for() -> None:
    inspector: Inspector = PythonInspector({})
    snapshots: Snapshots = PythonSnapshots(SimpleNamespace(user_ns={}, user_ns_hidden={}))
    assert inspector.table() == ()
    assert callable(snapshots.load)


def test_they_work_with_a_shell_of_ipython() -> None:
    from IPython.core.interactiveshell import InteractiveShell  # noqa: PLC0415 - slow to import

    make: Any = InteractiveShell
    shell = make()
    inspector = PythonInspector(shell.user_ns, shell.user_ns_hidden)
    assert inspector.delta(5).changes == ()
    inspector.before_cell("x = 1; x")
    shell.run_cell("x = 1; x", store_history=True)
    assert [row.name for row in inspector.delta(5).changes] == ["x"]
    # Now, while the directory of its history is there.
    atexit.unregister(shell.atexit_operations)
    shell.atexit_operations()
