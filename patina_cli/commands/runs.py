"""Runs: what they have done, and what can be done with them."""

from __future__ import annotations

import uuid
from typing import Any

import click

from patina_cli.commands.options import Where, json_option, server_options
from patina_cli.lab import Json, Lab
from patina_cli.outputs import Blobs, text_of
from patina_cli.problem import Exit
from patina_cli.show import Table, is_terminal, say, show_json, show_table
from patina_cli.texts import coloured, duration, one_line, plain, sentences, size
from patina_cli.times import seconds_of

COLOURS = {"failed": "red", "interrupted": "yellow", "succeeded": "green", "running": "cyan"}


@click.command()
@click.argument("notebook")
@server_options
@json_option
def runs(notebook: str, where: Where, as_json: bool) -> None:
    """List the runs of a notebook, the oldest first."""
    with where.lab() as lab:
        found = lab.notebook(notebook)["runs"]
    if as_json:
        show_json(found)
        return
    rows = [
        (run["id"][:8], one_line(run["title"], 40), run["kernel_name"], run["status"],
         str(run["last_seq"]), size(run.get("memory_bytes")), _parent(run, found))
        for run in found
    ]  # fmt: skip
    heads = ("RUN", "TITLE", "KERNEL", "STATUS", "OUTPUTS", "MEMORY", "FORK OF")
    show_table(Table(heads, rows, right=frozenset({4, 5})))


def _parent(run: Json, runs: list[Json]) -> str:
    parent = run.get("parent")
    if parent is None:
        return ""
    title = next((one["title"] for one in runs if one["id"] == parent["run"]), parent["run"][:8])
    return f"{one_line(title, 30)} after {parent['seq']}"


@click.command()
@click.argument("run")
@click.option("--from", "first", type=int, metavar="N", help="The first output.")
@click.option("--to", "last", type=int, metavar="N", help="The last output.")
@click.option("--outputs", "whole", is_flag=True, help="Print code and outputs, too.")
@server_options
@json_option
def timeline(
    run: str, first: int | None, last: int | None, whole: bool, where: Where, as_json: bool
) -> None:
    """List what a run has executed, in order."""
    with where.lab() as lab:
        of = lab.run(run)
        query: dict[str, Any] = {"from": first, "to": last}
        cells: list[Json] = lab.ask("GET", f"runs/{of['id']}/timeline", **query)
        if as_json:
            show_json(cells)
        elif whole:
            blobs = Blobs(lab.client, of["notebook"])
            for cell in cells:
                _show_cell(cell, blobs)
        else:
            rows = [_cell_row(cell) for cell in cells]
            show_table(Table(("OUTPUT", "CELL", "STATUS", "TIME", "CODE"), rows, frozenset({0, 3})))


def _cell_row(cell: Json) -> tuple[str, ...]:
    status = cell["status"] + (", undone" if cell.get("undone") else "")
    pinned = " *" if cell.get("pinned") else ""
    code = one_line(cell["source"], 60)
    return (f"{cell['seq']}{pinned}", cell["cell"], status, _took(cell), code)


def _took(cell: Json) -> str:
    seconds = seconds_of(cell)
    return "" if seconds is None else duration(seconds)


def _show_cell(cell: Json, blobs: Blobs) -> None:
    head = f"Output {cell['seq']}, cell {cell['cell']}, {cell['status']}"
    say(plain(head), bold=True, fg=COLOURS.get(cell["status"]))
    for line in plain(cell["source"]).splitlines():
        say(f"    {line}", dim=True)
    shown = coloured if is_terminal() else plain
    for output in cell["outputs"]:
        say(shown(text_of(output, blobs)).rstrip("\n"))
    say()


@click.command()
@click.argument("run")
@click.argument("name", required=False)
@click.option("--after", type=int, metavar="N", help="As they were after output N.")
@server_options
@json_option
def variables(run: str, name: str | None, after: int | None, where: Where, as_json: bool) -> None:
    """List the variables of a run, or open the one that is NAMEd."""
    with where.lab() as lab:
        path = f"runs/{lab.run(run)['id']}/globals"
        if name is None:
            found = lab.ask("GET", path, after=after)
        else:
            found = lab.ask("GET", f"{path}/{name}", limit=1000)
    if as_json:
        show_json(found)
        return
    rows = found if name is None else [found["global"], *found["children"]]
    show_table(
        Table(
            ("NAME", "TYPE", "SIZE", "VALUE"),
            [
                (one["name"], one["type"], size(one.get("bytes")), one_line(one["summary"], 100))
                for one in rows
                if one.get("changed") != "gone"
            ],
            right=frozenset({2}),
        )
    )


