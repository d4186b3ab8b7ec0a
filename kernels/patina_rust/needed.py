"""The crates that are there before the first cell: those of the environment and the notebook. Pure.

In `[dependencies]` of a notebook they are lines, each a crate as in Cargo.toml, or the word
`batteries`: `cargo = ["batteries", 'rand = "0.9"']`. Of one crate the notebook's line goes before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patina_rust.locks import KEY

VARIABLE = "PATINA_BATTERIES"
WORD = "batteries"
BATTERIES = (
    'polars = { version = "0.53", features = ["lazy", "csv"] }',
    'plotters = { version = "0.3", default-features = false, features = ["evcxr", "all_series"] }',
    'ndarray = "0.17"',
)


class NeededError(ValueError):
    """What a notebook needs makes no sense: what is wrong, and what to do."""


def cell(environment: str, notebook: Mapping[str, Any]) -> str:
    """Return a cell that takes them; empty when there are none. Raises NeededError."""
    lines = [*_of_environment(environment), *_of_notebook(notebook)]
    crates = {_name(line): line for line in lines}
    return "".join(f":dep {line}\n" for line in crates.values())


def _of_environment(wanted: str) -> list[str]:
    """Read PATINA_BATTERIES: `1`, or crates with semicolons between them."""
    if wanted.strip() in ("", "0"):
        return []
    return _lines([WORD] if wanted.strip() == "1" else wanted.split(";"))


def _of_notebook(dependencies: Mapping[str, Any]) -> list[str]:
    given = dependencies.get(KEY, [])
    if not isinstance(given, list) or not all(_is_line(one) for one in given):
        raise NeededError(
            f"[dependencies] {KEY} of the notebook is no list of crates, each a text of one line "
            f'as in Cargo.toml, or "{WORD}": mend it in the file, then restart the kernel'
        )
    return _lines(given)


def _is_line(one: object) -> bool:
    return isinstance(one, str) and "\n" not in one


def _lines(given: list[str]) -> list[str]:
    named = [one.strip() for one in given if one.strip()]
    return [line for one in named for line in (BATTERIES if one == WORD else (one,))]


def _name(line: str) -> str:
    return line.partition("=")[0].strip()
