"""What is wrong with a file that cannot be read."""

from __future__ import annotations


class TsnbError(Exception):
    """A `.tsnb` that cannot be read (or written): what, where (both from 1), and what to do."""

    def __init__(
        self, message: str, *, line: int | None = None, column: int | None = None, hint: str = ""
    ) -> None:
        place = "" if line is None else f", line {line}" + (f", column {column}" if column else "")
        super().__init__(f"{message}{place}")
        self.message, self.line, self.column, self.hint = message, line, column, hint
