"""A server, as commands use it: its notebooks and runs, by the names that people type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from patina_cli.client import Client
from patina_cli.finding import Server
from patina_cli.problem import Problem
from patina_cli.texts import one_line

EXTENSION = ".tsnb"
Json = dict[str, Any]


class Lab:
    """Requests of commands."""

    def __init__(self, server: Server) -> None:
        self.server, self.client = server, Client(server)
        self.ask = self.client.ask

    def path_of(self, name: str) -> str:
        """Return where a notebook is below the server's root.

        A file of this machine is named as everywhere; of a server elsewhere, as it is below its
        root.
        """
        file = Path(name).expanduser()
        if self.server.root is not None:
            for place in (Path.cwd() / file, file.resolve()):
                if place.is_relative_to(self.server.root):
                    return place.relative_to(self.server.root).as_posix()
            if file.exists():
                raise Problem(
                    f"{name} is not below the root of the server",
                    f"{self.server.url} serves {self.server.root}",
                    "Name the server that has it (--server), or start one there: `patina lab`.",
                )
        return file.as_posix().removeprefix("./")

    def notebook(self, name: str) -> Json:
        """Open a notebook, and return it with its runs."""
        found: Json = self.ask("GET", "notebooks", path=self.path_of(name))
        return found

    def runs(self, notebook: str) -> list[Json]:
        """Return the runs of an open notebook."""
        runs: list[Json] = self.ask("GET", f"notebooks/{notebook}/runs")
        return runs

    def run(self, name: str) -> Json:
        """Return the run that is meant by a name.

        `NOTEBOOK.tsnb` is its latest run, `NOTEBOOK.tsnb:TITLE` the one of that title (or id);
        anything else is the id of a run of an open notebook, or how it begins.
        """
        notebook, colon, wanted = name.rpartition(f"{EXTENSION}:")
        if colon:
            return _chosen(self.notebook(notebook + EXTENSION)["runs"], wanted)
        if name.endswith(EXTENSION):
            return _latest(self.notebook(name)["runs"], name)
        every = [run for notebook in self.ask("GET", "notebooks") for run in notebook["runs"]]
        return _chosen(every, name)


def _latest(runs: list[Json], name: str) -> Json:
    if not runs:
        raise Problem(f"{name} has no runs", "", f"Start one: `patina run {name}`.")
    return runs[-1]


def _chosen(runs: list[Json], wanted: str) -> Json:
    for found in (
        [run for run in runs if wanted in (run["id"], run["title"])],
        [run for run in runs if wanted and run["id"].startswith(wanted)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(f"{run['id'][:8]} ({one_line(run['title'], 30)})" for run in found)
            raise Problem(f"{wanted!r} names several runs", ids, "Name one by its id.")
    raise Problem(
        f"There is no run {wanted[:80]!r}",
        f"{len(runs)} runs were looked at; those of notebooks that nobody has open are not known",
        "Name it with its notebook: NOTEBOOK.tsnb:TITLE. `patina runs NOTEBOOK` lists them.",
    )
