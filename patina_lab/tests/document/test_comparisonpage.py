"""The file of a comparison: in the language of who reads it, every word of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from jupyterlab_server.translation_utils import TranslationBundle

from patina_lab import wire
from patina_lab.document.comparisonpage import comparison_page
from patina_lab.document.outputhtml import MOST_TEXT
from patina_lab.document.words import Words


class Marking:
    """Puts what it was given between marks, as no catalogue does."""

    def gettext(self, text: str, /) -> str:
        return f"«{text}»" if text else ""

    def ngettext(self, one: str, many: str, n: int, /) -> str:
        return f"«{one if n == 1 else many}»"


class Read(HTMLParser):
    """What a person reads of a page, or hears: texts, and attributes that are texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._is_style = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_style = tag == "style"
        self.texts += [value or "" for name, value in attrs if name in ("title", "alt")]

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.texts.append(data)


def nothing(name: str) -> bytes:
    raise LookupError(name)


def run(title: str) -> wire.Run:
    return wire.Run(
        id=title,
        notebook="1",
        title=title,
        created="",
        kernel_name="",
        language="",
        status="idle",
        queue=[],
        last_seq=0,
        session=1,
        kernel_id=None,
    )


def ran(seq: int, status: wire.CellStatus, *outputs: wire.Manifest) -> wire.OutputCell:
    return wire.OutputCell(
        seq=seq,
        id=str(seq),
        cell="1",
        source="1",
        source_hash="1",
        status=status,
        requested_by="",
        queued="1",
        session=1,
        outputs=list(outputs),
    )


def compared(*cells: wire.ComparedCell) -> wire.Comparison:
    """Return a comparison without a letter in it that is not of the product."""
    value = wire.Global(name="0", type="0", kind="data", summary="0", has_children=False)
    return wire.Comparison(
        left=run("1"),
        right=run("2"),
        shared=1,
        cells=list(cells),
        cells_total=99,
        cells_different=98,
        globals=[wire.ComparedGlobal(name="0", verdict="different", left=value)],
        globals_total=2,
        globals_different=1,
        globals_alike=1,
    )


def everything() -> wire.Comparison:
    html = wire.MimeValue(inline="0")
    long = wire.Manifest(id="1", type="stream", name="stdout", tail="0" * (MOST_TEXT + 1))
    lines = [wire.DiffLine("gap", "7"), wire.DiffLine("left", "1"), wire.DiffLine("right", "2")]
    statuses = get_args(wire.CellStatus)
    return compared(
        wire.ComparedCell(
            cell="1",
            differs=["code", "outputs", "status"],
            left=ran(
                1, "succeeded", wire.Manifest(id="1", type="display_data", data={"text/html": html})
            ),
            right=ran(2, "failed", long),
            code=lines,
            output=lines,
        ),
        *(
            wire.ComparedCell(cell="1", differs=[what], left=ran(3, status))
            for status in statuses
            for what in ("only left", "only right")
        ),
    )


def test_no_word_of_it_is_left_in_english() -> None:
    page = comparison_page(everything(), "0", nothing, Words(Marking()))
    texts = Read(page).texts
    assert sum("«" in text for text in texts) > 20
    assert [text for text in texts if re.search("[A-Za-z]", re.sub("«[^»]*»", "", text))] == []


def test_it_is_in_the_language_of_jupyterlab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue = Catalog(locale="de_DE", domain="patina_lab")
    catalogue.add("Variables", "Variablen <1>")
    catalogue.add("%1 of %2 executions differ", "Von %2 Ausführungen sind %1 verschieden")
    catalogue.add(
        ("%1 output from before the fork is shared", "%1 outputs from before the fork are shared"),
        ("%1 gemeinsame Ausgabe", "%1 gemeinsame Ausgaben"),
    )
    pack = tmp_path / "jupyterlab_language_pack_de_DE"
    folder = pack / "locale" / "de_DE" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (pack / "__init__.py").touch()
    with (folder / "patina_lab.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.syspath_prepend(str(tmp_path))
    words = Words(TranslationBundle("patina_lab", "de_DE"))
    page = comparison_page(everything(), "0", nothing, words)
    assert page.startswith('<!DOCTYPE html>\n<html lang="de-DE">')
    assert "<h2>Variablen &lt;1&gt;</h2>" in page
    assert "Von 99 Ausführungen sind 98 verschieden" in page
    assert "1 gemeinsame Ausgabe ·" in page
    assert "1 of 2 variables differ" in page, "what is not in the catalogue is said in English"


def test_without_a_catalogue_it_says_that_it_is_english() -> None:
    words = Words(TranslationBundle("patina_lab", "xx"))
    assert '<html lang="en">' in comparison_page(everything(), "0", nothing, words)


def test_a_value_that_looks_like_a_place_for_one_stays_what_it_is() -> None:
    words = Words(TranslationBundle("patina_lab", "en"))
    assert words.gettext("%1: %2 and %3", "a %2", "b") == "a %2: b and %3"
