"""What runs start their kernels with, and what those do a part of a run's work for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from patina_lab.kernel.survivors import Survivors
from patina_lab.model.events import Event
from patina_lab.model.packages import Packages
from patina_lab.model.run import KernelSettings, Run
from patina_lab.runs.recorder import Recorder


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a run's kernel works: a folder below the server's root, and its environment."""

    folder: str
    env: Mapping[str, str]
    notebook: str = ""


class StartTimes:
    """How long the kernels of each name took to start last time, in milliseconds."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def previous(self, kernel_name: str) -> int | None:
        """Return the latest start's length, if there was one."""
        return self._last.get(kernel_name)

    def took(self, kernel_name: str, seconds: float) -> None:
        """Remember a start."""
        self._last[kernel_name] = round(seconds * 1000)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What becomes of kernels when the server ends, unless a run was told otherwise.

    `seconds`: how long a kernel that is kept waits, at rest, for another server.
    """

    on_server_stop: str = "stop"
    seconds: float = 86_400.0

    def keeps(self, settings: KernelSettings) -> bool:
        """Whether a kernel of a run with these settings goes on."""
        return (settings.on_server_stop or self.on_server_stop) == "keep"


@dataclass(frozen=True, slots=True)
class Kernels:
    """What a run starts its kernel with."""

    manager: AsyncMappingKernelManager
    workplace: Callable[[], Workplace]
    packages: Callable[[], Packages]
    """What the notebook needs and has, and the place for what its packages resolve to now."""
    keep_lock: Callable[[Mapping[str, Any]], None]
    start_times: StartTimes
    keeping: Keeping
    survivors: Survivors


class RunAtWork(Protocol):
    """A run, as those see it who do a part of its work: what it is, and the only way in."""

    run: Run
    recorder: Recorder

    @property
    def about(self) -> dict[str, str]:
        """What a line of the server's log is about."""

    def take(self, event: Event) -> None:
        """Let something happen to the run."""
