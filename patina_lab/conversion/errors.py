"""What is wrong with a file that cannot be converted."""

from __future__ import annotations

from patina_lab.text import Text
from patina_lab.text import gettext as _


class ConversionError(Exception):
    """A notebook that cannot be converted: what is wrong, where in the file, and what to do."""

    def __init__(self, message: Text, *, place: Text | None = None, hint: Text) -> None:
        self.text = _("%1: %2", place, message) if place else message
        """What is wrong and where."""
        super().__init__(self.text)
        self.message, self.place, self.hint = message, place, hint
