"""How often the start of a kernel is tried."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from patina_lab.kernel.connection import KernelConnection
from patina_lab.kernel.process import PortTakenError
from patina_lab.model.effects import ForkKernel
from patina_lab.model.ids import KernelId
from patina_lab.runs.starting import Starter
from patina_lab.text import verbatim


class Unlucky(Starter):
    """One whose kernels find a port taken, each time."""

    def __init__(self) -> None:
        at_work: Any = SimpleNamespace(run=SimpleNamespace(id="r"), about={})
        kernels: Any = None
        super().__init__(at_work, kernels, lambda _work: None)
        self.errors: list[PortTakenError] = []

    async def _connect_once(self, fork: ForkKernel | None) -> KernelConnection:
        del fork
        number = verbatim(len(self.errors))
        self.errors.append(PortTakenError(number, number, number))
        raise self.errors[-1]


@pytest.mark.parametrize(
    ("fork", "starts"),
    [(None, 3), (ForkKernel(KernelId("k"), "c1"), 3), (ForkKernel(KernelId("k")), 1)],
)
async def test_a_start_is_tried_again_where_it_begins_in_the_same_state(
    fork: ForkKernel | None, starts: int
) -> None:
    starter = Unlucky()
    with pytest.raises(PortTakenError) as last:
        await starter._connect(fork)
    assert len(starter.errors) == starts
    assert last.value is starter.errors[-1]
    for error, earlier in zip(starter.errors[1:], starter.errors, strict=False):
        assert error.__context__ is earlier
