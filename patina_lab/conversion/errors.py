"""What is wrong with a file that cannot be converted."""

from __future__ import annotations


class ConversionError(Exception):
    """A notebook that cannot be converted: what is wrong, where in the file, and what to do."""

    def __init__(self, message: str, *, place: str = "", hint: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message)
        self.message, self.place, self.hint = message, place, hint
