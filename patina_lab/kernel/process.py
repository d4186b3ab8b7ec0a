"""A run's kernel as a process: started, watched, interrupted, ended through Jupyter's manager."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import Mapping
from typing import Any, cast

from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.session import Session
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_server.utils import ApiPath

from patina_lab.kernel.client import Client
from patina_lab.kernel.ports import is_one_taken
from patina_lab.kernel.survivors import PROVISIONER, Survivor
from patina_lab.text import Text, verbatim
from patina_lab.text import gettext as _
from patina_lab.wire import told

POLL_SECONDS = 0.25
ANSWER_SECONDS = 1.0
START_SECONDS = 120.0
_GENTLE_SECONDS = 3.0
_UNKNOWN = -1
"""What Patina's provisioner answers of a kernel that came from the warm template."""


class KernelStartError(Exception):
    """The kernel could not be started."""

    def __init__(self, message: Text, reason: Text, hint: Text) -> None:
        super().__init__(message)
        self.message, self.reason, self.hint = message, reason, hint


class PortTakenError(KernelStartError):
    """A port that was chosen for the kernel was taken by somebody before it could have it."""


class KernelProcess:
    """One kernel of the server's kernel manager. It is never restarted behind our back."""

    def __init__(self, kernels: AsyncMappingKernelManager, kernel_id: str) -> None:
        self._kernels = kernels
        self.id = kernel_id

    @classmethod
    async def start(
        cls,
        kernels: AsyncMappingKernelManager,
        name: str,
        path: str,
        env: Mapping[str, str],
        fork: Mapping[str, Any] | None = None,
    ) -> KernelProcess:
        """Start a kernel of spec `name` in the folder `path` (relative to the server's root).

        `fork`: {fork_of, checkpoint?, reseed?} for the provisioner of a kernel that can be forked.
        """
        try:
            kernel_id = await kernels.start_kernel(
                kernel_name=name, path=ApiPath(path), env=dict(env), **(fork or {})
            )
        except NoSuchKernel as error:
            raise KernelStartError(
                _("There is no kernel named %1", name),
                _("No kernelspec %1 is installed on this server", name),
                _("Install it, or choose another language. %1", install_hint(name)),
            ) from error
        except Exception as error:
            what = _("The kernel %1 could not be started", name)
            if fork:
                what = _("The kernel %1 could not be forked", name)
            # What the provisioner of a kernel says and advises comes with its error.
            said = {
                "evalue": str(error) if fork else f"{type(error).__name__}: {error}",
                "hint": getattr(error, "hint", ""),
                "wording": getattr(error, "wording", {}) if fork else {},
            }
            hint = told(said, "hint") or _("The server's log has the details.")
            raise KernelStartError(what, told(said, "evalue"), hint) from error
        return cls._taken(kernels, kernel_id)

    @classmethod
    async def attach(
        cls, kernels: AsyncMappingKernelManager, name: str, path: str, kernel: Survivor
    ) -> KernelProcess:
        """Take over a kernel that another server has started. Raises KernelStartError."""
        try:
            kernel_id = await kernels.start_kernel(
                kernel_name=name,
                kernel_id=kernel.kernel_id,
                path=ApiPath(path),
                attach_to=kernel.connection_file,
            )
        except Exception as error:
            message = _("The kernel could not be found again")
            raise KernelStartError(message, verbatim(error), _("Restart the run.")) from error
        return cls._taken(kernels, kernel_id)

    @classmethod
    def _taken(cls, kernels: AsyncMappingKernelManager, kernel_id: str) -> KernelProcess:
        process = cls(kernels, kernel_id)
        process._leave_dead_when_dead()
        return process

    def leave(self) -> None:
        """Let the kernel go on without this server; another finds it again."""
        with contextlib.suppress(KeyError):
            provisioner: Any = self.manager.provisioner
            provisioner.leave()
            self._kernels.stop_watching_activity(self.id)  # type: ignore[no-untyped-call]
            self._kernels.remove_kernel(self.id)

    @property
    def manager(self) -> AsyncKernelManager:
        """Jupyter's manager of this kernel. Raises KeyError when it was removed."""
        if self.id not in self._kernels:
            # Jupyter's own error is the answer to a request, and here nobody has made one.
            raise KeyError(self.id)
        return cast("AsyncKernelManager", self._kernels.get_kernel(self.id))

    def _leave_dead_when_dead(self) -> None:
        """Switch Jupyter's restarter off: a silent restart would pass for the same state."""
        # In this order: without `autorestart` the restarter cannot be stopped any more.
        self.manager.stop_restarter()
        self.manager.autorestart = False
        # Idle kernels without a connected browser are culled otherwise.
        self._kernels.notify_connect(self.id)  # type: ignore[no-untyped-call]

    @property
    def is_patina(self) -> bool:
        """Whether the kernel is one of those that answer `patina_…_request` and can be forked."""
        return is_patina(self.manager)

    @property
    def fork_report(self) -> list[dict[str, Any]]:
        """What the making of this fork could not carry exactly."""
        reply = getattr(self.manager.provisioner, "fork_reply", None) or {}
        return list(reply.get("report") or ())

    def client(self) -> Client:
        """Return a client with a session of its own: a shared one would mix up replies."""
        own = self.manager.session
        session = Session(key=own.key, signature_scheme=own.signature_scheme)
        self.manager.client_factory = Client
        return cast("Client", self.manager.client(session=session))

    async def died(self) -> int | None:
        """Wait until the process has ended; return its exit status where it is known."""
        # Both now: who ends the kernel may have removed it when its end is seen.
        provisioner, is_patina = cast("Any", self.manager.provisioner), self.is_patina
        while provisioner.has_process:
            status = await provisioner.poll()
            if status is not None:
                return known_status(status, of_own_child=not is_patina)
            await asyncio.sleep(POLL_SECONDS)
        return None

    def lacks_a_port(self) -> bool:
        """Whether somebody else has a port of it; to be asked when it has ended. Blocks shortly."""
        if self.id not in self._kernels:
            return False  # Somebody has ended it.
        manager = self.manager
        # A process that it has left has its ports: what it died of is something else.
        is_left = _is_alive(getattr(manager.provisioner, "pgid", None))
        return not is_left and is_one_taken(manager.get_connection_info())

    async def interrupt(self) -> None:
        """Interrupt what the kernel does."""
        await self.manager.interrupt_kernel()

    async def end(self) -> None:
        """End the process: politely at first, then not."""
        with contextlib.suppress(KeyError):
            manager = self.manager
            manager.shutdown_wait_time = _GENTLE_SECONDS
            kernels: Any = self._kernels
            await kernels.shutdown_kernel(self.id, now=False)


