"""Starting kernels for Jupyter: fresh ones from a nursery, forks of running ones, and old ones.

await manager.start_kernel()                              an ordinary kernel
await manager.start_kernel(fork_of=…, checkpoint=…)       a fork: of a kernel id or connection file
await manager.start_kernel(attach_to=…)                   a kernel that outlived its server
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from jupyter_core.paths import jupyter_runtime_dir
from traitlets import Bool, Unicode, default

from patina_kernel import launch
from patina_kernel.client import KernelRequestError, ask
from patina_kernel.nursery.client import ColdError, Nurseries
from patina_kernel.nursery.log import Log
from patina_kernel.runtime import directory, pages, records
from patina_kernel.runtime.process import Process
from patina_kernel.text import gettext as _
from patina_kernel.text import said, told

SWITCH = "PATINA_NURSERY"
PYTHON = "PATINA_PYTHON"
# Of start_kernel: not for a restart, which begins afresh.
ONCE = ("fork_of", "checkpoint", "reseed", "when", "by", "attach_to")

# A kernel's word for a system on which there are no forks at all.
UNAVAILABLE = "ForkUnavailable"
# Saving many GB takes a while.
SAVE_SECONDS = 600.0

_nurseries = Nurseries()


class NoSuchKernelError(RuntimeError):
    """The kernel to be forked or attached to is not there."""


class PatinaProvisioner(LocalProvisioner):
    """A local provisioner that can fork."""

    nursery = Bool(help="Start kernels as copies of a warm template.").tag(config=True)
    workspace = Unicode(help="The workspace whose kernels are found again together.").tag(
        config=True
    )

    @default("nursery")
    def _nursery_unless_off(self) -> bool:
        return os.environ.get(SWITCH) != "off"

    # Of the last fork: the reply to patina_fork_request.
    fork_reply: dict[str, Any] | None = None
    _attached: records.Record | None = None
    _snapshot: Path | None = None
    # Where a kernel from the nursery writes what no client gets, and how much is another's.
    _log: Log | None = None
    _said = 0

    @property
    def runtime_directory(self) -> Path:
        """The private directory of the workspace."""
        return _runtime_directory(self.workspace)

    @staticmethod
    def running(workspace: str = "") -> list[records.Record]:
        """Return the kernels of a workspace that run, whichever server started them. Blocks."""
        return records.living(_runtime_directory(workspace))

    def leave(self) -> None:
        """Let the kernel go on without us: what it is found by stays where it is."""
        if self.parent is not None:
            self.parent._connection_file_written = False

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Prepare the launch; a fork is made now. Raises KernelRequestError, NoSuchKernelError."""
        once = {name: kwargs.pop(name) for name in ONCE if name in kwargs}
        manager = self.parent
        if manager is not None and isinstance(getattr(manager, "_launch_args", None), dict):
            for name in ONCE:
                manager._launch_args.pop(name, None)
        self._attached = self._find(once["attach_to"]) if once.get("attach_to") else None
        self.fork_reply = None
        if once.get("fork_of"):
            by_snapshot = once.get("by") == "snapshot"
            self.fork_reply = await (self._save(once) if by_snapshot else self._fork(once))
        if self._attached is not None:
            # It has its ports and its connection file: those must stay as they are.
            return await KernelProvisionerBase.pre_launch(self, cmd=[], **kwargs)
        kwargs = await super().pre_launch(**kwargs)
        env: dict[str, str] = kwargs["env"]
        env[directory.VARIABLE] = str(self.runtime_directory)
        env[records.KERNEL_ID] = self.kernel_id
        if env.get(PYTHON):
            kwargs["cmd"] = [env[PYTHON], *kwargs["cmd"][1:]]
        env.pop(launch.TICKET, None)
        if self.fork_reply is not None and self._snapshot is None:
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
        alone = {**kwargs, "env": pages.asked_for(env)}
        if not self._use_nursery(cmd):
            return await super().launch_kernel(cmd, **alone)
        try:
            pid = await self._from_nursery(cmd, env, cwd)
            self._take(Process(pid))
        except (ColdError, ProcessLookupError):
            return await super().launch_kernel(cmd, **alone)
        self.cwd = cwd
        return self.connection_info

    async def poll(self) -> int | None:
        """Return the exit status, None while it runs; name the log of a kernel that failed."""
        status: int | None = await super().poll()
        if status and self._log is not None:
            log, self._log = self._log, None
            if log.size() > self._said:
                self.log.warning("The kernel ended; what it said last is in %s", log.path)
        return status

    async def _from_nursery(self, cmd: list[str], env: dict[str, str], cwd: Any) -> int:
        """Return the process id of a kernel that a template made. Raises ColdError."""
        command, place = _without_connection_file(cmd), self.runtime_directory
        self._log = _nurseries.log(command, place, env)
        self._said = self._log.size()
        # In a thread: a template that is stopped, or swapped out, would hold up the whole server.
        making = asyncio.ensure_future(
            asyncio.to_thread(
                _nurseries.start_kernel, command, place, self.connection_file, env=env, cwd=cwd
            )
        )
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            making.add_done_callback(_end_unwanted)
            raise

    async def post_launch(self, **kwargs: Any) -> None:
        """Load the state, where the fork is one by snapshot. Raises KernelRequestError."""
        await super().post_launch(**kwargs)
        if self._snapshot is None or self.fork_reply is None:
            return
        path, self._snapshot = self._snapshot, None
        try:
            loaded = await ask(self.connection_file, "load", {"path": str(path)})
        finally:
            path.unlink(missing_ok=True)
        # What was not saved is also told by what was loaded.
        told = self.fork_reply["report"]
        self.fork_reply["report"] = told + [line for line in loaded["report"] if line not in told]

    async def _save(self, once: dict[str, Any]) -> dict[str, Any]:
        """Save the other kernel's variables: where it cannot be forked, this is what can be had."""
        path = self.runtime_directory / f"{secrets.token_hex(8)}.snapshot"
        file = self._connection_file(str(once["fork_of"]))
        saved = await ask(file, "save", {"path": str(path)}, SAVE_SECONDS)
        self._snapshot = path
        return {**saved, "how": "saved and loaded"}

    def _use_nursery(self, cmd: list[str]) -> bool:
        return self.nursery and self.parent is not None and "-f" in cmd and hasattr(os, "fork")

    @property
    def connection_file(self) -> str:
        """The connection file of this kernel."""
        return str(self.parent.connection_file) if self.parent is not None else ""

    def _take(self, process: Any) -> None:
        self.process = process
        self.pid = process.pid
        # Signals go to the relay alone: it passes them on.
        self.pgid = None

    async def _fork(self, once: dict[str, Any]) -> dict[str, Any]:
        asked = ("checkpoint", "reseed", "when")
        content: dict[str, Any] = {name: once[name] for name in asked if name in once}
        try:
            return await ask(self._connection_file(str(once["fork_of"])), "fork", content)
        except KernelRequestError as error:
            if error.name == UNAVAILABLE:
                saved = await self._save(once)
                return {**saved, "report": [_instead_of_fork(said(error)), *saved["report"]]}
            why = _("the kernel %1 could not be forked: %2", once["fork_of"], said(error))
            raise KernelRequestError(
                _("%1 (%2)", why, error.hint) if error.hint else why,
                error.hint,
                error.name,
                error.alternatives,
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
        if self.parent is not None and self.connection_file == record.connection_file:
            self.parent.load_connection_info(info)
            # The file is now ours to remove when the kernel is shut down.
            self.parent._connection_file_written = True
        return self.connection_info


def _runtime_directory(workspace: str) -> Path:
    named = os.environ.get(directory.VARIABLE)
    place = workspace or str(Path.cwd())
    base = Path(named) if named else directory.of_workspace(place, jupyter_runtime_dir())
    return directory.private(base)


def _instead_of_fork(why: str) -> dict[str, Any]:
    """Return the report's line for a fork that is none."""
    what = _(
        "%1, so they were saved and loaded; what only a fork carries (iterators half way, open"
        " files, tasks, threads, the random state) was not carried",
        why,
    )
    advice = _("Run again the cells that made what is missing.")
    return {"kind": "snapshot", "name": "all variables", **told(what=what, advice=advice)}


def _end_unwanted(making: asyncio.Future[int]) -> None:
    """End a kernel that nobody waits for any more."""
    if not making.cancelled() and making.exception() is None:
        with suppress(ProcessLookupError):
            os.kill(making.result(), signal.SIGTERM)


def _without_connection_file(cmd: list[str]) -> list[str]:
    place = cmd.index("-f")
    return [*cmd[:place], *cmd[place + 2 :]]
