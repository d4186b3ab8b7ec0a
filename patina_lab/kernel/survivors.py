"""Kernels that outlived the server that started them, as their provisioner knows them."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory

from patina_lab.model.ids import RunId

PROVISIONER = "patina-provisioner"
OUTLIVE, OWNER, KEEP = "PATINA_OUTLIVE", "PATINA_OWNER", "PATINA_KEEP_SECONDS"


@dataclass(frozen=True, slots=True)
class Survivor:
    """A kernel that runs: for which session of which run it was started, and how it is found."""

    owner: str
    kernel_id: str
    connection_file: str
    notebook: str


class Survivors:
    """The kernels of a workspace that run, whichever server has started them.

    They are recorded with process id, start time and start of the system, and only those of which
    all three are right are told of: never a stranger that has the id of a kernel that is gone.
    """

    def __init__(self, workspace: str) -> None:
        self.workspace = workspace

    def all(self) -> list[Survivor]:
        """Return those that were started for a run. Blocks, for a moment."""
        return [
            Survivor(
                record.owner,
                record.kernel_id,
                record.connection_file,
                record.owner.split(" ", 2)[2],
            )
            for record in _provisioner().running(self.workspace)
            if record.owner.count(" ") > 1
        ]

    def find(self, run: RunId, session: int) -> Survivor | None:
        """Return the kernel of a session of a run, if it runs."""
        begin = owner(run, session, "")
        return next((one for one in self.all() if one.owner.startswith(begin)), None)


def owner(run: RunId, session: int, notebook: str) -> str:
    """Return what a kernel is marked with; `notebook` is its path when the kernel was started."""
    return f"{run} {session} {notebook}"


def _provisioner() -> Any:
    (entry,) = entry_points(group=KernelProvisionerFactory.GROUP_NAME, name=PROVISIONER)
    return entry.load()
