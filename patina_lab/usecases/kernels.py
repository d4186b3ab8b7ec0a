"""What can be asked of kernels by their own id, as plain notebooks and consoles do."""

from __future__ import annotations

from collections.abc import Awaitable

from patina_lab import wire
from patina_lab.rooms.registry import Rooms
from patina_lab.runs.plainkernels import PlainKernels
from patina_lab.usecases.livestates import LiveStates
from patina_lab.usecases.variables import MOST_PAGE, Variables, page_of


class Kernels:
    """The use cases of kernels; one that is a run's is asked as that run."""

    def __init__(self, rooms: Rooms, states: LiveStates, variables: Variables) -> None:
        self._rooms, self._states, self._variables = rooms, states, variables
        self._plain = PlainKernels(rooms.kernels)

    def _run_of(self, kernel: str) -> str | None:
        """Return the run that a kernel belongs to, if it is one of ours."""
        for room in self._rooms:
            for runner in room.roster.runners:
                if runner.run.kernel_id == kernel:
                    return runner.run.id
        return None

    def fork(self, kernel: str, wanted: wire.ForkKernel) -> Awaitable[wire.ForkedKernel]:
        """Start a kernel that is a fork of another."""
        return self._plain.fork(kernel, wanted)

    async def undo(self, kernel: str) -> wire.UndoneKernel:
        """Go back to before the last cell of a kernel; of a run of ours, as that run's undo."""
        run = self._run_of(kernel)
        if run is None:
            return await self._plain.undo(kernel)
        await self._states.undo(run)
        return wire.UndoneKernel(left=len(self._rooms.runner(run).run.executed))

    async def variables(self, kernel: str) -> list[wire.Global]:
        """Return the variables of a kernel."""
        if (run := self._run_of(kernel)) is not None:
            return self._variables.all(run, None)
        return await self._plain.variables(kernel)

    async def variable(
        self, kernel: str, name: str, path: list[str], offset: int, limit: int
    ) -> wire.GlobalPage:
        """Return a variable of a kernel, or a part of it, and some of what is in it."""
        if (run := self._run_of(kernel)) is not None:
            return await self._variables.one(run, name, path, offset, limit)
        limit = max(1, min(limit, MOST_PAGE))
        content = {"name": name, "path": path, "offset": offset, "limit": limit}
        return page_of(await self._plain.variable(kernel, content))
