"""Intl: numbers, dates and the order of texts, in the host's locales and time zone."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

import pytest
from patina_javascript.run import Bench

NUMBERS = {
    "(1234567.891).toLocaleString('en-US')": "'1,234,567.891'",
    "(1234567.891).toLocaleString('de-DE')": "'1.234.567,891'",
    "new Intl.NumberFormat('hi-IN').format(1234567)": "'12,34,567'",
    "new Intl.NumberFormat('en-US', {style: 'currency', currency: 'usd'}).format(-1234.5)": "'-$1,234.50'",
    "new Intl.NumberFormat('ja-JP', {style: 'currency', currency: 'JPY'}).format(1234.5)": "'￥1,235'",
    "Intl.NumberFormat('en-US', {style: 'percent', maximumFractionDigits: 1}).format(0.2565)": "'25.7%'",
    "[1, 1.005].map(new Intl.NumberFormat('en-US', {minimumFractionDigits: 2}).format)": "[ '1.00', '1.005' ]",
    "new Intl.NumberFormat('en-US', {notation: 'compact'}).format(1234567)": "'1.2M'",
    "new Intl.NumberFormat('en-US', {maximumSignificantDigits: 3}).format(123456)": "'123,000'",
    "new Intl.NumberFormat('en-US', {useGrouping: false}).format(123456)": "'123456'",
    "12345678901234567890n.toLocaleString('en-US')": "'12,345,678,901,234,567,890'",
    "NaN.toLocaleString('en-US')": "'NaN'",
}
AT = "new Date(Date.UTC(2024, 0, 2, 15, 4, 5))"
DATES = {
    # The space before PM is a narrow one in newer versions of the CLDR.
    "toLocaleString('en-US', z).replace(/\\s/g, ' ')": "'1/2/2024, 4:04:05 PM'",
    "toLocaleDateString('de-DE', z)": "'2.1.2024'",
    "toLocaleDateString('en-US', {...z, weekday: 'long', year: 'numeric', month: 'long', day: 'numeric'})": (
        "'Tuesday, January 2, 2024'"
    ),
    "toLocaleDateString('en-US', {...z, year: 'numeric', month: '2-digit', day: '2-digit'})": "'01/02/2024'",
    "toLocaleDateString('ja-JP', z)": "'2024/1/2'",
    "toLocaleTimeString('de-DE', {...z, hour: '2-digit', minute: '2-digit'})": "'16:04'",
    "toLocaleDateString('de-DE', {...z, dateStyle: 'full'})": "'Dienstag, 2. Januar 2024'",
}


@pytest.mark.parametrize("code", NUMBERS)
def test_numbers(js: Bench, code: str) -> None:
    ran = js.run(code)
    assert ran.error is None, ran.error
    assert ran.value == NUMBERS[code]


@pytest.mark.parametrize("code", DATES)
def test_dates(js: Bench, code: str) -> None:
    ran = js.run(f"const z = {{timeZone: 'Europe/Berlin'}}; {AT}.{code}")
    assert ran.error is None, ran.error
    assert ran.value == DATES[code]


def test_parts_of_a_date_have_their_types(js: Bench) -> None:
    ran = js.run(
        f"new Intl.DateTimeFormat('en-US', {{timeZone: 'UTC'}}).formatToParts({AT}).map(p => p.type).join()"
    )
    assert ran.value == "'month,literal,day,literal,year'"


def test_the_order_of_texts(js: Bench) -> None:
    code = "['b','Z','a','Ä','z','A','é','e','10','9','_'].sort(new Intl.Collator('de').compare).join()"
    assert js.run(code).value == "'_,10,9,a,A,Ä,b,e,é,z,Z'"
    assert js.run(
        "['z','ä','a','ö','å'].sort((a, b) => a.localeCompare(b, 'sv')).join()"
    ).value == ("'a,z,å,ä,ö'")
    assert js.run(
        "['a10','a2'].sort(new Intl.Collator('en', {numeric: true}).compare).join()"
    ).value == ("'a2,a10'")
    assert js.run("'a'.localeCompare('Á', 'en', {sensitivity: 'base'})").value == "0"


def test_plurals_lists_relative_times_and_names(js: Bench) -> None:
    ran = js.run(
        "[new Intl.PluralRules('en', {type: 'ordinal'}).select(2), new Intl.ListFormat('en').format(['a', 'b', 'c']),"
        " new Intl.RelativeTimeFormat('en').format(-3, 'day'), new Intl.DisplayNames('de', {type: 'region'}).of('FR')]"
    )
    assert ran.value == "[ 'two', 'a, b, and c', '3 days ago', 'Frankreich' ]"


def test_the_time_zone_is_the_hosts(js: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert js.run("Intl.DateTimeFormat().resolvedOptions().timeZone").value == "'Asia/Tokyo'"
    assert js.run(f"{AT}.toLocaleTimeString('de-DE')").value == "'00:04:05'"


@pytest.mark.parametrize(
    "code",
    [
        "new Intl.NumberFormat('no such locale')",
        "new Intl.DateTimeFormat('en', {timeZone: 'No/Where'})",
        "new Intl.DateTimeFormat('en').format(NaN)",
    ],
)
def test_what_is_not_there_is_a_range_error(js: Bench, code: str) -> None:
    error = js.run(code).error
    assert error is not None
    assert error[0] == "RangeError"
