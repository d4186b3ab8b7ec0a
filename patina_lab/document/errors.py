"""What is wrong with a file that cannot be read."""

from __future__ import annotations

from patina_lab.text import Text
from patina_lab.text import gettext as _


class TsnbError(Exception):
    """A `.tsnb` that cannot be read (or written): what, where (both from 1), and what to do."""

    def __init__(
        self, message: Text, *, line: int | None = None, column: int | None = None, hint: Text
    ) -> None:
        self.text = _placed(message, line, column)
        """What is wrong and where."""
        super().__init__(self.text)
        self.message, self.line, self.column, self.hint = message, line, column, hint


def _placed(message: Text, line: int | None, column: int | None) -> Text:
    if line is None:
        return message
    if column:
        return _("%1, line %2, column %3", message, line, column)
    return _("%1, line %2", message, line)