@click.command()
@click.argument("run")
@click.option("--after", type=int, metavar="N", help="With the state after output N.")
@click.option("--title", help="What the fork is called.")
@click.option("--reseed", is_flag=True, help="Give it other random numbers.")
@server_options
@json_option
def fork(
    run: str, after: int | None, title: str | None, reseed: bool, where: Where, as_json: bool
) -> int:
    """Make a run that starts with exactly the live state of another."""
    wanted: Json = {"reseed": reseed, "request_id": str(uuid.uuid4())}
    wanted |= {} if after is None else {"after_seq": after}
    wanted |= {} if title is None else {"title": title}
    with where.lab() as lab:
        made = lab.ask("POST", f"runs/{lab.run(run)['id']}/fork", wanted)
    return _say_run(made, as_json=as_json)


@click.command()
@click.argument("run")
@server_options
@json_option
def interrupt(run: str, where: Where, as_json: bool) -> int:
    """Interrupt the running cell of a run."""
    return _do("interrupt", run, where, as_json=as_json)


@click.command()
@click.argument("run")
@server_options
@json_option
def stop(run: str, where: Where, as_json: bool) -> int:
    """End the kernel of a run; its history stays."""
    return _do("stop", run, where, as_json=as_json)


def _do(action: str, run: str, where: Where, *, as_json: bool) -> int:
    with where.lab() as lab:
        done = lab.ask("POST", f"runs/{lab.run(run)['id']}/{action}")
    return _say_run(done, as_json=as_json)


def _say_run(run: Json, *, as_json: bool) -> int:
    """Say which run it is and how it is; a failed one is told by the status, too."""
    if as_json:
        show_json(run)
    else:
        say(f"{run['id']}  {plain(run['title'])}  {run['status']}")
        if error := run.get("error"):
            say(plain(sentences(error["message"], error["reason"], error["hint"])))
        for line in run.get("report") or ():
            told = sentences(line["what"], line["advice"])
            say(plain(f"Not carried over: {line['name']}: {told}"))
    return Exit.FAILED if run["status"] in ("failed", "lost") else Exit.DONE


@click.command()
@click.argument("left")
@click.argument("right")
@click.option("--exit-code", is_flag=True, help="End with status 1 when they differ.")
@server_options
@json_option
def compare(left: str, right: str, exit_code: bool, where: Where, as_json: bool) -> int:
    """Show what differs between two runs of a notebook."""
    with where.lab() as lab:
        found = _compared(lab, lab.run(left)["id"], lab.run(right)["id"])
    if as_json:
        show_json(found)
    else:
        _say_comparison(found)
    differ = found["cells_different"] or found["globals_different"]
    return Exit.FAILED if exit_code and differ else Exit.DONE


def _compared(lab: Lab, left: str, right: str) -> Json:
    """Return a comparison with all its cells, not only the first page of them."""
    path = f"runs/{left}/compare/{right}"
    found: Json = lab.ask("GET", path, limit=1000)
    while len(found["cells"]) < found["cells_total"]:
        more = lab.ask("GET", path, limit=1000, offset=len(found["cells"]))["cells"]
        if not more:
            break
        found["cells"] += more
    return found


def _say_comparison(found: Json) -> None:
    sides = {side: one_line(found[side]["title"], 40) for side in ("left", "right")}
    say(f"{sides['left']} (-) and {sides['right']} (+)", bold=True)
    say(
        f"{found['shared']} outputs shared; of {found['cells_total']} others"
        f" {found['cells_different']} differ"
    )
    for cell in found["cells"]:
        if cell.get("differs"):
            say(f"cell {plain(cell['cell'])}: {', '.join(cell['differs'])}", bold=True)
            for part in ("code", "output"):
                _say_lines(cell.get(part) or [])
    different = [one for one in found["globals"] if one["verdict"] == "different"]
    say(f"{found['globals_different']} of {found['globals_total']} variables differ")
    for one in different:
        values = [one_line((one.get(side) or {}).get("summary", "(none)")) for side in sides]
        say(f"  {plain(one['name'])}: {values[0]} -> {values[1]}")


def _say_lines(lines: list[Json]) -> None:
    marks = {"left": ("-", "red"), "right": ("+", "green"), "same": (" ", None)}
    for line in lines:
        if line["kind"] == "gap":
            say(f"  ({line['text']} lines)", dim=True)
        else:
            mark, colour = marks[line["kind"]]
            say(f"  {mark}{plain(line['text'])}", fg=colour)
