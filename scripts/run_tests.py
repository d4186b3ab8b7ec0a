"""Run every check and test, each by its own runner, and say at the end what was not tested.

Output of the runners passes through untouched. Exit status 0 only when all that ran passed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Step:
    """One runner: its name, and its command."""

    name: str
    command: tuple[str, ...]


CHECKS = (
    Step("ruff check", ("ruff", "check", ".")),
    Step("ruff format", ("ruff", "format", "--check", ".")),
    Step("mypy", ("mypy",)),
    Step("import-linter", ("lint-imports",)),
    Step("eslint, prettier, stylelint", ("jlpm", "lint:check")),
)
TESTS = (
    Step("vitest", ("jlpm", "test")),
    Step("pytest", ("pytest", "-q")),
)
BROWSER = Step("playwright", ("jlpm", "test:ui"))


def environment() -> dict[str, str]:
    """Return this environment with the virtual environment's programs first."""
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"}


def run(step: Step) -> bool:
    """Run one step; True when it passed."""
    print(f"\n=== {step.name}: {' '.join(step.command)}", flush=True)
    started = time.monotonic()
    status = subprocess.run(step.command, cwd=ROOT, env=environment(), check=False).returncode
    verdict = "passed" if status == 0 else "FAILED"
    print(f"=== {step.name}: {verdict}, {time.monotonic() - started:.0f} s", flush=True)
    return status == 0


def find_chromium() -> str | None:
    """Return the path of a Chromium, installing Debian's when this user may."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Chromium for the browser tests ...", flush=True)
        for command in (("update", "-qq"), ("install", "-y", "-qq", "chromium")):
            subprocess.run(("apt-get", *command), check=False, stdout=subprocess.DEVNULL)
        found = shutil.which("chromium")
    return found


def browser_steps(*, wanted: bool) -> tuple[list[Step], list[str]]:
    """Return the browser's step, or the sentence that says why it is not run."""
    if not wanted:
        return [], ["the browser: left out on request (make test runs it)"]
    if find_chromium() is None:
        install = "install it (Debian: apt-get install chromium) and run make test again"
        return [], [f"the browser: no Chromium was found; {install}"]
    return [BROWSER], []


def selected(options: argparse.Namespace) -> tuple[list[Step], list[str]]:
    """Return the steps to run, and a sentence for each thing that is left out."""
    if options.only_checks:
        return list(CHECKS), ["everything but the checks: left out on request"]
    browser, untested = browser_steps(wanted=not options.without_browser)
    return [*CHECKS, *TESTS, *browser], untested


def main() -> int:
    """Run what was asked for; print the summary last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-browser", action="store_true")
    parser.add_argument("--only-checks", action="store_true")
    options = parser.parse_args()
    steps, untested = selected(options)
    failed = [step.name for step in steps if not run(step)]
    print("\n" + (f"FAILED: {', '.join(failed)}" if failed else f"All {len(steps)} steps passed."))
    for line in untested:
        print(f"Not tested: {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
