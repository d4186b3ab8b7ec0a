"""Tables fit the terminal."""

from __future__ import annotations

from patina_cli.show import Table, columns

TABLE = Table(
    ("RUN", "CODE", "OUTPUTS"), [("d830f13f", "x = 1" + " " * 5 + "# why", "4")], frozenset({2})
)


def test_a_table_is_whole_where_there_is_room() -> None:
    whole = ["RUN       CODE             OUTPUTS", "d830f13f  x = 1     # why        4"]
    assert columns(TABLE) == columns(TABLE, 80) == whole


def test_in_a_narrow_terminal_the_widest_column_is_cut() -> None:
    assert columns(TABLE, 30) == [
        "RUN       CODE         OUTPUTS",
        "d830f13f  x = 1     …        4",
    ]


def test_what_tells_one_row_from_another_is_never_cut() -> None:
    assert columns(TABLE, 1)[1].startswith("d830f13f  x = 1  …")
