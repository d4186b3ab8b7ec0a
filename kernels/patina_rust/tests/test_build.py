"""The build of the compiler itself."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from typing import Any

import pytest
from patina_rust import artifacts, build


def test_other_sources_are_compiled_whatever_the_times_of_their_files(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[Sequence[str]] = []

    def run(command: Sequence[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        asked.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    for version in ("one", "two"):
        monkeypatch.setattr(artifacts, "version", lambda version=version: version)
        build._compile()
    # Cargo compares what rustc is given besides.
    changed = [pair for pair in zip(*asked, strict=True) if pair[0] != pair[1]]
    assert changed == [('patina_version="one"', 'patina_version="two"')]
