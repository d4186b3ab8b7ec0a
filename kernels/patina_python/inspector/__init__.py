"""What the globals of a Python session are, found out without running anybody's code.

Every value is looked at by its exact type (`type(value)`, compared by identity) and through the
interpreter's own slots; a `__repr__`, a `__len__`, a property or a metaclass of the user's is
never called. See `parts.py` for the steps that lead to a part of a value.
"""

from patina_python.inspector.inspector import PythonInspector

__all__ = ["PythonInspector"]
