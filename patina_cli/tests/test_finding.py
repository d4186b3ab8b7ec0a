"""Which server is asked."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from patina_cli.finding import running, server_at, server_near
from patina_cli.problem import Exit, Problem

MINE = os.getpid()


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(folder))
    monkeypatch.delenv("JUPYTER_SERVER_URL", raising=False)
    return folder


@pytest.fixture
def told(runtime: Path) -> Any:
    def tell(root: Path, port: int, token: str = "t", pid: int = MINE, changed: int = 0) -> None:
        root.mkdir(exist_ok=True)
        url = f"http://localhost:{port}/"
        file = runtime / f"jpserver-{port}.json"
        file.write_text(json.dumps({"pid": pid, "root_dir": str(root), "url": url, "token": token}))
        os.utime(file, (changed, changed))

    return tell


def test_the_server_that_has_the_folder_is_meant_and_of_several_the_nearest(
    told: Any, tmp_path: Path
) -> None:
    told(tmp_path, 1)
    told(tmp_path / "inner", 2)
    told(tmp_path / "other", 3, changed=9)
    assert server_near(tmp_path / "inner" / "a.tsnb", None).url == "http://localhost:2/"
    assert server_near(tmp_path / "x", None).url == "http://localhost:1/"


def test_the_only_server_is_meant_wherever_one_is(told: Any, tmp_path: Path) -> None:
    told(tmp_path / "root", 1)
    assert server_near(tmp_path, "given").token == "given"


def test_of_several_that_do_not_have_the_folder_none_is_guessed(told: Any, tmp_path: Path) -> None:
    told(tmp_path / "one", 1)
    told(tmp_path / "two", 2)
    with pytest.raises(Problem, match="Several servers run") as caught:
        server_near(tmp_path, None)
    assert "http://localhost:1/" in caught.value.reason


def test_files_of_dead_servers_and_broken_ones_are_passed_over(
    told: Any, tmp_path: Path, runtime: Path
) -> None:
    told(tmp_path / "one", 1, pid=2**22 + 1)
    (runtime / "jpserver-5.json").write_text("{")
    (runtime / "jpserver-6.json").write_text('{"pid": "x"}')
    assert running() == []
    with pytest.raises(Problem, match="No Jupyter server") as caught:
        server_near(tmp_path, None)
    assert caught.value.status == Exit.UNREACHED


def test_a_named_server_has_the_token_given_in_its_address_or_of_its_file(
    told: Any, tmp_path: Path
) -> None:
    told(tmp_path / "one", 8888, token="of-the-file")
    assert server_at("http://127.0.0.1:8888", None).token == "of-the-file"
    assert server_at("http://127.0.0.1:8888/?token=of-the-address", None).token == "of-the-address"
    assert server_at("http://localhost:8888/lab", "given").url == "http://localhost:8888/"
    assert server_at("https://far.example/base/", None).token == ""
    with pytest.raises(Problem, match="no address"):
        server_at("localhost:8888", None)


def test_a_token_is_not_sent_to_another_server_of_the_same_port(told: Any, tmp_path: Path) -> None:
    told(tmp_path / "one", 8888, token="of-the-file")
    assert server_at("http://evil.example:8888/", None).token == ""
