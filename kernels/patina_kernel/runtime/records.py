"""Records of running kernels, by which the next server finds them again."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from patina_kernel.runtime.process import boot_id, is_zombie, start_time

SUFFIX = ".kernel"
# Tells a relay by which id its kernel is known to who started it.
KERNEL_ID = "PATINA_KERNEL_ID"
# For whom it was started: what that is, only its starter knows.
OWNER = "PATINA_OWNER"


@dataclass(frozen=True, slots=True)
class Record:
    """A running kernel: its relay (pid with start time), its connection file, where it listens.

    `boot` is the start of the system: process ids and start times begin anew with it.
    """

    pid: int
    started: str
    connection_file: str
    socket: str
    directory: str
    kernel_id: str = ""
    boot: str = ""
    owner: str = ""

    @property
    def alive(self) -> bool:
        """Whether that very process still runs."""
        return (
            self.boot in ("", boot_id())
            and start_time(self.pid) == self.started
            and not is_zombie(self.pid)
        )


def write(directory: Path, connection_file: str, listening: Path) -> Path:
    """Record the calling process as a kernel's relay; return the record's path."""
    pid = os.getpid()
    file = str(Path(connection_file).absolute())
    kernel_id = os.environ.get(KERNEL_ID, "")
    owner = os.environ.get(OWNER, "")
    record = Record(
        pid, start_time(pid), file, str(listening), str(Path.cwd()), kernel_id, boot_id(), owner
    )
    path = directory / f"{listening.stem}{SUFFIX}"
    made = path.with_suffix(".tmp")
    made.write_text(json.dumps(asdict(record)))
    made.rename(path)
    return path


def living(directory: Path) -> list[Record]:
    """Return the kernels that run; what dead ones left behind is removed."""
    found = []
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        record = _read(path)
        if record is not None and record.alive:
            found.append(record)
        else:
            remove(path, record)
    return found


def find(directory: Path, kernel: str) -> Record | None:
    """Return the running kernel of that id, or of that connection file."""
    if not kernel:
        return None
    for record in living(directory):
        named = Path(record.connection_file).stem
        if kernel in (record.kernel_id, record.connection_file) or named.endswith(kernel):
            return record
    return None


def remove(path: Path, record: Record | None) -> None:
    """Remove a record and the socket it names."""
    for stale in (path, *((Path(record.socket),) if record else ())):
        with suppress(OSError):
            stale.unlink()


def _read(path: Path) -> Record | None:
    with suppress(OSError, ValueError, TypeError):
        return Record(**json.loads(path.read_text()))
    return None
