"""A notebook that was copied by itself: it becomes one of its own."""

from __future__ import annotations

import os
import re
import stat
import uuid

from patina_lab.confined import Located
from patina_lab.runlog.newfiles import NewFiles

_ID = re.compile(r'^id = "[^"\n]*"$', re.MULTILINE)


def give_own_id(file: Located) -> None:
    """Give a notebook another id, and change nothing else in it. Whole or not at all. Blocks.

    What is no notebook of ours is left as it is. Raises OSError.
    """
    with file.read() as old:
        text = old.read().decode(errors="surrogateescape")
        mode = stat.S_IMODE(os.fstat(old.fileno()).st_mode)
    if not text.startswith('format = "patina-lab'):
        return
    head, cells, rest = text.partition("\n[[cells]]")
    head, found = _ID.subn(f'id = "{uuid.uuid4()}"', head, count=1)
    if found:
        with NewFiles(file) as files:
            files.write(f"{head}{cells}{rest}".encode(errors="surrogateescape"), mode)
            files.replace(with_runs=False)
