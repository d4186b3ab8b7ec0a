"""How the relay gets an executor, notices that it has ended, and goes on from a checkpoint."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from patina_kernel.relay.core import Core, failure
from patina_kernel.relay.lanes import Lanes, exit_reason
from patina_kernel.relay.messages import Message
from patina_kernel.relay.parked import Parked, StuckError
from patina_kernel.relay.shell import LOST_HINT, Shell
from patina_kernel.text import gettext as _
from patina_kernel.text import told
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel

# So long a cell that sees no interrupt has, in case it is none that runs.
UNSEEN_SECONDS = 0.2
UNSTOPPABLE = (
    "This cell cannot be interrupted: no state from before it is kept to go on from. "
    "Restart the kernel to end it."
)
# An interrupt pressed so often in one cell is meant, whatever the cell makes of it.
INSISTENT = 3


class Attachment:
    """Attaches to executors, one after the other."""

    def __init__(
        self,
        core: Core,
        shell: Shell,
        watch: Callable[[Lanes], None],
        forget: Callable[[], None],
    ) -> None:
        self._core, self._shell, self._watch, self._forget = core, shell, watch, forget
        self._reason = ""
        # The end that comes was asked for: there is nothing to choose.
        self._goes_on = False
        self._interrupts = 0
        self.seen_interrupt = False

    def attach(self, waiting: Channel, pid: int, **how: Any) -> None:
        """Attach to the process that waits there. Raises OSError when it is gone."""
        core = self._core
        info = {
            "session": core.messages.session,
            "connection_file": core.sockets.connection_file,
            "ports": core.sockets.ports(),
            "session_name": os.environ.get("JPY_SESSION_NAME"),
            **how,
        }
        core.ready = core.lost = False
        core.lanes = Lanes(waiting, pid, info)
        core.checkpoints.live = pid
        waiting.close()
        self._watch(core.lanes)

    def interrupt(self) -> None:
        """Interrupt the executor; when the cell does not end, see later whether it is stuck."""
        if self._core.lanes is None:
            return
        self._core.lanes.interrupt()
        running = self._shell.running
        if running is not None:
            self._interrupts += 1
            sees = self._core.hello.get("sees_interrupts", True)
            seconds = self._core.settings.interrupt_seconds if sees else UNSEEN_SECONDS
            end = self._end_if_stuck if sees else self._end_unseeing
            self._core.loop.call_later(seconds, lambda: end(running))

    def cell_ended(self) -> None:
        """Interrupts are counted for each cell anew."""
        self._interrupts, self.seen_interrupt = 0, False

    def _end_if_stuck(self, running: Message) -> None:
        insists = self._interrupts >= INSISTENT
        if self._shell.running is not running or (self.seen_interrupt and not insists):
            return
        if self._core.lanes and len(self._core.checkpoints) and self._continues:
            self._reason = "it did not react to the interrupt"
            self._core.lanes.kill()

    def _end_unseeing(self, running: Message) -> None:
        """End a cell that cannot see an interrupt, as that asks for: whatever ends go on from."""
        if self._shell.running is not running or self.seen_interrupt or not self._core.lanes:
            return
        if not len(self._core.checkpoints):
            self._tell(running, UNSTOPPABLE)
            return
        self._reason, self._goes_on = "it was interrupted", True
        self._core.lanes.kill()

    def end(self, reason: str) -> None:
        """End the executor and what it runs; it is told why, and goes on as after a crash."""
        if self._core.lanes is not None:
            self._reason = reason
            self._core.lanes.kill()

    @property
    def _continues(self) -> bool:
        return self._core.settings.on_crash == "continue"

    def on_death(self) -> None:
        """The executor has ended: go on from the state before the cell, if that is wanted."""
        core = self._core
        if core.lanes is None:
            return
        reason = self._reason or exit_reason(core.lanes.pid) or _("it was killed, or ended itself")
        goes_on = self._goes_on or self._continues
        self._reason, self._goes_on = "", False
        running = self._shell.running
        self._let_go()
        if core.closing:
            core.loop.stopping = True
        elif goes_on and self._restore_after_crash(running, reason):
            pass
        elif len(core.checkpoints):
            if running is None or running.type != "execute_request":
                # The reply to a cell, and its error, say the same.
                self._tell(running, f"The kernel process ended ({reason}).")
            self._fail(reason, LOST_HINT)
            core.lost = True
            content = {**told(reason=reason), "checkpoint": self._before(running).id}
            core.publisher.publish(b"patina", "patina_crashed", content, core.parent)
        else:
            self._fail(reason, "restart the kernel")
            core.loop.stopping = True

    def restore(self, parked: Parked) -> list[str]:
        """Go on from a checkpoint, in place of what runs. On a StuckError nothing changes.

        Returns the cells that are undone by that.
        """
        copy = parked.duplicate()
        running = self._shell.running
        self._end_present()
        if running is not None:
            self._shell.abort()
        restored = "a checkpoint was restored while this ran"
        self._shell.fail_all(failure("KernelRestored", restored))
        self._go_live(copy)
        return self._core.checkpoints.restored(parked)

    def replace(self, thawed: Parked, parent: bytes) -> None:
        """Go on with a process out of a saved state, in place of the one that has loaded it.

        Raises StuckError: then there is no process.
        """
        core = self._core
        if packet.readable(thawed.channel.socket):  # it says nothing before it is asked: its end
            thawed.channel.close()
            raise StuckError(_("the process that was loaded has ended"))
        gone = [{**row, "changed": "gone"} for row in core.table.values()]
        self._end_present()
        self._shell.fail_all(failure("KernelReplaced", "another state was loaded"))
        try:
            self._go_live(thawed)
        except StuckError:
            reason = _("the process that was loaded ended at once")
            if not self._restore_after_crash(None, reason):
                core.loop.stopping = True
            raise
        if gone and core.settings.publish_globals:
            content = {"delta": gone, "total": 0, "ms": 0}
            core.publisher.publish(b"patina", "patina_globals", content, parent)

    def _end_present(self) -> None:
        if self._core.lanes is not None:
            pid = self._core.lanes.pid
            self._core.lanes.kill()
            self._let_go()
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)

    def tell_restored(self, parked: Parked, undone: list[str], parent: bytes) -> None:
        """Say it in its place among what is said: who comes later and hears that knows it, too."""
        content = {"checkpoint": parked.id, "undone": undone}
        self._core.publisher.publish(b"patina", "patina_restored", content, parent)

    def _go_live(self, copy: Parked) -> None:
        self._core.table = dict(copy.table)
        try:
            self.attach(copy.channel, copy.pid)
        except OSError as error:
            raise StuckError("the checkpoint ended while it was restored") from error

    def _restore_after_crash(self, running: Message | None, reason: str) -> bool:
        while len(self._core.checkpoints):
            parked = self._before(running)
            try:
                copy = parked.duplicate()
                where = self._where(parked, running)
                self._tell(
                    running, f"The kernel process ended ({reason}). It goes on from {where}."
                )
                self._fail(reason, f"it goes on from {where}", goes_on=True)
                self._go_live(copy)
                undone = self._core.checkpoints.restored(parked)
                self.tell_restored(parked, undone, running.parent if running else self._core.parent)
            except StuckError:
                self._core.checkpoints.drop(parked)
                continue
            return True
        return False

    @staticmethod
    def _where(parked: Parked, running: Message | None) -> str:
        if running is not None and parked.msg_id == running.id:
            return "the state before this cell"
        return f"the state of {parked.taken}; what was done since is lost"

    def _before(self, running: Message | None) -> Parked:
        found = self._core.checkpoints.before(running.id) if running else None
        return found or self._core.checkpoints.get(None)

    def tell(self, text: str) -> None:
        """Tell the person something, below the cell that runs or was the last to run."""
        self._tell(self._shell.running, text)

    def _tell(self, running: Message | None, text: str) -> None:
        parent = running.parent if running else self._core.parent
        self._core.publisher.stream("stderr", parent, f"\n[Patina] {text}\n")

    def _fail(self, reason: str, hint: str, **more: Any) -> None:
        message = _("the kernel process ended: %1", reason)
        self._shell.abort()
        self._shell.fail_all(failure("KernelProcessEnded", message, hint) | more)

    def _let_go(self) -> None:
        core = self._core
        core.ready = False  # first: nothing more is given to it
        if core.lanes is not None:
            self._forget()
            core.publisher.flush()
            core.lanes.close(core.loop)
        core.lanes = None
