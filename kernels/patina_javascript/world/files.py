"""Files for `node:fs`: each operation takes the path as the cell gave it."""

from __future__ import annotations

import errno
import functools
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from patina_javascript.host import Host, HostError, Op, Reply
from patina_javascript.world.paths import inside, inside_unfollowed, open_inside

MODES = {
    "write": os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
    "append": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "create": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
}


def _told(name: str) -> Callable[[Op], Op]:
    """Have an OSError told as Node tells it: `ENOENT: no such file or directory, open 'x'`."""

    def wrap(act: Op) -> Op:
        @functools.wraps(act)
        def told(host: Host, value: Any, data: bytes) -> Any:
            try:
                return act(host, value, data)
            except OSError as error:
                code = errno.errorcode.get(error.errno or 0, "EIO")
                reason = os.strerror(error.errno or errno.EIO).lower()
                where = f"'{value['path']}'" + (f" -> '{value['to']}'" if "to" in value else "")
                raise HostError(f"{code}: {reason}, {name} {where}", code=code) from error

        return told

    return wrap


@_told("open")
def read(host: Host, value: Any, _: bytes) -> Any:
    """Return a file's text ({text: true}: UTF-8, what is none becomes U+FFFD) or its bytes."""
    descriptor = open_inside(host, value["path"], os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EISDIR, "")
        content = file.read()
    return content.decode("utf-8", "replace") if value["text"] else Reply(None, content)


@_told("open")
def write(host: Host, value: Any, data: bytes) -> None:
    """Write bytes to a file; `mode` is write, append or create (it must not be there yet)."""
    with os.fdopen(open_inside(host, value["path"], MODES[value["mode"]]), "wb") as file:
        file.write(data)


def _kind(mode: int) -> str:
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "link"}
    return kinds.get(stat.S_IFMT(mode), "other")


@_told("stat")
def look(host: Host, value: Any, _: bytes) -> dict[str, Any]:
    """Return {kind, size, mode, mtimeMs, ...}, times in milliseconds since 1970."""
    place = (inside if value["follow"] else inside_unfollowed)(host, value["path"])
    found = place.stat() if value["follow"] else place.lstat()
    times = {"mtimeMs": found.st_mtime, "ctimeMs": found.st_ctime, "atimeMs": found.st_atime}
    return {
        "kind": _kind(found.st_mode),
        "size": found.st_size,
        "mode": found.st_mode,
        "birthtimeMs": min(times.values()) * 1e3,
        **{key: seconds * 1e3 for key, seconds in times.items()},
    }


def exists(host: Host, value: Any, _: bytes) -> bool:
    """Return whether there is something at a path."""
    return inside(host, value["path"]).exists()


@_told("scandir")
def entries(host: Host, value: Any, _: bytes) -> list[dict[str, str]]:
    """Return what is in a folder, sorted: {name, path (from the folder), kind, parentPath}."""
    top = inside(host, value["path"])
    return [
        {
            "name": entry.name,
            "path": os.path.relpath(entry.path, top),
            "kind": _kind(entry.stat(follow_symlinks=False).st_mode),
            "parentPath": str(Path(entry.path).parent),
        }
        for entry in _scan(top, deep=value["recursive"])
    ]


def _scan(folder: Path, *, deep: bool) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as scanned:
        found = sorted(scanned, key=lambda entry: entry.name)
    if not deep:
        return found
    below = [
        inner
        for entry in found
        if entry.is_dir(follow_symlinks=False)
        for inner in _scan(Path(entry.path), deep=True)
    ]
    return [*found, *below]


@_told("mkdir")
def make(host: Host, value: Any, _: bytes) -> None:
    """Make a folder; with `recursive` those above it, and none where there is one."""
    place = inside(host, value["path"])
    place.mkdir(parents=value["recursive"], exist_ok=value["recursive"])


@_told("rm")
def remove(host: Host, value: Any, _: bytes) -> None:
    """Remove a file or a folder; `kind` is any, file or directory."""
    place = inside_unfollowed(host, value["path"])
    if place == host.directory.resolve():
        raise HostError("EPERM: the notebook's own directory is not removed", code="EPERM")
    if value["force"] and not os.path.lexists(place):
        return
    is_folder = place.is_dir() and not place.is_symlink()
    if not is_folder and value["kind"] != "directory":
        place.unlink()
    elif value["kind"] == "directory":
        place.rmdir()
    elif value["recursive"]:
        shutil.rmtree(place)
    else:
        raise OSError(errno.EISDIR, "")


@_told("rename")
def rename(host: Host, value: Any, _: bytes) -> None:
    """Move a file or a folder."""
    inside_unfollowed(host, value["path"]).replace(inside_unfollowed(host, value["to"]))


@_told("copyfile")
def copy(host: Host, value: Any, _: bytes) -> None:
    """Copy a file's content."""
    shutil.copyfile(inside(host, value["path"]), inside(host, value["to"]))


@_told("realpath")
def real(host: Host, value: Any, _: bytes) -> str:
    """Return a path with all links followed."""
    found = inside(host, value["path"])
    found.stat()
    return str(found)


OPS: dict[str, Op] = {
    "fs.copy": copy,
    "fs.exists": exists,
    "fs.list": entries,
    "fs.mkdir": make,
    "fs.read": read,
    "fs.real": real,
    "fs.remove": remove,
    "fs.rename": rename,
    "fs.stat": look,
    "fs.write": write,
}
