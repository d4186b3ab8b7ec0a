"""`patina run` where no server runs: on one of its own, of which nothing is left."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from pathlib import Path

from patina_cli.tests.conftest import Patina
from patina_cli.tests.notebooks import cell, notebook, put


def servers_of(folder: Path) -> list[str]:
    """Return the processes that a command line or an open file ties to a folder."""
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True)
    own = [line for line in listed.stdout.splitlines() if "patina_cli.ownserver" in line]
    return [line for line in own if _works_in(line.split()[0], folder)]


def _works_in(pid: str, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve() == folder
    except OSError:
        return False


def test_a_notebook_runs_alone_with_parameters_and_its_outputs_land_in_the_timeline(
    alone: Patina,
) -> None:
    leak = "import os\nprint(sorted(name for name in os.environ if 'TOKEN' in name))"
    document = notebook(
        cell("rate = 0.1", "defaults", "parameters"),
        cell("print(rate, flush=True)", "use"),
        cell(leak, "leak"),
    )
    put(alone.place, document)
    ended = alone(
        "run",
        "analysis.tsnb",
        "-p",
        "rate=0.5",
        "--title",
        "By hand",
        "--json",
        env={"PATINA_TOKEN": "of another server"},
    )
    assert ended.status == 0, ended
    result = ended.json
    assert [one["cell"] for one in result["cells"]] == [
        "defaults", "injected-parameters", "use", "leak",
    ]  # fmt: skip
    assert result["cells"][2]["outputs"][0]["tail"] == "0.5\n"
    assert result["cells"][3]["outputs"][0]["tail"] == "[]\n", "kernels do not get its token"
    (log,) = (alone.place / "analysis.tsnb.runs").glob("*.jsonl")
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert records[0]["title"] == "By hand"
    assert records[-1]["record"] == "ended"
    assert records[-1]["status"] == "stopped"
    assert servers_of(alone.place) == []


def test_a_server_of_a_command_that_was_killed_ends_too(alone: Patina) -> None:
    wait = "import time\nprint('begun', flush=True)\ntime.sleep(600)"
    put(alone.place, notebook(wait))
    process = alone.start("run", "analysis.tsnb")
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    (server,) = servers_of(alone.place)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    # Its parent is gone, so nobody is told of its end but who holds such a descriptor.
    descriptor = os.pidfd_open(int(server.split()[0]))
    assert select.select([descriptor], [], [], 60)[0]
    os.close(descriptor)


def test_a_file_that_is_no_notebook_is_told_before_a_server_starts(alone: Patina) -> None:
    (alone.place / "x.ipynb").write_text("{}")
    assert "patina convert" in alone("run", "x.ipynb").err
    missing = alone("run", "missing.tsnb")
    assert missing.status == 4
    assert "There is no such file" in missing.err
    broken = alone.place / "broken.tsnb"
    broken.write_text("format = 'patina-lab 1'\nid = 3\n")
    refused = alone("run", "broken.tsnb")
    assert refused.status == 4
    assert "The key 'id' of the notebook is no string" in refused.err
    assert broken.read_text() == "format = 'patina-lab 1'\nid = 3\n"
