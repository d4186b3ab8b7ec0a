"""Run every check and test, each by its own runner, and say at the end what was not tested.

Output of the runners passes through untouched; their closing lines are repeated at the end. Exit
status 0 only when all that ran passed. What was skipped is named, and is never a pass.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
_CLOSING = re.compile(
    r"\b(\d+ (passed|failed|skipped|kept|errors?|files?)|passed!|no issues|code style)\b"
    r"|Success:|build succeeded"
)
# As pytest, Playwright and vitest name a test that failed, at the end of what they print.
_FAILED = re.compile(
    r"^(?:(?:FAILED|ERROR) (?=\S+\.py)|FAIL  (?=\S+\.ts)"
    r"| {4}(?:\[\w+\] \S )?(?=\S+\.spec\.ts:\d+:\d+))(.+)$"
)
_SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] (.*)$")
_SKIPPED_COUNT = re.compile(r"\b(\d+) (?:skipped|did not run)\b")


@dataclass(frozen=True, slots=True)
class Step:
    """One runner: its name, and its command."""

    name: str
    command: tuple[str, ...]
    again: tuple[str, ...] = ()
    """Runs once more what failed; a test that passes only then is told, as one that wavers."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a step."""

    step: Step
    passed: bool
    closing: str
    untested: tuple[str, ...]
    broken: tuple[str, ...] = ()
    """The tests that failed, as their runner names them."""
    wavers: bool = False

    @property
    def verdict(self) -> str:
        """The word for it."""
        if self.wavers:
            return "WAVERS"
        return "passed" if self.passed else "FAILED"


# Tests wait for processes of theirs more than they compute: two cores carry three at a time.
WORKERS = "3"
RUST = "kernels/patina_rust/compiler/Cargo.toml"
# Where the set-up has compiled what ours is made with, which takes minutes: in the user's cache.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
TARGET = f"--target-dir={CACHE / 'patina-lab/rust/target'}"
LOCKED = ("--release", "--locked", f"--manifest-path={RUST}", TARGET)
# As `cargo clippy`, which would compile all that ours is made with a second time.
CLIPPY = ("env", "RUSTC_WORKSPACE_WRAPPER=clippy-driver", "cargo", "build", "--quiet", *LOCKED)
RUST_CHECKS = (
    Step("cargo fmt", ("cargo", "fmt", "--check", f"--manifest-path={RUST}")),
    Step("clippy", CLIPPY),
)
RUST_TESTS = (Step("cargo test", ("cargo", "test", "--quiet", *LOCKED)),)
CHECKS = (
    Step("ruff check", ("ruff", "check", ".")),
    Step("ruff format", ("ruff", "format", "--check", ".")),
    Step("mypy", ("mypy",)),
    Step("import-linter", ("lint-imports",)),
    Step("eslint, prettier, stylelint", ("jlpm", "lint:check")),
    Step("sphinx", ("sphinx-build", "-W", "--keep-going", "-c", "docs", ".", "build/docs")),
)


def pytest_commands(
    name: str, *tests: str, workers: str = WORKERS
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the command that runs tests, and the one that runs those again that failed.

    In worker processes (-n): a test that ends or stops one costs that test, not those behind it.
    What fails is run again by one worker alone.
    """
    cache = ("-o", f"cache_dir=.pytest_cache/{name}")

    def command(number: str, *more: str) -> tuple[str, ...]:
        how = ("pytest", "-q", "-rsfE", "-n", number)
        return (*how, *cache, *more, *tests)

    return command(workers), command("1", "--lf", "--lfnf=none")


TESTS = (
    Step("vitest", ("jlpm", "test")),
    # Each a process: what one leaves to the garbage collector cannot trouble the others.
    Step("pytest of the server", *pytest_commands("server", "patina_lab/tests")),
    Step("pytest of the command line", *pytest_commands("cli", "patina_cli/tests")),
    Step("pytest of the promises", *pytest_commands("promises", "tests/promises", "tests/chaos")),
    # The same seed each time, so that what fails can be looked into; `make chaos` takes another.
    Step("chaos", ("python", "-m", "tests.chaos", "--minutes", "1", "--seed", "1")),
    # Builds one release, which all of its tests share.
    Step("pytest of the release", *pytest_commands("release", "tests/release", workers="1")),
    Step("pytest of the kernels", *pytest_commands("kernels", "kernels")),
)
# One at a time: what fails beside another test only is one that wavers.
AGAIN = ("--last-failed", "--workers=1", "--trace=retain-on-failure")
BROWSER = Step("playwright", ("jlpm", "test:ui"), ("jlpm", "test:ui", *AGAIN))


def environment() -> dict[str, str]:
    """Return this environment with the virtual environment's programs first."""
    chromium = find_chromium()
    found = {"CHROMIUM": chromium} if chromium else {}
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, **found, "PATH": path, "PYTHONUNBUFFERED": "1"}


