"""The names of things. A string of one kind is never taken for one of another."""

from typing import NewType

NotebookId = NewType("NotebookId", str)
RunId = NewType("RunId", str)
CellId = NewType("CellId", str)
OutputId = NewType("OutputId", str)
RequestId = NewType("RequestId", str)
KernelId = NewType("KernelId", str)
Seq = NewType("Seq", int)
"""The number of an output cell in its run: 1, 2, 3, ... in the order they were asked for."""
BlobHash = NewType("BlobHash", str)
"""SHA-256 of a blob's bytes, 64 lower-case hex digits."""
