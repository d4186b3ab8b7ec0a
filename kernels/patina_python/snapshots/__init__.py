"""The variables of a Python session in a file, one by one.

A snapshot is code: loading one runs what it says. Load only those that you or people you trust
have saved.
"""

from patina_python.snapshots.snapshots import PythonSnapshots

__all__ = ["PythonSnapshots"]
