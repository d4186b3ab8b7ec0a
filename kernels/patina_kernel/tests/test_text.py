"""Texts go with what translators know them by; see docs/reference/api.md, "Wording"."""

from __future__ import annotations

import json

from patina_kernel.language import ReportLine
from patina_kernel.text import gettext as _
from patina_kernel.text import kept, told


def test_a_text_without_values_is_known_by_itself() -> None:
    assert told(what=_("it is closed"), advice="") == {"what": "it is closed", "advice": ""}


def test_a_text_that_was_written_is_read_as_it_was() -> None:
    why = _("signal %1, %2", 9, "SIGKILL")
    written = json.loads(json.dumps(told(what=_("it has ended: %1", why), advice="Again.")))
    what = kept(written, "what")
    assert what == "it has ended: signal 9, SIGKILL"
    assert told(what=what, advice=kept(written, "advice")) == written


def test_a_line_of_a_report_has_the_wording_of_what_has_values() -> None:
    why = _("signal %1, %2", 9, "SIGKILL")
    line = ReportLine("kind", "name", _("it has ended: %1", why), _("Start it again."))
    inner = {"msgid": "signal %1, %2", "values": [9, "SIGKILL"]}
    assert json.loads(json.dumps(line.told())) == {
        "kind": "kind",
        "name": "name",
        "what": "it has ended: signal 9, SIGKILL",
        "advice": "Start it again.",
        "wording": {"what": {"msgid": "it has ended: %1", "values": [inner]}},
    }


def test_places_are_those_of_the_server_and_the_page() -> None:
    assert _("%1 %% of %2", 40, "a") == "40 % of a"
    assert _("%1 and %2", "one") == "one and %2"
    ten = _("%1 %2 %3 %4 %5 %6 %7 %8 %9 %10", *range(1, 11))
    assert ten == "1 2 3 4 5 6 7 8 9 10"
    assert told(what=_("40 %%")) == {"what": "40 %", "wording": {"what": {"msgid": "40 %%"}}}
