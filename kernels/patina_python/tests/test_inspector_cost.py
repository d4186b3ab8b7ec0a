"""What a look tells, with much alive. How long it takes (10 ms) is measured by the benchmarks."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import pytest
from patina_python.inspector import PythonInspector

np = pytest.importorskip("numpy")

SECONDS, BYTES, LOOKS = 0.010, 50_000, 2_000


def large_session() -> tuple[dict[str, Any], PythonInspector]:
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("class P:\n def __init__(s, i): s.i = i\n", namespace)
    # 1 GB, of pages that are only touched when they are written.
    namespace.update(big=list(range(1_000_000)), array=np.zeros(1 << 27))
    for i in range(10_000):
        kinds = [i * 1000, str(i), [i, i + 1], {"a": i}, namespace["P"](i), (i, "x"), float(i)]
        namespace[f"v{i}"] = kinds[i % len(kinds)]
    inspector = PythonInspector(namespace)
    while not inspector.delta(1).complete:
        pass
    return namespace, inspector


@pytest.mark.parametrize(
    "code",
    [
        "x = 1",
        "big.append(3)",
        "array[5] = 2",
        "for i in range(10_000): globals()[f'v{i}'] = [i]",
        "v2[0] = 7; y = len(big)",
    ],
)
def test_what_is_told_of_a_cell_has_at_most_fifty_kilobytes(code: str) -> None:
    namespace, inspector = large_session()
    for _ in range(9):
        inspector.before_cell(code)
        exec(code, namespace)
        delta = inspector.delta(SECONDS)
        sent = [{k: v for k, v in asdict(row).items() if v is not None} for row in delta.changes]
        assert len(json.dumps(sent).encode()) <= BYTES


def test_what_was_not_looked_at_in_time_is_told_later() -> None:
    namespace, inspector = large_session()
    inspector.before_cell("")
    namespace["v9000"] = "rebound without a trace in the code"
    looks = (inspector.delta(SECONDS) for _ in range(LOOKS))
    assert any(row.name == "v9000" for look in looks for row in look.changes)
