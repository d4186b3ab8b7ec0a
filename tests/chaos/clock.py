"""The clock of a server and its kernels, which can be set while they run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("clock.c")
_BYTES = 8


def may_shift() -> bool:
    """Whether there is a compiler for the library that does it."""
    return shutil.which("cc") is not None


class Clock:
    """Is as many seconds off as it was told last."""

    def __init__(self, folder: Path) -> None:
        self._library, self._shift = folder / "clock.so", folder / "clock"
        command = ["cc", "-shared", "-fPIC", "-O2", "-o", str(self._library), str(_SOURCE), "-ldl"]
        subprocess.run(command, check=True)
        self._shift.write_bytes(bytes(_BYTES))

    @property
    def environment(self) -> dict[str, str]:
        """What a process has to be started with."""
        return {"LD_PRELOAD": str(self._library), "PATINA_CHAOS_CLOCK": str(self._shift)}

    def shift(self, seconds: int) -> None:
        """Put it before or back, for all that run."""
        # In place: the processes look at these very bytes.
        with self._shift.open("r+b") as file:
            file.write(seconds.to_bytes(_BYTES, "little", signed=True))