def _is_alive(group: int | None) -> bool:
    """Whether there is a process in a group; False where that cannot be known."""
    if not group or not hasattr(os, "killpg"):
        return False
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    return True


def known_status(status: int, *, of_own_child: bool) -> int | None:
    """Return a status that tells something: -1 is all that is known of another's child."""
    return status if of_own_child or status != _UNKNOWN else None


def is_patina(manager: AsyncKernelManager) -> bool:
    """Whether a kernel's spec names the provisioner that forks."""
    metadata: Any = getattr(manager.kernel_spec, "metadata", None) or {}
    named: Any = metadata.get("kernel_provisioner") or {}
    return bool(named.get("provisioner_name") == PROVISIONER)


def missing_programs(spec: Mapping[str, Any]) -> list[str]:
    """Return the programs that a kernelspec says it needs, and that are not to be found here."""
    needs = (spec.get("metadata") or {}).get("patina") or {}
    return [name for name in needs.get("programs", ()) if shutil.which(name) is None]


def install_hint(kernel: str) -> Text:
    """Return how a kernel we know of is installed."""
    ours = _("It comes with Patina Lab: pip install patina-lab.")
    known = {
        "patina-python": ours,
        "patina-javascript": ours,
        "patina-rust": _("It comes with Patina Lab, and needs cargo: https://rustup.rs."),
        "python3": verbatim("pip install ipykernel."),
    }
    other = _("Install that kernel; `jupyter kernelspec list` shows what there is.")
    return known.get(kernel, other)
