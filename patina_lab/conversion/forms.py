"""The formats of notebooks, by their files' names. Pure."""

from __future__ import annotations

from patina_lab.conversion.errors import ConversionError
from patina_lab.conversion.texts import SCRIPTS, TEXTS, suffix_of

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
        f"{path.rpartition('/')[2]} is no notebook that can be converted",
        hint=f"Notebooks are .tsnb, .ipynb, {', '.join(TEXTS)} and scripts.",
    )


def target_format(path: str, wanted: str | None) -> str:
    """Return the format to write; the first that the name allows where none is named."""
    suffix = suffix_of(path)
    allowed = _TARGETS.get(suffix, _SCRIPT if suffix in SCRIPTS else ())
    if not allowed:
        raise ConversionError(
            f"{path.rpartition('/')[2]} has no name that a notebook can be converted to",
            hint=f"It may end in {', '.join(_TARGETS)}, .py or as scripts of other languages do.",
        )
    if wanted is not None and wanted not in allowed:
        raise ConversionError(
            f"A file named *{suffix} cannot have the format {wanted[:40]!r}",
            hint=f"It may be {', '.join(allowed)}.",
        )
    return wanted or allowed[0]
