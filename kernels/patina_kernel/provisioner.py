"""Starting kernels for Jupyter: fresh ones from a nursery, forks of running ones, and old ones.

await manager.start_kernel()                              an ordinary kernel
await manager.start_kernel(fork_of=…, checkpoint=…)       a fork: of a kernel id or connection file
await manager.start_kernel(attach_to=…)                   a kernel that outlived its server
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_core.paths import jupyter_runtime_dir
from traitlets import Bool, Unicode

from patina_kernel import launch
from patina_kernel.client import KernelRequestError, ask
from patina_kernel.nursery.client import ColdError, Nurseries
from patina_kernel.runtime import directory, records
from patina_kernel.runtime.process import Process

SWITCH = "PATINA_NURSERY"
PYTHON = "PATINA_PYTHON"
# Of start_kernel: not for a restart, which begins afresh.
ONCE = ("fork_of", "checkpoint", "reseed", "when", "attach_to")

_nurseries = Nurseries()


class NoSuchKernelError(RuntimeError):
    """The kernel to be forked or attached to is not there."""


class PatinaProvisioner(LocalProvisioner):  # type: ignore[misc]
    """A local provisioner that can fork."""

    nursery = Bool(
        default_value=os.environ.get(SWITCH) != "off",
        help="Start kernels as copies of a warm template.",
    ).tag(config=True)
    workspace = Unicode(help="The workspace whose kernels are found again together.").tag(
        config=True
    )

    # Of the last fork: the reply to patina_fork_request.
    fork_reply: dict[str, Any] | None = None
    _attached: records.Record | None = None

    @property
    def runtime_directory(self) -> Path:
        """The private directory of the workspace."""
        named = os.environ.get(directory.VARIABLE)
        workspace = self.workspace or str(Path.cwd())
        base = Path(named) if named else directory.of_workspace(workspace, jupyter_runtime_dir())
        return directory.private(base)

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Prepare the launch; a fork is made now. Raises KernelRequestError, NoSuchKernelError."""
        once = {name: kwargs.pop(name) for name in ONCE if name in kwargs}
        manager = self.parent
        if manager is not None and isinstance(getattr(manager, "_launch_args", None), dict):
            for name in ONCE:
                manager._launch_args.pop(name, None)
        self._attached = self._find(once["attach_to"]) if once.get("attach_to") else None
        self.fork_reply = await self._fork(once) if once.get("fork_of") else None
        kwargs = await super().pre_launch(**kwargs)
        env: dict[str, str] = kwargs["env"]
        env[directory.VARIABLE] = str(self.runtime_directory)
        env[records.KERNEL_ID] = self.kernel_id
        if env.get(PYTHON):
            kwargs["cmd"] = [env[PYTHON], *kwargs["cmd"][1:]]
        env.pop(launch.TICKET, None)
        if self.fork_reply is not None:
            env[launch.TICKET] = self.fork_reply["ticket"]
        return kwargs

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start it, or attach to it."""
        if self._attached is not None:
            return self._attach(self._attached)
        env = dict(kwargs.get("env") or os.environ)
        if not kwargs.get("independent"):
            env[launch.PARENT] = str(os.getpid())
        cwd = kwargs.get("cwd") or Path.cwd()
        if not self._use_nursery(cmd):
            return await super().launch_kernel(cmd, **{**kwargs, "env": env})
        try:
            pid = _nurseries.start_kernel(
                _without_connection_file(cmd),
                self.runtime_directory,
                self.parent.connection_file,
                env=env,
                cwd=cwd,
            )
            self._take(Process(pid))
        except (ColdError, ProcessLookupError):
            return await super().launch_kernel(cmd, **{**kwargs, "env": env})
        self.cwd = cwd
        return self.connection_info

    def _use_nursery(self, cmd: list[str]) -> bool:
        return self.nursery and self.parent is not None and "-f" in cmd and hasattr(os, "fork")

    def _take(self, process: Process) -> None:
        self.process = process
        self.pid = process.pid
        # Signals go to the relay alone: it passes them on.
        self.pgid = None

    async def _fork(self, once: dict[str, Any]) -> dict[str, Any]:
        content = {name: once[name] for name in ("checkpoint", "reseed", "when") if name in once}
        try:
            return await ask(self._connection_file(str(once["fork_of"])), "fork", content)
        except KernelRequestError as error:
            why = f"the kernel {once['fork_of']} could not be forked: {error}"
            raise KernelRequestError(
                f"{why} ({error.hint})" if error.hint else why, error.hint
            ) from error

    def _connection_file(self, kernel: str) -> str:
        """Return the connection file of a running kernel, by that file or by its id."""
        if Path(kernel).is_file():
            return kernel
        several = getattr(self.parent, "parent", None)
        if several is not None and kernel in getattr(several, "_kernels", {}):
            return str(several.get_kernel(kernel).connection_file)
        return self._find(kernel).connection_file

    def _find(self, kernel: str) -> records.Record:
        record = records.find(self.runtime_directory, kernel)
        if record is None:
            raise NoSuchKernelError(f"there is no running kernel {kernel!r} in this workspace")
        return record

    def _attach(self, record: records.Record) -> KernelConnectionInfo:
        try:
            info = json.loads(Path(record.connection_file).read_text())
            self._take(Process(record.pid))
        except (OSError, ValueError) as error:
            raise NoSuchKernelError(f"the kernel of {record.connection_file} has ended") from error
        if isinstance(info.get("key"), str):
            info["key"] = info["key"].encode()
        self.connection_info = info
        return self.connection_info


def _without_connection_file(cmd: list[str]) -> list[str]:
    place = cmd.index("-f")
    return [*cmd[:place], *cmd[place + 2 :]]
