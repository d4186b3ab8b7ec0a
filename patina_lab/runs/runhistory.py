"""Which changes of a run's own fields are history, as records of its log."""

from __future__ import annotations

from patina_lab.clock import now
from patina_lab.document.manifest import wire_crash, wire_error, wire_report
from patina_lab.model.run import Run
from patina_lab.runlog.records import Forked, KernelEnded, KernelStarted, Loaded, Record, Retitled


def changes(before: Run, run: Run) -> tuple[Record, ...]:
    """Return the records of what changed in a run's own fields."""
    records: list[Record] = []
    if run.title != before.title:
        records.append(Retitled(title=run.title))
    if run.kernel_id is not None and run.kernel_id != before.kernel_id:
        records.append(KernelStarted(session=run.session, kernel_id=run.kernel_id, at=now()))
        if run.report is not None:
            report, is_fork = wire_report(run.report), run.parent is not None and run.session == 1
            records.append(
                Forked(at=now(), report=report)
                if is_fork
                else Loaded(at=now(), report=report, seq=run.loaded)
            )
    changed = (run.status, run.crash) != (before.status, before.crash)
    if before.has_kernel and not run.is_live and changed:
        error, crash = wire_error(run.error), wire_crash(run.crash)
        ended = KernelEnded(status=run.status.value, at=now(), error=error, crash=crash)
        records.append(ended)
    return tuple(records)
