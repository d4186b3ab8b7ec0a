"""What packages have resolved to: told by a kernel, kept in the notebook, given to the next one."""

from __future__ import annotations

import logging

import pytest

from patina_lab.kernel.connection import KernelConnection
from patina_lab.model.packages import Packages
from patina_lab.tests.http.test_fork import begun
from patina_lab.tests.user import User, soon

LOCK = {"cargo": ["version = 4", "", "[[package]]", 'name = "mini"']}
TELL = f"""kernel = get_ipython().kernel
kernel.session.send(
    kernel.iopub_socket, "patina_lock", {{"lock": {LOCK}}}, parent=kernel.get_parent("shell")
);"""


async def test_a_lock_is_written_into_the_file_and_the_next_kernel_is_given_it(
    user: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    given: list[Packages] = []
    lock = KernelConnection.lock

    async def seen(self: KernelConnection, packages: Packages) -> None:
        given.append(packages)
        await lock(self, packages)

    monkeypatch.setattr(KernelConnection, "lock", seen)
    notebook, run, cells = await begun(user, TELL)
    await user.ran(run, cells[0])
    assert given == [Packages()]
    text = await user.until(soon(user.file().read_text), lambda text: "[lock]" in text)
    assert '[lock]\ncargo = [\n    "version = 4",\n    "",\n    "[[package]]",\n' in text
    with caplog.at_level(logging.WARNING, "patina_lab.kernel"):
        other = await user.start(notebook)
        await user.until_status(notebook, other, "idle")
    assert given[1:] == [Packages({}, LOCK)]
    assert "does not take the lock" not in caplog.text
