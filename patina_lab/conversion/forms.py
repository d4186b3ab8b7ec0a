"""The formats of notebooks, by their files' names. Pure."""

from __future__ import annotations

from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.texts import SCRIPTS, TEXTS, suffix_of
from patina_lab.text import gettext as _

OURS = "patina-lab"
_TARGETS: dict[str, tuple[str, ...]] = {
    ".tsnb": (OURS, "twinsong", "patina"),
    ".ipynb": ("ipynb",),
    ".md": ("markdown", "myst"),
    ".markdown": ("markdown", "myst"),
    ".Rmd": ("rmarkdown",),
    ".qmd": ("quarto",),
    ".html": ("html",),
    ".htm": ("html",),
}
_SCRIPT = ("percent", "light")


def source_suffix(path: str) -> str:
    """Return the extension of a file that can be converted. Raises ConversionError."""
    suffix = suffix_of(path)
    if suffix in (".tsnb", ".ipynb") or suffix in TEXTS or suffix in SCRIPTS:
        return suffix
    raise ConversionError(
        _("%1 is no notebook that can be converted", path.rpartition("/")[2]),
        hint=_("Notebooks are .tsnb, .ipynb, %1 and scripts.", ", ".join(TEXTS)),
    )


def target_format(path: str, wanted: str | None) -> str:
    """Return the format to write; the first that the name allows where none is named."""
    suffix = suffix_of(path)
    allowed = _TARGETS.get(suffix, _SCRIPT if suffix in SCRIPTS else ())
    if not allowed:
        raise ConversionError(
            _("%1 has no name that a notebook can be converted to", path.rpartition("/")[2]),
            hint=_(
                "It may end in %1, .py or as scripts of other languages do.", ", ".join(_TARGETS)
            ),
        )
    if wanted is not None and wanted not in allowed:
        raise ConversionError(
            _("A file named *%1 cannot have the format %2", suffix, repr(wanted[:40])),
            hint=_("It may be %1.", ", ".join(allowed)),
        )
    return wanted or allowed[0]
