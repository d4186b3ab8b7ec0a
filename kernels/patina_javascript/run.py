"""`python -m patina_javascript.run FILE …` or `-e CODE …`: run cells without Jupyter.

Each file, and each -e, is a cell. For tests and for work on the prelude.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patina_javascript.engine import stack
from patina_javascript.host import HostError
from patina_javascript.session import Session


@dataclass
class Ran:
    """What came of a cell. `error`: name, message and the traceback as one text."""

    stdout: str = ""
    stderr: str = ""
    displays: list[dict[str, Any]] = field(default_factory=list)
    messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    data: dict[str, Any] | None = None
    error: tuple[str, str, str] | None = None

    @property
    def value(self) -> str | None:
        """The result as plain text."""
        return None if self.data is None else self.data.get("text/plain")


class Bench:
    """A session with its output kept, by cell."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        self.cells: dict[int, Ran] = {}
        self.answers: list[str | None] = []
        self.count = 0
        stack.grow()
        self.session = Session(self)
        self.session.fresh()

    def run(self, source: str, timeout: float = 60.0) -> Ran:
        """Run a cell to its end."""
        self.count += 1
        ran = self.cells.setdefault(self.count, Ran())
        work = self.session.run(source, self.count, self.count)
        outcome = self.loop.run_until_complete(asyncio.wait_for(work, timeout))
        ran.data = outcome.get("data")
        if outcome["status"] == "error":
            ran.error = (outcome["ename"], outcome["evalue"], "\n".join(outcome["traceback"]))
        return ran

    def wait(self, seconds: float) -> None:
        """Let timers run."""
        self.loop.run_until_complete(asyncio.sleep(seconds))

    def close(self) -> None:
        """End what is under way."""
        self.session.close()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    def write(self, name: str, text: str, cell: int) -> None:
        """Keep what is written."""
        ran = self.cells.setdefault(cell, Ran())
        if name == "stderr":
            ran.stderr += text
        else:
            ran.stdout += text

    def publish(self, kind: str, content: dict[str, Any], cell: int) -> None:
        """Keep what is published."""
        ran = self.cells.setdefault(cell, Ran())
        ran.messages.append((kind, content))
        if kind in ("display_data", "update_display_data"):
            ran.displays.append(content["data"])

    def ask(self, prompt: str, *, password: bool) -> str | None:  # noqa: ARG002 - a test's answers
        """Answer with what the test has put there."""
        if not self.answers:
            raise HostError("nobody can be asked here: this client takes no questions")
        return self.answers.pop(0)


def main(arguments: list[str]) -> int:
    """Run cells and print what they say."""
    codes = (
        arguments[1:] if arguments[:1] == ["-e"] else [Path(one).read_text() for one in arguments]
    )
    bench = Bench()
    for code in (code for code in codes if code != "-e"):
        ran = bench.run(code)
        sys.stdout.write(ran.stdout)
        sys.stderr.write(ran.stderr)
        for bundle in ran.displays:
            print(bundle)
        print(ran.error[2] if ran.error else "" if ran.data is None else ran.data)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
