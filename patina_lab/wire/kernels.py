"""Kernels without a run: forked and undone by their own ids."""

from __future__ import annotations

from patina_lab.wire.runs import ReportLine
from patina_lab.wire.wording import Wire


class ForkKernel(Wire, frozen=True, forbid_unknown_fields=True):
    """Body of `POST api/patina/kernels/{kernel}/fork`."""

    reseed: bool = False


class ForkedKernel(Wire, frozen=True):
    """A kernel of Jupyter's that is a fork of another."""

    id: str
    name: str
    report: list[ReportLine]


class UndoneKernel(Wire, frozen=True):
    """Reply of `POST api/patina/kernels/{kernel}/undo`: how many more cells can be undone.

    `msg_id`: the request whose execution was undone; not of a run, whose output cell says so.
    """

    left: int
    msg_id: str | None = None
