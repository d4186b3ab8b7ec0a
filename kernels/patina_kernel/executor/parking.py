"""Copies of the executor: made on request, parked until a relay attaches."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from patina_kernel import images
from patina_kernel.executor import descriptors, freezing
from patina_kernel.executor.forker import Forked, Forker
from patina_kernel.executor.freezing import Arrival
from patina_kernel.forking import ForkRefusedError, NoCheckpointError, NoForkError
from patina_kernel.language import Imaged, ReportLine
from patina_kernel.text import gettext as _
from patina_kernel.text import said
from patina_kernel.text import told as texts_told
from patina_kernel.wire import packet
from patina_kernel.wire.channel import Channel, parse
from patina_kernel.wire.ops import Op
from patina_kernel.wire.packet import Packet

# When memory runs out, copies go before anything that works.
EXPENDABLE = "900"
# The names of refusals in the protocol.
NAMES: dict[type[Exception], str] = {
    ForkRefusedError: "ForkRefused",
    NoCheckpointError: "ForkRefused",
    NoForkError: "ForkUnavailable",
}
OOM = Path("/proc/self/oom_score_adj")


class Stoppable(Protocol):
    """What has threads that must not run during a fork."""

    def quiesce(self) -> set[int]:
        """Stop them and return their numbers. Raises ForkRefusedError when one is busy."""

    def resume(self) -> None:
        """Let them go on."""

    def own_descriptors(self) -> set[int]:
        """Return the descriptors that are none of the user's."""


@dataclass(frozen=True, slots=True)
class Woken:
    """A parked copy that a relay attaches to: the packet that says how, and from where it came."""

    packet: Packet
    arrival: Arrival | None = None


