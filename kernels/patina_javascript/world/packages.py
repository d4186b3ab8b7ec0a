"""Modules on disk: files of the notebook, and packages in `node_modules` beside or above it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from patina_javascript.host import Host, HostError, Op
from patina_javascript.world import remote

ENDINGS = ("", ".js", ".mjs", ".cjs", ".ts", ".mts", ".json")
INDEXES = ("index.js", "index.mjs", "index.cjs", "index.ts", "index.json")
MANIFEST = "package.json"
LARGEST = 64 << 20

# Packages that a lookup has found, as where links lead: workspaces link to beside node_modules.
_found: set[Path] = set()


def _folder(host: Host, base: str) -> Path:
    """Return the folder from which something is imported: that of a file, or the notebook's."""
    return Path(base).parent if base.startswith("/") else host.directory


def join(host: Host, value: Any, _: bytes) -> str:
    """Return where a relative specifier {base, name} leads, as a path."""
    return str(_folder(host, value["base"]) / value["name"])


def file(host: Host, value: Any, _: bytes) -> str | None:
    """Return the folder from which something is imported: a file's, or the notebook's."""
    given = Path(value["path"])
    candidates = [given.with_name(given.name + ending) for ending in ENDINGS if given.name]
    candidates += [given / name for name in INDEXES]
    for candidate in candidates:
        if candidate.is_file():
            return str(_allowed(host, candidate))
    main = _main_of(given)
    return None if main is None else file(host, {"path": str(main)}, b"")


def _main_of(folder: Path) -> Path | None:
    """Return what the package.json of a folder names as its main file."""
    main = _manifest(folder).get("main") if (folder / MANIFEST).is_file() else None
    return folder / main if isinstance(main, str) and main.strip("./") else None


def _allowed(host: Host, path: Path) -> Path:
    """Return where a file really is. Raises HostError where nothing may be imported from."""
    real, root = path.resolve(), host.directory.resolve()
    shelves = [(folder / "node_modules").resolve() for folder in (root, *root.parents)]
    if any(real.is_relative_to(place) for place in (root, *shelves, *_found)):
        return real
    raise HostError(
        f"'{path}' is outside of the notebook's directory ({root}) and of the node_modules folders "
        "beside and above it: modules are imported from there only",
        code="EACCES",
    )


def package(host: Host, value: Any, _: bytes) -> dict[str, Any] | None:
    """Return a package's {root, manifest}, from the nearest node_modules; None if none has it."""
    start = _folder(host, value["base"])
    for folder in (start, *start.parents):
        root = folder / "node_modules" / value["name"]
        if root.is_dir():
            _found.add(root.resolve())
            return {"root": str(root), "manifest": {"name": value["name"], **_manifest(root)}}
    return None


def scope(host: Host, value: Any, _: bytes) -> dict[str, Any] | None:
    """Return the {root, manifest} of the package that a file is in."""
    start = _folder(host, value["base"])
    for folder in (start, *start.parents):
        if (folder / MANIFEST).is_file():
            return {"root": str(folder), "manifest": {"name": "", **_manifest(folder)}}
    return None


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise HostError(f"{path} is no JSON: {error}", "SyntaxError") from error
    return found if isinstance(found, dict) else {}


def source(host: Host, value: Any, _: bytes) -> dict[str, Any]:
    """Return a module's {source, type}; `type` is module, commonjs, json or None: nobody says."""
    name = value["name"]
    if name.startswith(("http://", "https://")):
        text, kind = remote.fetched(host, name)
        return {"source": text, "type": kind}
    path = _allowed(host, Path(name))
    if path.stat().st_size > LARGEST:
        raise HostError(
            f"'{path}' has more than {LARGEST >> 20} MiB: that is no module", "RangeError"
        )
    return {"source": path.read_bytes().decode("utf-8", "replace"), "type": _type_of(path)}


def _type_of(path: Path) -> str | None:
    """Return what the nearest package.json says of its .js files; `type` may be left out."""
    for folder in path.parents:
        if (folder / MANIFEST).is_file():
            kind = _manifest(folder).get("type")
            return kind if kind in ("module", "commonjs") else None
        if folder.name == "node_modules":
            break
    return None


OPS: dict[str, Op] = {
    "module.file": file,
    "module.join": join,
    "module.locate": remote.locate,
    "module.package": package,
    "module.scope": scope,
    "module.source": source,
}
