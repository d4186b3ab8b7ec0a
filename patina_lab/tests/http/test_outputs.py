"""What cells produce, from a real kernel to documents and blobs."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from patina_lab.tests.followers import Follower
from patina_lab.tests.user import User, display_of, soon, text_of


async def run_cells(user: User, *sources: str) -> tuple[str, str, list[dict[str, Any]]]:
    """Run these cells in a new notebook; return notebook, run and timeline."""
    notebook = await user.create()
    cells = await user.write(*sources)
    run = await user.start(notebook["id"])
    return notebook["id"], run, await user.ran(run, *cells)


async def whole_text(user: User, notebook: str, output: dict[str, Any]) -> str:
    """Put a stream together, as the page does."""
    parts = [
        (await user.get("api", "patina", "notebooks", notebook, "blobs", chunk["blob"])).body
        for chunk in output.get("sealed", ())
    ]
    return b"".join(parts).decode() + str(output["tail"])


async def test_streams_are_shown_as_on_a_terminal(user: User) -> None:
    _, _, timeline = await run_cells(
        user,
        "import sys, time\n"
        "for n in range(5):\n"
        "    print(f'\\r{n * 25}%', end='', flush=True)\n"
        "    time.sleep(0.01)\n",
        "print('\\x1b[32mgreen\\x1b[0m abc\\b\\bX')\nprint('oh', file=sys.stderr)",
    )
    assert text_of(timeline[0]) == "100%"
    assert [output["name"] for output in timeline[1]["outputs"]] == ["stdout", "stderr"]
    assert text_of(timeline[1]) == "\x1b[32mgreen\x1b[0m aXc\noh\n"


async def test_clear_output_and_updated_displays_are_honoured_wherever_they_are_shown(
    user: User,
) -> None:
    notebook, run, timeline = await run_cells(
        user,
        "from IPython.display import display, clear_output, HTML\n"
        "handle = display('first', display_id='shared')",
        "_ = display('first', display_id='shared')",
        "for n in range(3):\n    clear_output(wait=True)\n    print(n)",
        "print('gone')\nclear_output()",
    )
    assert text_of(timeline[2]) == "2\n"
    assert timeline[3]["outputs"] == []
    follower = await user.follow(notebook)
    (cell,) = await user.write("handle.update(HTML('<b>second</b>'))")
    timeline = await user.ran(run, cell)
    for one in timeline[:2]:
        assert display_of(one, "text/html") == ["<b>second</b>"]
    await user.until(
        soon(lambda: [display_of(follower.cell(run, seq), "text/html") for seq in (1, 2)]),
        lambda shown: shown == [["<b>second</b>"]] * 2,
    )
    await user.until(
        soon(lambda: _log(user).count("<b>second</b>")),
        lambda count: count >= 2,
    )


async def test_rich_results_keep_all_their_types(user: User) -> None:
    bundle = {
        "text/plain": "plain",
        "text/html": "<b>x</b>",
        "text/latex": "$x$",
        "image/svg+xml": "<svg/>",
        "application/json": {"a": [1, None]},
        "application/vnd.vega.v5+json": {"$schema": "s"},
    }
    _, _, timeline = await run_cells(
        user, f"from IPython.display import display\ndisplay({bundle!r}, raw=True)"
    )
    shown = timeline[0]["outputs"][0]["data"]
    assert {mime: value["inline"] for mime, value in shown.items()} == bundle


async def test_values_no_document_can_hold_stop_nothing(user: User) -> None:
    _, _, timeline = await run_cells(
        user,
        "from IPython.display import display\n"
        "display({'application/json': {'n': 2**70, 'x': float('nan')}}, raw=True)",
        "raise ValueError('\\ud800' + 'x' * 1_000_000)",
        "'goes on'",
    )
    assert [cell["status"] for cell in timeline] == ["succeeded", "failed", "not run"]
    assert display_of(timeline[0], "application/json") == [{"n": str(2**70), "x": "nan"}]
    assert len(json.dumps(timeline[1])) < 100_000


async def test_large_outputs_are_blobs_served_to_be_kept_and_never_to_be_run(
    user: User,
) -> None:
    notebook, _, timeline = await run_cells(
        user,
        "from IPython.display import HTML\nHTML('<script>alert(1)</script>' + 'x' * 10_000)",
        "from IPython.display import Image\n"
        "import struct, zlib, os\n"
        "def chunk(kind, data):\n"
        "    crc = struct.pack('>I', zlib.crc32(kind + data))\n"
        "    return struct.pack('>I', len(data)) + kind + data + crc\n"
        "rows = b''.join(b'\\0' + os.urandom(300) for _ in range(100))\n"
        "png = (b'\\x89PNG\\r\\n\\x1a\\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 100, 100, 8, 2,"
        " 0, 0, 0)) + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))\n"
        "Image(png)",
    )
    html = timeline[0]["outputs"][0]["data"]["text/html"]
    assert html["bytes"] == 10_025 + len("<script>alert(1)</script>") - 25
    reply = await user.get("api", "patina", "notebooks", notebook, "blobs", html["blob"])
    assert reply.code == 200
    assert hashlib.sha256(reply.body).hexdigest() == html["blob"]
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Content-Security-Policy"].startswith("sandbox")
    assert "immutable" in reply.headers["Cache-Control"]
    assert "private" in reply.headers["Cache-Control"]
    assert reply.headers["Content-Type"].startswith("application/octet-stream")
    assert "Access-Control-Allow-Origin" not in reply.headers
    png = timeline[1]["outputs"][0]["data"]["image/png"]
    reply = await user.get("api", "patina", "notebooks", notebook, "blobs", png["blob"])
    assert reply.body.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "name", ["x", "..%2F..%2Fanalysis.tsnb", "A" * 64, "a" * 63, "%00", "a" * 64]
)
async def test_a_name_that_is_no_blob_of_the_notebook_is_refused(user: User, name: str) -> None:
    notebook = await user.create()
    reply = await user.get("api", "patina", "notebooks", notebook["id"], "blobs", name)
    assert reply.code == 404


async def test_a_damaged_blob_is_not_served(user: User) -> None:
    notebook, _, timeline = await run_cells(
        user, "from IPython.display import HTML\nHTML('x' * 10_000)"
    )
    name = timeline[0]["outputs"][0]["data"]["text/html"]["blob"]
    (user.folder() / "blobs" / name[:2] / name).write_text("something else")
    reply = await user.get("api", "patina", "notebooks", notebook, "blobs", name)
    assert reply.code == 404
    assert "damaged" in json.loads(reply.body)["message"]


async def test_a_figure_is_shown_without_a_magic_and_the_last_open_one_is_captured(
    user: User,
) -> None:
    _, _, timeline = await run_cells(
        user, "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\nNone", "1"
    )
    assert any("image/png" in output.get("data", {}) for output in timeline[0]["outputs"])
    assert len(timeline[1]["outputs"]) == 1


async def test_a_thread_goes_on_printing_into_its_cell_after_the_end(user: User) -> None:
    notebook, run, _ = await run_cells(
        user,
        "import threading, time\n"
        "def late():\n    time.sleep(0.3)\n    print('late')\n"
        "threading.Thread(target=late).start()",
    )
    follower = await user.follow(notebook)
    await user.until(soon(lambda: follower.cell(run, 1)), lambda cell: "late" in text_of(cell))
    assert follower.cell(run, 1)["status"] == "succeeded"


async def test_a_hundred_thousand_lines_arrive_whole_in_few_transactions(user: User) -> None:
    notebook = await user.create()
    lines = "for n in range(100_000):\n    print('line', n)"
    slow = "import time\nfor n in range(400):\n    print(n, flush=True)\n    time.sleep(0.005)"
    many, steady = await user.write(lines, slow)
    run = await user.start(notebook["id"])
    follower = await user.follow(notebook["id"])
    await user.until_status(notebook["id"], run, "idle")
    timeline = await _transactions(user, follower, run, many)
    text = await whole_text(user, notebook["id"], timeline[0]["outputs"][0])
    assert text == "".join(f"line {n}\n" for n in range(100_000))
    assert len(str(follower.cell(run, 1))) < 20_000
    timeline = await _transactions(user, follower, run, steady)
    text = await whole_text(user, notebook["id"], timeline[1]["outputs"][0])
    assert text == "".join(f"{n}\n" for n in range(400))


async def _transactions(
    user: User, follower: Follower, run: str, cell: str
) -> list[dict[str, Any]]:
    """Run a cell; see that the document never changes more than 20 times a second."""
    before = len(follower.times)
    timeline = await user.ran(run, cell)
    times = follower.times[before:]
    assert times
    windows = zip(times, times[20:], strict=False)
    assert all(last - first >= 0.95 for first, last in windows)
    return timeline


def _log(user: User) -> str:
    return "".join(path.read_text() for path in user.folder().glob("*.jsonl"))
