"""Python as the shared machine sees it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from IPython.core.release import version as ipython_version
from patina_kernel.language import Unimaged

from patina_python import files, healing, history, plots
from patina_python.inspector import PythonInspector
from patina_python.loops import renew_loops
from patina_python.snapshots import PythonSnapshots

if TYPE_CHECKING:
    from patina_kernel.forking import Audit, Claim
    from patina_kernel.language import ReportLine


class PythonLanguage(Unimaged):
    """Implements `patina_kernel.language.Language` for a kernel that has an IPython shell."""

    name = "python"
    sees_interrupts = True
    looks_aside = True
    engine = (
        f"{platform.python_implementation()} {platform.python_version()}, IPython {ipython_version}"
    )

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        shell = kernel.shell
        self.inspector = PythonInspector(shell.user_ns, shell.user_ns_hidden)
        self.snapshots = PythonSnapshots(shell)

    def before_fork(self) -> None:
        """Write out what waits in users' files, note what a copy must be given back."""
        files.flush(self._kernel.shell.user_ns)
        healing.before_fork()

    def rest(self) -> set[int]:
        """End the thread that saves the history; it begins again with the next cell."""
        return history.rest(self._kernel.shell)

    def own_files(self) -> frozenset[str]:
        """Return the history's database."""
        manager = self._kernel.shell.history_manager
        return frozenset({str(manager.hist_file)} if manager is not None else ())

    def claims(self, found: Audit) -> tuple[Claim, ...]:
        """Return what can be put right in a copy."""
        return healing.claims(found)

    def thread_names(self) -> dict[int, str]:
        """Return the names of Python's threads."""
        return healing.thread_names()

    def after_fork(self, *, reseed: bool) -> tuple[ReportLine, ...]:
        """Mend the copy: threads and pools, event loops, the history, where results go."""
        shell = self._kernel.shell
        report = healing.heal()
        renew_loops(shell.user_ns)
        history.renew(shell)
        self._kernel.renew_debugger()
        shell.displayhook.topic = self._kernel._topic("execute_result")
        if reseed:
            healing.reseed(tuple(shell.user_ns.values()))
        return report

    def fresh_randomness(self) -> None:
        """Share random state with nobody."""
        healing.fresh_randomness()

    def read_environment(self) -> None:
        """Let matplotlib, which the template imported, draw where this kernel's variables say."""
        plots.read_environment()

    def lock(self, resolved: Mapping[str, Any]) -> None:
        """Do nothing: packages are those of the environment."""

    def need(self, wanted: Mapping[str, Any]) -> None:
        """Do nothing: packages are those of the environment."""