def run(step: Step) -> Result:
    """Run one step, and what failed of it once more."""
    first = run_once(step)
    if first.passed or not step.again:
        return first
    second = run_once(Step(f"{step.name}, again", step.again))
    # Of a step that fails a second time, what failed then.
    broken = first.broken if second.passed else second.broken
    return replace(first, passed=second.passed, wavers=second.passed, broken=broken)


def run_once(step: Step) -> Result:
    """Run one step, passing its output on."""
    print(f"\n=== {step.name}: {' '.join(step.command)}", flush=True)
    started = time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        step.command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as running:
        assert running.stdout is not None
        for line in running.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            lines.append(_COLOURS.sub("", line.decode(errors="replace")).rstrip())
    passed = running.returncode == 0
    verdict = "passed" if passed else "FAILED"
    print(f"=== {step.name}: {verdict}, {time.monotonic() - started:.0f} s", flush=True)
    broken = () if passed else failures(lines)
    return Result(step, passed, closing(lines), untested(step, lines), broken)


def closing(lines: list[str]) -> str:
    """Return the line with which a runner says what came of it; empty when it says nothing."""
    return next((line for line in reversed(lines) if _CLOSING.search(line)), "")


def failures(lines: list[str]) -> tuple[str, ...]:
    """Return the tests that a runner says failed, each once."""
    found = (match[1] for line in lines if (match := _FAILED.match(line)))
    return tuple(dict.fromkeys(name.rstrip("─ ") for name in found))


def untested(step: Step, lines: list[str]) -> tuple[str, ...]:
    """Return a sentence for each test that a runner left out."""
    named = [match for line in lines if (match := _SKIPPED.match(line))]
    if named:
        return tuple(f"{step.name}: {match[2]} (skipped {match[1]})" for match in named)
    # The runners' closing lines only: a test may print such words, too.
    counts = [match[1] for line in lines[-12:] if (match := _SKIPPED_COUNT.search(line))]
    return tuple(f"{step.name}: {count} tests, skipped" for count in counts)


def find_chromium() -> str | None:
    """Return the path of a Chromium, if there is one: what CHROMIUM names, or the system's."""
    names = ("chromium", "chromium-browser", "google-chrome")
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, names)), None)


def install_chromium() -> str | None:
    """Install Debian's Chromium when this user may; return its path when that succeeded."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return None
    print("Installing Chromium for the browser tests ...", flush=True)
    for command in (("update", "-qq"), ("install", "-y", "-qq", "chromium")):
        subprocess.run(("apt-get", *command), check=False, stdout=subprocess.DEVNULL)
    return find_chromium()


def browser_steps(*, wanted: bool) -> tuple[list[Step], list[str]]:
    """Return the browser's step, or the sentence that says why it is not run."""
    if not wanted:
        return [], ["the browser: left out on request (make test runs it)"]
    if (find_chromium() or install_chromium()) is None:
        install = "install it (Debian: apt-get install chromium) and run make test again"
        return [], [f"the browser: no Chromium was found; {install}"]
    return [BROWSER], []


def rust(steps: tuple[Step, ...]) -> tuple[list[Step], list[str]]:
    """Return steps of Rust, or the sentence that says why they are not run."""
    if shutil.which("cargo") is None:
        return [], ["Rust: there is no cargo; install it from https://rustup.rs and run again"]
    return list(steps), []


def selected(options: argparse.Namespace) -> tuple[list[Step], list[str]]:
    """Return the steps to run, and a sentence for each thing that is left out."""
    checks, no_rust = rust(RUST_CHECKS)
    if options.only_checks:
        left_out = ["everything but the checks: left out on request", *no_rust]
        return [*CHECKS, *checks], left_out
    browser, left_out = browser_steps(wanted=not options.without_browser)
    tests, _ = rust(RUST_TESTS)
    return [*CHECKS, *checks, *TESTS, *tests, *browser], [*no_rust, *left_out]


def main() -> int:
    """Run what was asked for; print the summary last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without-browser", action="store_true")
    parser.add_argument("--only-checks", action="store_true")
    steps, left_out = selected(parser.parse_args())
    # Sessions of pytest clear up after each other: another checkout's must not, while we test.
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as place:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = place
        results = [run(step) for step in steps]
    print()
    for result in results:
        print(f"{result.verdict}  {result.step.name}  {result.closing}".rstrip())
    failed = [result.step.name for result in results if not result.passed]
    print(f"FAILED: {', '.join(failed)}" if failed else f"All {len(steps)} steps passed.")
    for result in results:
        for name in result.broken:
            print(f"{result.verdict}: {result.step.name}: {name[:200]}")
        if result.wavers:
            print(f"Wavers: some of {result.step.name} passed only when it was run a second time")
    for line in (*left_out, *(line for result in results for line in result.untested)):
        print(f"Not tested: {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
