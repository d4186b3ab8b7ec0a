"""Converts files to others, with what lies beside them. No server is needed; all of it blocks."""

from patina_lab.converting.convert import Conversion, convert_file
from patina_lab.converting.reading import Live

__all__ = ["Conversion", "Live", "convert_file"]
