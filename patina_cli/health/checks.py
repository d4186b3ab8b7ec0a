"""The checks of `patina doctor`: each looks at one thing and changes nothing."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from jupyter_core.paths import jupyter_config_path, jupyter_path
from packaging.requirements import Requirement

from patina_cli.texts import size

State = Literal["ok", "advice", "missing"]
PACKAGE = "patina-lab"
EXTENSIONS = ("patina_lab", "jupyter_server_ydoc", "jupyter_server_fileid")
LEAST_DISK = 500_000_000
LEAST_MEMORY, LEAST_SHARE = 256_000_000, 0.05
"""Below this the server refuses forks (docs/reference/api.md, "Fork")."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: how it is, and what to do about it."""

    name: str
    state: State
    what: str
    hint: str = ""


def python() -> Finding:
    """Look at the interpreter."""
    wanted = Requirement(f"python{metadata.metadata(PACKAGE)['Requires-Python']}").specifier
    version = platform.python_version()
    if not wanted.contains(version, prereleases=True):
        return Finding("python", "missing", version, f"Install Python {wanted}.")
    return Finding("python", "ok", f"{version}, {sys.executable}")


def packages() -> Finding:
    """Look whether all packages are there, in versions that fit."""
    wrong = []
    for line in metadata.requires(PACKAGE) or ():
        wanted = Requirement(line)
        if wanted.marker is not None and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{wanted} is missing")
            continue
        if not wanted.specifier.contains(found, prereleases=True):
            wrong.append(f"{wanted.name} is {found}, and should be {wanted.specifier}")
    if wrong:
        return Finding("packages", "missing", "; ".join(wrong), f"pip install --upgrade {PACKAGE}")
    return Finding("packages", "ok", f"{PACKAGE} {metadata.version(PACKAGE)} and what it needs")


def server_extensions() -> Finding:
    """Look whether Jupyter's server loads ours and what it rests on."""
    enabled: dict[str, Any] = {}
    for folder in reversed(jupyter_config_path()):
        for file in (
            *sorted(Path(folder, "jupyter_server_config.d").glob("*.json")),
            Path(folder, "jupyter_server_config.json"),
        ):
            enabled |= _extensions_in(file)
    off = [name for name in EXTENSIONS if not enabled.get(name)]
    if off:
        hint = "; ".join(f"jupyter server extension enable {name}" for name in off)
        return Finding("server", "missing", f"{', '.join(off)} not enabled", hint)
    return Finding("server", "ok", "its extensions are enabled")


def _extensions_in(file: Path) -> dict[str, Any]:
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
        found: dict[str, Any] = config["ServerApp"]["jpserver_extensions"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return found


def page() -> Finding:
    """Look whether JupyterLab finds the browser half, whole."""
    for folder in jupyter_path("labextensions"):
        package = Path(folder, "patina-lab", "package.json")
        if package.exists():
            entry = json.loads(package.read_text(encoding="utf-8"))["jupyterlab"]["_build"]["load"]
            if (package.parent / entry).exists():
                return Finding("page", "ok", str(package.parent))
            hint = f"pip install --force-reinstall {PACKAGE}"
            return Finding("page", "missing", f"{entry} is not in {package.parent}", hint)
    hint = f"pip install --force-reinstall {PACKAGE}"
    return Finding("page", "missing", "JupyterLab has no extension patina-lab", hint)


def kernels() -> Iterator[Finding]:
    """Look at the kernels: their kernelspecs, and what each is made of."""
    from patina_javascript.engine import artifacts as javascript  # noqa: PLC0415 - their own word
    from patina_rust import artifacts as rust  # noqa: PLC0415

    yield _kernel("patina-python", lambda: None)
    yield _kernel("patina-javascript", lambda: javascript.find(javascript.WASM))
    yield _kernel("patina-rust", rust.find)


def _kernel(name: str, find: Callable[[], object]) -> Finding:
    if not any(Path(folder, name, "kernel.json").exists() for folder in jupyter_path("kernels")):
        return Finding(name, "missing", "no kernelspec", f"patina kernel install {name}")
    try:
        find()
    except OSError as error:
        # Rust needs a compiler that is not everybody's; without it the others work.
        state: State = "advice" if name == "patina-rust" else "missing"
        hint = "https://rustup.rs" if name == "patina-rust" else f"pip install {PACKAGE}"
        return Finding(name, state, str(error), hint)
    return Finding(name, "ok", "it can start")


def forking() -> Finding:
    """Look whether forks carry threads over."""
    from patina_kernel.forking import build, native  # noqa: PLC0415 - their own word

    if (reason := build.reason_not_here()) is not None:
        return Finding("forks", "advice", reason, "Forks are made without threads.")
    if native.load() is None:
        hint = "Install a C compiler (Debian: apt-get install gcc libc6-dev), then restart."
        return Finding(
            "forks", "advice", "threads are not carried over: the C library is missing", hint
        )
    return Finding("forks", "ok", "threads are carried over")


def space() -> Iterator[Finding]:
    """Look at disk and memory."""
    free = shutil.disk_usage(Path.cwd()).free
    short = free < LEAST_DISK
    hint = "Free some: outputs are kept beside their notebooks (`patina outputs clear`)."
    yield Finding(
        "disk", "advice" if short else "ok", f"{size(free)} free here", hint if short else ""
    )
    if (memory := _memory()) is not None:
        available, total = memory
        short = available < max(LEAST_MEMORY, LEAST_SHARE * total)
        hint = "Forks are refused now. `patina ps` shows what to stop." if short else ""
        state: State = "advice" if short else "ok"
        yield Finding("memory", state, f"{size(available)} of {size(total)} available", hint)


def _memory() -> tuple[int, int] | None:
    """Return the available and all memory, in bytes (proc(5))."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        fields = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines}
        return fields["MemAvailable"], fields["MemTotal"]
    except (OSError, ValueError, KeyError, IndexError):
        return None


def places() -> Finding:
    """Look whether Jupyter's folders can be written."""
    from jupyter_core.paths import jupyter_data_dir, jupyter_runtime_dir  # noqa: PLC0415

    folders = (Path(jupyter_data_dir()), Path(jupyter_runtime_dir()))
    closed = [str(folder) for folder in folders if not _writable(folder)]
    if closed:
        return Finding(
            "folders", "missing", f"{', '.join(closed)}: not writable", "chmod u+rwx, or chown"
        )
    return Finding("folders", "ok", "Jupyter's own are writable")


def _writable(folder: Path) -> bool:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)


CHECKS: tuple[Callable[[], Finding | Iterator[Finding]], ...] = (
    python, packages, server_extensions, page, kernels, forking, places, space,
)  # fmt: skip


def all_findings() -> list[Finding]:
    """Look at everything; a check that itself fails is told like what it would have found."""
    findings: list[Finding] = []
    for check in CHECKS:
        try:
            found = check()
            findings += [found] if isinstance(found, Finding) else list(found)
        except Exception as error:  # noqa: BLE001 - a broken installation breaks anywhere
            reason = f"{type(error).__name__}: {error}"
            hint = f"pip install --force-reinstall {PACKAGE}"
            findings.append(Finding(check.__name__, "missing", reason, hint))
    return findings
