"""Numbers for `Intl`, with the patterns of the CLDR that Babel has."""

from __future__ import annotations

import copy
import decimal
from decimal import Decimal
from typing import Any

from babel import Locale, numbers, units

MOST_DIGITS = 100
UNIT_KINDS = ("length", "mass", "duration", "digital", "speed", "temperature", "volume")


def text(locale: Locale, value: str, options: dict[str, Any]) -> str:
    """Return a finite number, as its decimal text, in a locale; options as Intl.NumberFormat's."""
    with decimal.localcontext() as context:
        context.rounding, context.prec = decimal.ROUND_HALF_UP, 400
        number = Decimal(value)
        shown = _formatted(locale, _significant(number, options), options)
    return _signed(number, shown, options.get("signDisplay", "auto"))


def _significant(number: Decimal, options: dict[str, Any]) -> Decimal:
    most = options.get("maximumSignificantDigits")
    if most is None or number == 0:
        return number
    return number.quantize(Decimal(1).scaleb(number.adjusted() - int(most) + 1))


def _formatted(locale: Locale, number: Decimal, options: dict[str, Any]) -> str:
    style = options.get("style", "decimal")
    if options.get("notation") == "compact" and style in ("decimal", "currency"):
        return _compact(locale, number, options)
    if style == "currency":
        return _currency(locale, number, options)
    if style == "unit":
        width = options.get("unitDisplay", "short")
        plain = _apply(locale, locale.decimal_formats[None], number, options, (0, 3))
        shown = units.format_unit(plain, _unit(options["unit"]), length=width, locale=locale)
        return str(shown)
    patterns = {"percent": (locale.percent_formats[None], (0, 0))}
    pattern, digits = patterns.get(style, (locale.decimal_formats[None], (0, 3)))
    return _apply(locale, pattern, number, options, digits)


def _unit(name: str) -> str:
    found = next((f"{kind}-{name}" for kind in UNIT_KINDS if _is_unit(f"{kind}-{name}")), None)
    return found or name


def _is_unit(name: str) -> bool:
    return name in Locale("en")._data["unit_patterns"]


def _currency(locale: Locale, number: Decimal, options: dict[str, Any]) -> str:
    code = options["currency"].upper()
    digits = numbers.get_currency_precision(code)
    if options.get("currencyDisplay") == "name":
        return numbers.format_currency(number, code, locale=locale, format_type="name")
    accounting = options.get("currencySign") == "accounting"
    pattern = locale.currency_formats["accounting" if accounting else "standard"]
    shown = _apply(locale, pattern, number, options, (digits, digits))
    if options.get("currencyDisplay") != "code":
        return shown
    return shown.replace(numbers.get_currency_symbol(code, locale), f"{code}\xa0").rstrip("\xa0")


def _compact(locale: Locale, number: Decimal, options: dict[str, Any]) -> str:
    width = options.get("compactDisplay", "short")
    magnitude = abs(number)
    while magnitude >= 1000:
        magnitude /= 1000
    digits = int(options.get("maximumFractionDigits", 1 if 0 < magnitude < 10 else 0))
    if options.get("style") == "currency":
        return numbers.format_compact_currency(
            number, options["currency"].upper(), locale=locale, fraction_digits=digits
        )
    return numbers.format_compact_decimal(
        number, format_type=width, locale=locale, fraction_digits=digits
    )


def _apply(
    locale: Locale,
    pattern: numbers.NumberPattern,
    number: Decimal,
    options: dict[str, Any],
    digits: tuple[int, int],
) -> str:
    currency = options["currency"].upper() if options.get("style") == "currency" else None
    made = copy.copy(pattern)
    made.frac_prec = fraction_digits(options, digits)
    made.int_prec = (int(options.get("minimumIntegerDigits", made.int_prec[0])), made.int_prec[1])
    grouped = options.get("useGrouping", True) not in (False, "false")
    shown = made.apply(
        number, locale, currency=currency, currency_digits=False, group_separator=grouped
    )
    return str(shown)


def fraction_digits(options: dict[str, Any], usual: tuple[int, int]) -> tuple[int, int]:
    """Return the least and the most digits after the point."""
    if "maximumSignificantDigits" in options:
        return (0, MOST_DIGITS)
    least, most = options.get("minimumFractionDigits"), options.get("maximumFractionDigits")
    if least is None:
        least = usual[0] if most is None else min(usual[0], int(most))
    if most is None:
        most = max(usual[1], int(least))
    return (int(least), int(most))


def _signed(number: Decimal, shown: str, display: str) -> str:
    if display == "never":
        return shown.lstrip("-\u2212\u200e")
    wants_plus = display == "always" or (display == "exceptZero" and number != 0)
    return f"+{shown}" if wants_plus and number >= 0 else shown
