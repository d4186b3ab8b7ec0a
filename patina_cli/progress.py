"""What a person sees of cells at work: lines where output is piped, a moving line in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from patina_cli.following import FINAL
from patina_cli.lab import Json
from patina_cli.outputs import Blobs, stream_text, text_of
from patina_cli.show import is_terminal, note
from patina_cli.texts import coloured, duration, one_line, plain
from patina_cli.times import seconds_of


class StreamText:
    """What of a stream was not printed yet. Its chunks are final; its tail can still change."""

    def __init__(self) -> None:
        self._chunks, self._printed = 0, ""

    def news(self, output: Json, blobs: Blobs, *, final: bool) -> str:
        """Return what to print: whole lines, until the stream is final."""
        text = stream_text(output, blobs, self._chunks)
        end = len(text) if final else text.rfind("\n") + 1
        new = text[_common(self._printed, text) : end]
        if new:
            self._remember(output, blobs, text[:end])
        return new

    def _remember(self, output: Json, blobs: Blobs, printed: str) -> None:
        chunks = (output.get("sealed") or [])[self._chunks :]
        sealed = sum(len(blobs.text(chunk["blob"])) for chunk in chunks)
        if len(printed) >= sealed:
            self._chunks += len(chunks)
            printed = printed[sealed:]
        self._printed = printed


def _common(printed: str, text: str) -> int:
    """Return from where a text is new: behind what was printed, or the line that was changed."""
    if text.startswith(printed):
        return len(printed)
    at = 0
    while at < min(len(printed), len(text)) and printed[at] == text[at]:
        at += 1
    return text.rfind("\n", 0, at) + 1


class Quiet:
    """Shows nothing. Input comes from standard input."""

    def changed(self, cell: Json) -> None:
        """Show nothing of it."""

    def asks(self, cell: Json) -> str | None:
        """Return the next line of standard input; None at its end."""
        del cell
        line = sys.stdin.readline() if not sys.stdin.isatty() else ""
        return line.rstrip("\n") if line else None


class Lines(Quiet):
    """Outputs as they come, and a line for each cell that has ended, on standard error."""

    def __init__(self, cells: list[Json], blobs: Blobs) -> None:
        self._places = {cell["seq"]: at for at, cell in enumerate(cells, 1)}
        self._blobs = blobs
        self._streams: dict[str, StreamText] = {}
        self._shown: set[str] = set()

    def changed(self, cell: Json) -> None:
        """Print what is new."""
        final = cell["status"] in FINAL
        for output in cell["outputs"]:
            if text := self._news(output, final=final):
                self._print(text)
        if final:
            self._ended(cell)

    def _news(self, output: Json, *, final: bool) -> str:
        if output["type"] == "stream":
            stream = self._streams.setdefault(output["id"], StreamText())
            return stream.news(output, self._blobs, final=final)
        if output["id"] in self._shown:
            return ""
        self._shown.add(output["id"])
        return text_of(output, self._blobs)

    def _print(self, text: str) -> None:
        click.echo(plain(text), nl=not text.endswith("\n"))

    def _ended(self, cell: Json) -> None:
        note(self._sentence(cell))

    def _sentence(self, cell: Json) -> str:
        seconds = seconds_of(cell)
        took = "" if seconds is None else f" in {duration(seconds)}"
        place = f"{self._places[cell['seq']]} of {len(self._places)}"
        return plain(f"cell {place} ({cell['cell']}): {cell['status']}{took}")


class Moving(Lines):
    """In a terminal: outputs, and below them which cell runs, and for how long."""

    def __init__(self, cells: list[Json], blobs: Blobs, progress: Any) -> None:
        super().__init__(cells, blobs)
        self._progress = progress
        self._task = progress.add_task("waiting for the kernel", total=len(cells))

    def changed(self, cell: Json) -> None:
        """Print what is new, and say which cell runs."""
        super().changed(cell)
        if cell["status"] == "running":
            line = one_line(cell["source"], 50)
            self._progress.update(self._task, description=line.replace("[", r"\["))

    def _print(self, text: str) -> None:
        from rich.text import Text  # noqa: PLC0415 - only where there is a terminal

        shown = Text.from_ansi(coloured(text).removesuffix("\n"))
        self._progress.console.print(shown, soft_wrap=True)

    def _ended(self, cell: Json) -> None:
        self._progress.advance(self._task)
        if cell["status"] != "succeeded":
            self._progress.console.print(self._sentence(cell), style="red", markup=False)

    def asks(self, cell: Json) -> str | None:
        """Ask the person."""
        self._progress.stop()
        try:
            asked = cell["input_request"]
            prompt = plain(asked["prompt"]).rstrip() or "?"
            answer: str = click.prompt(
                prompt, default="", show_default=False, hide_input=asked.get("password", False)
            )
            return answer
        finally:
            self._progress.start()


@contextmanager
def watching(cells: list[Json], blobs: Blobs, *, quiet: bool) -> Iterator[Quiet]:
    """Show what becomes of cells."""
    if quiet:
        yield Quiet()
    elif is_terminal() and sys.stdin.isatty():
        from rich import progress  # noqa: PLC0415 - only where there is a terminal

        columns = (
            progress.SpinnerColumn(),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.description}"),
            progress.TimeElapsedColumn(),
        )
        with progress.Progress(*columns, transient=True) as shown:
            yield Moving(cells, blobs, shown)
    else:
        yield Lines(cells, blobs)
