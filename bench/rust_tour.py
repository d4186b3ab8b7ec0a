"""evcxr's own tour of features, run in both kernels: whether each cell gives the same outputs.

The notebook is that of the release of evcxr_jupyter, as cargo has unpacked it. Its first cell goes
to a shell and is left out: here no text does. What differs from run to run is compared by its kind
only: a counter that a thread counts up, the help, the order of variables. Of ours is left out what
the other never says: warnings of rustc, that a cell which `?` has ended has failed, hints of
`[Patina]`. What an error has printed the other may publish after it was idle; that is waited for.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.figures import AtMost, Figure
from bench.kernel_client import Timed, apart, start
from bench.rust import OURS, THEIRS, peer, peer_kernelspec

TOUR = "registry/src/*/evcxr_jupyter-0.22.0/samples/evcxr_jupyter_tour.ipynb"
# Its crates are compiled anew by the peer, which says nothing meanwhile.
BUILD_SECONDS = 1800.0
WARNING = "\x1b[33mWarning:"
# Messages: their types and contents.
Said = list[tuple[str, dict[str, Any]]]
UNSTEADY = ("*counter.lock()", ":help", ":vars")


async def measure() -> Sequence[Figure]:
    """Count the cells whose outputs differ."""
    os.environ["PATINA_PHASES"] = "0"  # what a cell waits for is no output of it
    binary = await peer()
    async with apart(OURS) as place, peer_kernelspec(binary, place):
        ours, theirs = await start(OURS), await start(THEIRS)
        differ = 0
        for code in _cells():
            one = outputs(told_by_both(await _said(ours, code)), code)
            two = outputs(await _said(theirs, code), code)
            if one != two:
                differ += 1
                print(f"{code}\n  ours   {one}\n  theirs {two}", flush=True)
        await ours.stop()
        await theirs.stop()
    return [Figure("cells of the tour whose outputs differ", "", [differ], goals=(AtMost(0),))]


def _cells() -> list[str]:
    home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    (notebook,) = home.glob(TOUR)
    cells = json.loads(notebook.read_text())["cells"]
    codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    return [code for code in codes if code.strip() and not code.startswith("!")]


async def _said(kernel: Timed, code: str) -> Said:
    return await kernel.published(code, BUILD_SECONDS)


def told_by_both(said: Said) -> Said:
    """Return what our kernel has said without what only it says."""
    return [one for one in said if not _is_more(one[1])]


def outputs(said: Said, code: str) -> list[Any]:
    """Return what is to be the same, in an order that is."""
    shown = [_shown(kind, content, code) for kind, content in said]
    streams = sorted(one for one in shown if one[0] in ("stdout", "stderr"))
    merged = {name: "".join(text for kind, text in streams if kind == name) for name, _ in streams}
    rest = [one for one in shown if one[0] not in ("stdout", "stderr")]
    return [*merged.items(), *rest]


def _is_more(content: dict[str, Any]) -> bool:
    text = content["text"] if content.get("name") == "stderr" else ""
    return text.startswith((WARNING, "[Patina]")) or content.get("ename") == "Error"


def _shown(kind: str, content: dict[str, Any], code: str) -> tuple[str, str]:
    if kind == "stream":
        return content["name"], content["text"]
    if kind == "error":
        return kind, ""
    data = content["data"]
    if code.startswith(UNSTEADY):
        return "result", ""
    return "result", json.dumps(data, sort_keys=True)