class Parking:
    """Makes parked copies of this process, and is one, until it is woken."""

    def __init__(self, forker: Forker, threads: Stoppable) -> None:
        self._forker, self._threads = forker, threads
        # Copies of this process, to be reaped: they are its children.
        self._children: set[int] = set()
        # Where our files were when this copy was made.
        self._positions: dict[int, int] = {}
        self._arrival: Arrival | None = None

    def park(self, main: Channel, why: str) -> Woken | None:
        """Make a copy and tell the relay. Return None; in the copy, return once it is woken."""
        started = time.perf_counter()
        self._reap()
        try:
            ended = self._threads.quiesce()
        except ForkRefusedError as error:
            main.send_json(Op.PARKED, _refusal(error))
            return None
        ours, theirs = packet.pair()
        forked = self._try(main, {ours.fileno(), theirs.fileno()}, ended, parked=why != "fork")
        if forked is not None and forked.pid == 0:
            ours.close()
            if forked.has_threads:
                self._positions = {}  # a thread may have moved on from them
            return self._wait(Channel(theirs))
        if forked is not None:
            self._hand_over(main, forked, ours.fileno(), started)
        ours.close()
        theirs.close()
        # Last: the relay need not wait until our threads run again.
        self._threads.resume()
        return None

    def freeze(self, path: Path, imaged: Imaged) -> Woken | tuple[ReportLine, ...]:
        """Have a copy of this process write an image of itself; return what is not carried exactly.

        Returns once more, in the process that comes out of the image, when it is woken. Raises
        ForkRefusedError, ImageError or OSError where there can be no image.
        """
        where = images.where(imaged.key)
        self._reap()
        ended = self._threads.quiesce()
        try:
            ours, theirs = packet.pair()
            forked = self._copy({ours.fileno(), theirs.fileno()}, ended, parked=True)
        except BaseException:
            self._threads.resume()
            raise
        if forked.pid == 0:
            ours.close()
            return self._wait(Channel(theirs))
        theirs.close()
        self._threads.resume()
        _leave_group(forked.pid)
        self._children.add(forked.pid)
        freezing.have_written(Channel(ours), freezing.order(path, imaged, where, forked.report))
        return forked.report

    def _try(
        self, main: Channel, keep: set[int], ended: set[int], *, parked: bool
    ) -> Forked | None:
        try:
            return self._copy(keep, ended, parked=parked)
        except Exception as error:  # noqa: BLE001 - whatever it is, the kernel must live on
            main.send_json(Op.PARKED, _refusal(error))
            return None

    def _copy(self, keep: set[int], ended: set[int], *, parked: bool) -> Forked:
        sys.stdout.flush()
        sys.stderr.flush()
        self._positions = descriptors.positions()
        keep |= self._threads.own_descriptors()
        return self._forker.fork(keep, self._children, ended, parked=parked)

    def _hand_over(self, main: Channel, forked: Forked, waiting: int, started: float) -> None:
        _leave_group(forked.pid)
        self._children.add(forked.pid)
        content = {
            "pid": forked.pid,
            "how": forked.how,
            "report": [line.told() for line in forked.report],
            "ms": round((time.perf_counter() - started) * 1e3, 3),
        }
        main.send_json(Op.PARKED, content, [waiting])

    def _reap(self) -> None:
        for pid in list(self._children):
            try:
                ended = os.waitpid(pid, os.WNOHANG)[0]
            except ChildProcessError:
                ended = pid
            if ended:
                self._children.discard(pid)

    def _wait(self, waiting: Channel) -> Woken:
        """Be parked. Touches little: every page written to is copied."""
        self._children = set()
        self._become_parked()
        descriptors.unshare_connections({waiting.fileno()})
        silence()
        interrupts = signal.signal(signal.SIGINT, signal.SIG_IGN)
        children = signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        while True:
            order = waiting.receive()
            if order is None or order.op == Op.EXIT:
                os._exit(0)
            if order.op == Op.DUPLICATE:
                waiting = self._duplicate(waiting)
            if order.op == Op.FREEZE:
                self._write(waiting, parse(order))
            if order.op == Op.GIVE and self._arrival is not None:
                self._arrival = Arrival(parse(order), tuple(order.descriptors))
            if order.op == Op.ATTACH:
                break
        waiting.close()
        signal.signal(signal.SIGINT, interrupts)
        signal.signal(signal.SIGCHLD, children)
        descriptors.unshare_files(self._positions)
        with suppress(OSError):
            OOM.write_text("0")
        # Copies of this one come out of no image.
        arrival, self._arrival = self._arrival, None
        return Woken(order, arrival)

    def _write(self, waiting: Channel, order: dict[str, Any]) -> None:
        """Write an image of this copy; out of it comes another one, which waits, too."""
        told, arrived = freezing.written(order, waiting.fileno(), self._positions)
        if arrived:
            self._children, self._arrival = set(), Arrival()
            with suppress(OSError):
                OOM.write_text(EXPENDABLE)
        try:
            waiting.send_json(Op.ACK, told)
        except OSError:
            os._exit(0)  # whoever asked is gone

    @staticmethod
    def _become_parked() -> None:
        _leave_group(0)
        with suppress(OSError):
            OOM.write_text(EXPENDABLE)

    def _duplicate(self, waiting: Channel) -> Channel:
        """Make another copy; return what to wait on, which in that copy is something else."""
        # Not as they end: until then their relays can see by which signal they did.
        _reap_all()
        ours, theirs = packet.pair()
        try:
            forked = self._forker.again({waiting.fileno(), theirs.fileno()})
        except (ForkRefusedError, OSError) as error:
            waiting.send_json(Op.ACK, {"evalue": str(error)})
            ours.close()
            theirs.close()
            return waiting
        if forked.pid == 0:
            self._become_parked()
            ours.close()
            waiting.close()
            return Channel(theirs)
        theirs.close()
        _leave_group(forked.pid)
        waiting.send_json(Op.ACK, {"pid": forked.pid}, [ours.fileno()])
        ours.close()
        return waiting


def _reap_all() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _leave_group(pid: int) -> None:
    """Give a copy (0: this one) a group of its own: signals for the original are not for it.

    Both sides do it, so that it is done before either goes on: the original may be killed, with
    its group, before its copy has run at all.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.setpgid(pid, pid)


def silence() -> None:
    """Let descriptors 0, 1 and 2 lead nowhere: a parked copy must not keep a reader waiting."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _refusal(error: Exception) -> dict[str, Any]:
    hint: str = _("free memory or end other processes, and try again")
    alternatives: tuple[str, ...] = ()
    if isinstance(error, ForkRefusedError):
        hint, alternatives = error.hint, error.alternatives
    return {
        "status": "error",
        "ename": NAMES.get(type(error), type(error).__name__),
        **texts_told(evalue=said(error), hint=hint),
        "alternatives": alternatives,
        "traceback": [],
    }
