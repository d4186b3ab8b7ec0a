"""`patina kernel`: the kernels of Patina Lab, for this and for other Jupyters."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from patina_cli.commands.options import json_option
from patina_cli.problem import Exit, Problem
from patina_cli.show import Table, say, show_json, show_table
from patina_cli.texts import one_line

SHIPPED = Path(sys.prefix) / "share" / "jupyter" / "kernels"
OURS = ("patina-javascript", "patina-python", "patina-rust")


@click.group()
def kernel() -> None:
    """List, install and remove kernels."""


def _manager() -> Any:
    from jupyter_client.kernelspec import KernelSpecManager  # noqa: PLC0415 - takes a while

    return KernelSpecManager()


@kernel.command(name="list")
@json_option
def list_kernels(as_json: bool) -> None:
    """List the kernels that Jupyter finds here."""
    specs = _manager().get_all_specs()
    found = [
        {
            "name": name,
            "display_name": one["spec"]["display_name"],
            "language": one["spec"]["language"],
            "folder": one["resource_dir"],
            "forks": bool(one["spec"].get("metadata", {}).get("kernel_provisioner")),
        }
        for name, one in sorted(specs.items())
    ]
    if as_json:
        show_json(found)
        return
    rows = [
        (
            one["name"],
            one_line(one["display_name"], 40),
            one["language"],
            "yes" if one["forks"] else "",
            one["folder"],
        )
        for one in found
    ]
    show_table(Table(("KERNEL", "NAME", "LANGUAGE", "FORKS", "FOLDER"), rows))


@kernel.command()
@click.argument("which", type=click.Choice(OURS))
@click.option("--user", is_flag=True, help="For every Jupyter of yours, not only this one.")
@click.option("--prefix", type=click.Path(path_type=Path), help="For the Jupyter installed there.")
@click.option("--name", help="What it is called there. Otherwise with this environment's name.")
@click.option("--display-name", help="What people read.")
@click.option(
    "--env", "variables", multiple=True, metavar="NAME=VALUE", help="Set this for the kernel."
)
@json_option
def install(
    which: str,
    user: bool,
    prefix: Path | None,
    name: str | None,
    display_name: str | None,
    variables: tuple[str, ...],
    as_json: bool,
) -> None:
    """Install a kernel of ours for another Jupyter, or anew for this one.

    There it starts this environment's interpreter. Any Jupyter can use it; forks, undo and saved
    states need Patina Lab in that Jupyter as well.
    """
    elsewhere = user or (prefix is not None and prefix.resolve() != Path(sys.prefix).resolve())
    spec = _spec(which)
    name = name or (f"{which}-{Path(sys.prefix).name.strip('.')}" if elsewhere else which)
    if elsewhere:
        # A Jupyter that has no such provisioner would not show the kernel at all.
        spec.get("metadata", {}).pop("kernel_provisioner", None)
        display_name = (
            display_name or f"{spec['display_name']} ({Path(sys.prefix).name.strip('.')})"
        )
    spec["argv"][0] = sys.executable
    spec["display_name"] = display_name or spec["display_name"]
    spec["env"] = spec.get("env", {}) | dict(map(_pair, variables))
    place = None if user else str(prefix or sys.prefix)
    folder = _installed(which, spec, name, user=user, prefix=place)
    if as_json:
        show_json({"name": name, "folder": folder})
    else:
        say(f"{name} is in {folder}")


def _spec(which: str) -> dict[str, Any]:
    try:
        spec: dict[str, Any] = json.loads((SHIPPED / which / "kernel.json").read_text("utf-8"))
    except OSError as error:
        hint = "pip install --force-reinstall patina-lab"
        raise Problem(f"The kernelspec of {which} is not there", str(error), hint) from error
    return spec


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Problem(f"{text[:80]!r} sets nothing", "It should be NAME=VALUE")
    return name, value


def _installed(
    which: str, spec: dict[str, Any], name: str, *, user: bool, prefix: str | None
) -> str:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "spec")
        folder.mkdir()
        for file in (SHIPPED / which).iterdir():
            if file.is_file() and file.name != "kernel.json":
                (folder / file.name).write_bytes(file.read_bytes())
        (folder / "kernel.json").write_text(json.dumps(spec, indent=2) + "\n", encoding="utf-8")
        try:
            installed: str = _manager().install_kernel_spec(
                str(folder), kernel_name=name, user=user, prefix=prefix
            )
        except (OSError, ValueError) as error:
            hint = "Choose another place: --user, --prefix."
            raise Problem(f"{name} was not installed", str(error), hint) from error
    return installed


@kernel.command()
@click.argument("name")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@json_option
def remove(name: str, yes: bool, as_json: bool) -> None:
    """Remove a kernelspec. What it starts stays installed."""
    from jupyter_client.kernelspec import NoSuchKernel  # noqa: PLC0415 - takes a while

    manager = _manager()
    try:
        folder = manager.get_kernel_spec(name).resource_dir
    except NoSuchKernel as error:
        raise Problem(f"There is no kernel {name[:80]!r}", "", "`patina kernel list`") from error
    if not yes:
        if not sys.stdin.isatty():
            reason, hint = "Nobody can be asked", "Say so: --yes."
            raise Problem("Nothing was removed", reason, hint, Exit.USAGE)
        click.confirm(f"Remove {folder}?", abort=True, err=True)
    removed = manager.remove_kernel_spec(name)
    if as_json:
        show_json({"name": name, "folder": removed})
    else:
        say(f"{removed} is removed")
