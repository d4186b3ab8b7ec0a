"""Builds that nobody waits for."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

from patina_rust.leftovers import end_builds


def test_a_rustc_that_was_started_early_ends_with_the_builds_of_its_folder(tmp_path: Path) -> None:
    rustc = tmp_path / "rustc"
    rustc.write_text("#!/bin/sh\necho starts\nread line\n")
    rustc.chmod(0o755)
    other = tmp_path / "other"
    other.mkdir()
    started = [
        subprocess.Popen([rustc, word], cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for word, cwd in (("@/dev/stdin", tmp_path), ("-vV", tmp_path), ("@/dev/stdin", other))
    ]
    for one in started:
        assert one.stdout
        one.stdout.readline()
    end_builds(tmp_path)
    for one in started:
        one.communicate()
    assert [one.returncode for one in started] == [-signal.SIGKILL, 1, 1]
